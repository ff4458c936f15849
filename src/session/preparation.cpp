// SPDX-License-Identifier: Apache-2.0
#include "session/preparation.hpp"

#include "protocol/requests.hpp"
#include "session/prepared_answer.hpp"
#include "session/statement_text.hpp"

#include <utility>

namespace async_cassandra::detail {

preparation::preparation(std::shared_ptr<session_shard> home, std::string&& cql, prepare_handler&& handler)
    : request_call(std::move(home)), text_(std::move(cql)), handler_(std::move(handler))
{
    adopt(handler_);
}

protocol::encode_result preparation::encode(
    base::byte_buffer& out, protocol_version version, std::int16_t stream
)
{
    const std::string_view keyspace =
        version == protocol_version::v5 ? std::string_view{request::keyspace().name} : std::string_view{};
    return protocol::encode_prepare(out, version, stream, text_, keyspace);
}

void preparation::on_answer(net::response&& answer)
{
    const protocol_version version = request::home().version();
    prepared_answer got = decode_prepared_answer(answer, version);
    if (got.error) {
        fail_from_server(std::move(*got.error));
        return;
    }
    if (!got.prepared) {
        fail_malformed(std::move(got.broken_rule));
        return;
    }
    auto core = std::make_shared<prepared_core>();
    core->text = text_;
    core->keyspace = keyspace().name;
    core->results.publish(result_metadata_of(*got.prepared, version));
    core->id = std::move(got.prepared->id);
    core->markers = std::move(got.prepared->markers);
    core->partition_key = std::move(got.prepared->pk_indexes);
    core->conditional = is_conditional(text_);
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
