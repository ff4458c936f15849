// SPDX-License-Identifier: Apache-2.0
#include "session/prepared_answer.hpp"

#include "net/answer.hpp"

#include <utility>
#include <variant>

namespace async_cassandra::detail {

prepared_answer decode_prepared_answer(const net::response& answer, protocol_version version)
{
    prepared_answer got;
    protocol::reader in{answer.body};
    protocol::response_prefix prefix;
    if (auto refused = net::open_answer(in, answer.header, version, prefix)) {
        if (auto* const rule = std::get_if<std::string>(&*refused))
            got.broken_rule = std::move(*rule);
        else
            got.error = std::get<server_error_details>(std::move(*refused));
        return got;
    }
    protocol::decoded_result result = protocol::decode_result(in, version);
    auto* const prepared = std::get_if<protocol::prepared_result>(&result);
    if (in.failed())
        got.broken_rule = describe(in.error());
    else if (prepared == nullptr)
        got.broken_rule = "the answer to PREPARE is not a PREPARED result";
    else
        got.prepared = std::move(*prepared);
    return got;
}

result_metadata result_metadata_of(const protocol::prepared_result& prepared, protocol_version version)
{
    result_metadata found;
    found.id = prepared.result_metadata_id;
    // Some statements have no columns when prepared but rows when executed: then the metadata must come with the rows.
    if (!prepared.has_result_metadata || prepared.result_columns == nullptr ||
        prepared.result_columns->empty())
        return found;
    found.list = prepared.result_columns;
    if (version == protocol_version::v4) {
        found.wire.assign(prepared.result_wire.begin(), prepared.result_wire.end());
        found.global_table_spec = prepared.result_global_table_spec;
    }
    return found;
}

}  // namespace async_cassandra::detail
