// SPDX-License-Identifier: Apache-2.0
#include "cluster/node_reading.hpp"

#include "base/failure.hpp"
#include "net/shard_call.hpp"

#include <utility>

namespace async_cassandra::detail {

namespace {

// With 256 tokens each they are read in about a millisecond.
constexpr int rows_per_turn = 50;

}  // namespace

node_reading::node_reading(
    std::shared_ptr<net::shard> home,
    std::shared_ptr<net::connection> on,
    std::uint16_t port,
    std::shared_ptr<address_translation> translation,
    std::shared_ptr<peers_table> peers,
    std::chrono::milliseconds timeout,
    callback done
)
    : shard_(std::move(home)),
      connection_(std::move(on)),
      timeout_(timeout),
      done_(std::move(done)),
      translation_(std::move(translation)),
      which_(std::move(peers)),
      reader_(connection_->node(), port, translation_.get())
{}

void node_reading::run()
{
    ask("SELECT * FROM system.local WHERE key='local'", &node_reading::on_local);
}

void node_reading::give_up() noexcept
{
    done_ = nullptr;
    inquiry_.give_up();
    connection_.reset();
}

void node_reading::ask(const char* cql, void (node_reading::*then)(result<result_set>))
{
    inquiry_.ask(
        shard_,
        connection_,
        cql,
        query_limits{timeout_},
        [self = shared_from_this(), then](result<result_set> rows) { (*self.*then)(std::move(rows)); }
    );
}

void node_reading::on_local(result<result_set> rows)
{
    if (rows.has_error()) {
        fail(rows.error());
        return;
    }
    if (rows->empty()) {
        failure f = base::make_failure(errc::protocol_violation, "system.local has no row");
        f.node = connection_->node();
        fail(failure_ptr{std::move(f)});
        return;
    }
    reader_.add_local(*rows->begin());
    ask_for_peers();
}

void node_reading::ask_for_peers()
{
    if (which_->has_v2)
        ask("SELECT * FROM system.peers_v2", &node_reading::on_peers_v2);
    else
        ask("SELECT * FROM system.peers", &node_reading::on_peers);
}

void node_reading::on_peers_v2(result<result_set> rows)
{
    // For no other error: system.peers has no ports, and nodes that listen elsewhere would seem to have moved.
    which_->has_v2 = !rows.has_error() || !is_unknown_table(*rows.error());
    if (which_->has_v2)
        on_peers(std::move(rows));
    else
        ask_for_peers();
}

void node_reading::on_peers(result<result_set> rows)
{
    if (rows.has_error()) {
        fail(rows.error());
        return;
    }
    peers_ = std::move(*rows);
    next_peer_ = peers_.begin();
    read_some();
}

void node_reading::read_some()
{
    if (done_ == nullptr)
        return;
    for (int i = 0; i < rows_per_turn && next_peer_ != peers_.end(); ++i, ++next_peer_)
        reader_.add_peer(*next_peer_);
    if (next_peer_ != peers_.end()) {
        net::run_later(*shard_, [self = shared_from_this()] { self->read_some(); });
        return;
    }
    described_nodes all = reader_.finish();
    if (!all.local) {
        failure f = base::make_failure(errc::protocol_violation, "the node does not say who it is");
        f.node = connection_->node();
        fail(failure_ptr{std::move(f)});
        return;
    }
    connection_.reset();
    std::exchange(done_, nullptr)(std::move(all));
}

void node_reading::fail(failure_ptr why)
{
    connection_.reset();
    if (const callback done = std::exchange(done_, nullptr))
        done(std::move(why));
}

}  // namespace async_cassandra::detail
