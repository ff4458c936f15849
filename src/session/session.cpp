// SPDX-License-Identifier: Apache-2.0
#include <async_cassandra/session.hpp>

#include "session/closing.hpp"
#include "session/execution.hpp"
#include "session/keyspace_operation.hpp"
#include "session/preparation.hpp"
#include "session/session_core.hpp"
#include "session/stream_core.hpp"

#include <utility>

namespace async_cassandra {

namespace detail {

namespace {

template <class Signature>
void start(
    const session_ptr& core,
    statement&& s,
    paging_state&& from,
    execution::fetch how,
    asio::any_completion_handler<Signature>&& handler
)
{
    const std::shared_ptr<session_shard>& home = core->choose();
    home->home().submit(*new execution_for<Signature>{
        home, std::move(s), std::move(from), how, std::move(handler)});
}

}  // namespace

void start_execute(const session_ptr& core, statement&& s, execute_handler handler)
{
    start(core, std::move(s), {}, execution::fetch::all_pages, std::move(handler));
}

void start_execute_page(const session_ptr& core, statement&& s, paging_state&& from, execute_handler handler)
{
    start(core, std::move(s), std::move(from), execution::fetch::one_page, std::move(handler));
}

void start_try_execute(const session_ptr& core, statement&& s, try_execute_handler handler)
{
    start(core, std::move(s), {}, execution::fetch::all_pages, std::move(handler));
}

void start_prepare(const session_ptr& core, std::string&& cql, prepare_handler handler)
{
    const std::shared_ptr<session_shard>& home = core->choose();
    home->home().submit(*new preparation{home, std::move(cql), std::move(handler)});
}

void start_set_keyspace(const session_ptr& core, std::string&& name, keyspace_handler handler)
{
    const std::shared_ptr<session_shard>& home = core->choose();
    home->home().submit(*new keyspace_operation{home, std::move(name), std::move(handler)});
}

void start_close(const session_ptr& core, close_handler handler)
{
    core->mark_closed();
    net::shard& first = core->cluster().shards().front()->home();
    first.submit(*new close_operation{
        first, [core](std::function<void()> done) { core->close(std::move(done)); }, std::move(handler)});
}

}  // namespace detail

streaming_result_set session::execute_stream(statement s, stream_config config) const
{
    return streaming_result_set{
        std::make_shared<detail::stream_core>(core_->choose(), core_->keyspace(), std::move(s), config)};
}

bool session::is_closed() const noexcept
{
    return core_->is_closed();
}

session_stats session::stats() const noexcept
{
    return core_->stats();
}

protocol_version session::protocol() const noexcept
{
    return core_->version();
}

std::string session::keyspace() const
{
    return core_->keyspace();
}

}  // namespace async_cassandra
