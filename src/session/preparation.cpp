// SPDX-License-Identifier: Apache-2.0
#include "session/preparation.hpp"

#include "protocol/requests.hpp"
#include "protocol/responses.hpp"

#include <utility>

namespace async_cassandra::detail {

preparation::preparation(std::shared_ptr<session_shard> home, std::string&& cql, prepare_handler&& handler)
    : operation(home->home()), request(std::move(home)), text_(std::move(cql)), handler_(std::move(handler))
{
    adopt(handler_);
}

protocol::encode_result preparation::encode(
    base::byte_buffer& out, protocol_version version, std::int16_t stream
)
{
    const std::string_view keyspace =
        version == protocol_version::v5 ? std::string_view{request::home().keyspace()} : std::string_view{};
    return protocol::encode_prepare(out, version, stream, text_, keyspace);
}

void preparation::on_answer(net::response&& answer)
{
    protocol::reader in{answer.body};
    protocol::response_prefix prefix;
    if (!protocol::decode_prefix(in, answer.header.flags, prefix)) {
        fail_malformed(describe(in.error()));
        return;
    }
    if (answer.header.op == protocol::opcode::error) {
        server_error_details details = protocol::decode_error(in, request::home().version());
        in.failed() ? fail_malformed(describe(in.error())) : fail_from_server(std::move(details));
        return;
    }
    if (answer.header.op != protocol::opcode::result) {
        fail_malformed(
            "unexpected " + std::string{protocol::to_string(answer.header.op)} + " message, expected RESULT"
        );
        return;
    }
    protocol::decoded_result result = protocol::decode_result(in, request::home().version());
    auto* const got = std::get_if<protocol::prepared_result>(&result);
    if (in.failed() || got == nullptr) {
        fail_malformed(in.failed() ? describe(in.error()) : "the answer to PREPARE is not a PREPARED result");
        return;
    }
    auto core = std::make_shared<prepared_core>();
    core->text = text_;
    core->keyspace = request::home().keyspace();
    core->id = std::move(got->id);
    core->result_metadata_id = std::move(got->result_metadata_id);
    core->markers = std::move(got->markers);
    // Some statements have no columns when prepared but rows when executed: then the metadata must come with the rows.
    if (got->has_result_metadata && got->result_columns != nullptr && !got->result_columns->empty())
        core->result_columns = std::move(got->result_columns);
    core->partition_key = std::move(got->pk_indexes);
    prepared_ = prepared_statement{std::move(core)};
    succeed();
}

void preparation::invoke()
{
    let_go(handler_);
    prepare_handler handler{std::move(handler_)};
    const failure_ptr failed = take_error();
    prepared_statement prepared = std::move(prepared_);
    release();
    std::move(handler)(failed ? to_exception(failed) : nullptr, std::move(prepared));
}

void preparation::abandon() noexcept
{
    let_go(handler_);
    const prepare_handler dropped{std::move(handler_)};
    release();
}

}  // namespace async_cassandra::detail
