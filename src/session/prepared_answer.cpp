// SPDX-License-Identifier: Apache-2.0
#include "session/prepared_answer.hpp"

#include <utility>
#include <variant>

namespace async_cassandra::detail {

prepared_answer decode_prepared_answer(const net::response& answer, protocol_version version)
{
    prepared_answer got;
    protocol::reader in{answer.body};
    protocol::response_prefix prefix;
    if (!protocol::decode_prefix(in, answer.header.flags, prefix)) {
        got.broken_rule = describe(in.error());
        return got;
    }
    if (answer.header.op == protocol::opcode::error) {
        server_error_details details = protocol::decode_error(in, version);
        if (in.failed())
            got.broken_rule = describe(in.error());
        else
            got.error = std::move(details);
        return got;
    }
    if (answer.header.op != protocol::opcode::result) {
        got.broken_rule =
            "unexpected " + std::string{protocol::to_string(answer.header.op)} + " message, expected RESULT";
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
