// SPDX-License-Identifier: Apache-2.0
#include "cluster/shard_node.hpp"

#include "base/log.hpp"

#include <algorithm>
#include <utility>

namespace async_cassandra::detail {

namespace {

net::close_reason drained(std::string text)
{
    return {make_error_code(errc::connection_lost), std::move(text), nullptr};
}

}  // namespace

shard_node::shard_node(
    std::shared_ptr<net::shard> home, const pool_settings& settings, identity who, base::observer* watcher
)
    : shard_(std::move(home)),
      settings_(settings),
      who_(std::move(who)),
      watcher_(watcher),
      facts_(std::make_shared<node_facts>()),
      counts_(facts_, &facts_->counts),
      fsm_(settings.config->reconnect_base_delay, settings.config->reconnect_max_delay)
{}

shard_node::~shard_node()
{
    drop();
}

std::string_view shard_node::key(std::string_view keyspace) const noexcept
{
    return who_.version == protocol_version::v5 ? std::string_view{} : keyspace;
}

pool* shard_node::find(std::string_view keyspace) const noexcept
{
    const std::string_view name = key(keyspace);
    const auto found = std::ranges::find_if(pools_, [&](const pool_ptr& p) { return p->keyspace() == name; });
    return found == pools_.end() ? nullptr : found->get();
}

net::connection* shard_node::any_connection() const noexcept
{
    for (const pool_ptr& p : pools_)
        if (net::connection* const there = p->any_connection())
            return there;
    return nullptr;
}

pool_target shard_node::target() const
{
    pool_target where;
    where.node = who_.address;
    where.version = who_.version;
    where.host = who_.host;
    return where;
}

pool_ptr shard_node::make_pool(std::string keyspace)
{
    pool_target where = target();
    where.keyspace = std::move(keyspace);
    where.counts = counts_;
    return pool_ptr{new pool{shard_, settings_, std::move(where), *this}};
}

void shard_node::want(bool wanted)
{
    if (!closed_)
        carry_out(wanted ? fsm_.on_wanted() : fsm_.on_unwanted());
}

pool_ptr shard_node::find_or_make(const std::string& keyspace)
{
    pool_ptr p{find(keyspace)};
    if (p == nullptr) {
        p = make_pool(std::string{key(keyspace)});
        if (!closed_)
            pools_.push_back(p);
    }
    if (closed_)
        p->close(drained("connections to the node are closed"));
    return p;
}

void shard_node::open(const std::string& keyspace, pool::open_callback done)
{
    const pool_ptr p = find_or_make(keyspace);
    busy_at_.reset();
    want(true);
    p->open(std::move(done), rank_of_opening());
}

handshake_turns::rank shard_node::rank_of_opening() const noexcept
{
    if (fsm_.status() == base::node_status::up)
        return handshake_turns::rank::sure;
    const bool is_dead = fsm_.status() == base::node_status::silent || fsm_.failures() != 0;
    return is_dead ? handshake_turns::rank::later : handshake_turns::rank::first;
}

void shard_node::open_for_requests(const std::string& keyspace)
{
    const pool_ptr p = find_or_make(keyspace);
    p->hold();
    open(keyspace, [](const net::close_reason*) {});
    if (rank_of_opening() == handshake_turns::rank::first)
        p->hurry(handshake_turns::rank::wanted);
}

void shard_node::gossip_up()
{
    if (closed_)
        return;
    carry_out(fsm_.on_gossip_up());
    for (const pool_ptr& p : std::vector{pools_})
        p->hurry();
}

void shard_node::gossip_down()
{
    if (!closed_)
        carry_out(fsm_.on_gossip_down());
}

void shard_node::move(const endpoint& to, std::string host)
{
    if (closed_)
        return;
    who_.address = to;
    who_.host = std::move(host);
    std::vector<pool_ptr> successors;
    successors.reserve(pools_.size());
    for (const pool_ptr& p : pools_)
        successors.push_back(make_pool(p->keyspace()));
    node_fsm::actions what = fsm_.on_moved();
    what.drain = false;
    retire_pools(drained("the node has another address"), std::move(successors));
    carry_out(what);
}

void shard_node::remove(std::function<void()> done)
{
    if (closed_)
        return;
    node_fsm::actions what = fsm_.on_removed();
    what.drain = false;
    retire_pools(drained("the node left the cluster"), {});
    carry_out(what);
    removed_ = std::move(done);
    tell_if_gone();
}

void shard_node::retire_pools(const net::close_reason& reason, std::vector<pool_ptr> successors)
{
    const std::vector<pool_ptr> old = std::exchange(pools_, std::move(successors));
    retired_.insert(retired_.end(), old.begin(), old.end());
    for (const pool_ptr& p : old)
        p->drain(reason);
}

void shard_node::forget(pool& p)
{
    const pool_ptr kept{&p};
    std::erase(pools_, kept);
    std::erase(retired_, kept);
    p.drop();
}

void shard_node::tell_if_gone()
{
    if (removed_ && retired_.empty())
        std::exchange(removed_, nullptr)();
}

void shard_node::resize(std::size_t connections)
{
    settings_.connections = connections;
    for (const pool_ptr& p : std::vector{pools_})
        p->resize(connections);
}

void shard_node::carry_out(const node_fsm::actions& what, std::string_view detail, handshake_turns::rank as)
{
    const std::vector<pool_ptr> pools = pools_;
    if (what.drain)
        for (const pool_ptr& p : pools)
            p->drain(drained("connections to the node are not wanted any more"));
    if (what.connect)
        for (const pool_ptr& p : pools)
            p->fill(as);
    if (what.probe)
        for (const pool_ptr& p : pools)
            p->probe();
    arm();
    if (what.scheduled && watcher_ != nullptr)
        watcher_->on_reconnect_scheduled({who_.host_id, who_.address, *what.scheduled, fsm_.failures()});
    if (!what.changed)
        return;
    note(*what.changed);
    base::log(
        log_level::debug,
        "node",
        to_string(what.changed->now),
        {{"node", to_string(who_.address)}, {"reason", std::string{to_string(what.changed->reason)}}}
    );
    if (watcher_ != nullptr)
        watcher_->on_node_status(
            {who_.host_id,
             who_.address,
             what.changed->before,
             what.changed->now,
             what.changed->reason,
             detail}
        );
}

void shard_node::note(const node_fsm::transition& change) noexcept
{
    const base::time_point now = shard_->now();
    facts_->status = change.now;
    facts_->up = change.now == base::node_status::up;
    if (facts_->up) {
        if (is_new_ || (away_since_ && now - *away_since_ >= node_facts::absence))
            facts_->came_back = now;
        is_new_ = false;
        away_since_.reset();
    } else if (change.now == base::node_status::silent) {
        return;  // it is there
    } else if (change.now == base::node_status::unknown) {
        away_since_.reset();  // nobody looked
    } else if (!away_since_ && (base::is_connected(change.before) || change.now == base::node_status::down)) {
        away_since_ = now;
    }
}

void shard_node::arm() noexcept
{
    if (const auto due = fsm_.due())
        shard_->set_timer(*this, *due);
    else
        base::timer_wheel::clear(*this);
}

void shard_node::on_timer(base::time_point now) noexcept
{
    const bool again = fsm_.failures() != 0;
    carry_out(fsm_.on_timer(now), {}, again ? handshake_turns::rank::later : handshake_turns::rank::first);
}

bool shard_node::has_rested(base::time_point now, base::time_point::duration how_long) noexcept
{
    if (busy_at_ && counts_->sent == sent_then_ && counts_->in_flight == 0)
        return now - *busy_at_ >= how_long;
    busy_at_ = now;
    sent_then_ = counts_->sent;
    return false;
}

void shard_node::opened() noexcept
{
    ++counts_->connections;
    if (watcher_ != nullptr)
        watcher_->on_connection_opened({who_.host_id, who_.address, counts_->connections});
}

void shard_node::ended(const net::close_reason& reason) noexcept
{
    --counts_->connections;
    if (watcher_ != nullptr)
        watcher_->on_connection_closed(
            {who_.host_id, who_.address, counts_->connections, reason.code, reason.text}
        );
}

void shard_node::on_pool_connected(pool&) noexcept
{
    opened();
    carry_out(fsm_.on_pool_connected(shard_->now()));
    judge_silence();
}

void shard_node::judge_silence() noexcept
{
    carry_out(fsm_.on_silence(std::ranges::any_of(pools_, [](const pool_ptr& p) { return p->is_silent(); })));
}

void shard_node::on_suspicion(pool&) noexcept
{
    if (!closed_)
        judge_silence();
}

void shard_node::on_connection_ready(pool&) noexcept
{
    opened();
    fsm_.on_connection_ready(shard_->now());
    judge_silence();
}

void shard_node::on_connection_lost(pool&, const net::close_reason& reason) noexcept
{
    ended(reason);
    carry_out(fsm_.on_connection_lost(shard_->now(), chance()), reason.text);
    judge_silence();
}

void shard_node::on_pool_lost(pool&, const net::close_reason& reason) noexcept
{
    ended(reason);
    carry_out(fsm_.on_pool_lost(shard_->now(), chance()), reason.text);
    judge_silence();
}

void shard_node::on_connection_ended(pool&, const net::close_reason& reason) noexcept
{
    ended(reason);
}

void shard_node::on_connect_failed(pool& p, connect_failure why, const net::close_reason& reason) noexcept
{
    carry_out(fsm_.on_connect_failed(why, shard_->now(), chance()), reason.text);
    if (why != connect_failure::keyspace || p.was_ready())
        return;
    std::erase(pools_, pool_ptr{&p});
    if (pools_.empty())
        want(false);
    p.close(reason);
}

void shard_node::on_pool_idle(pool& p) noexcept
{
    if (std::ranges::find(retired_, pool_ptr{&p}) == retired_.end())
        return;
    forget(p);
    tell_if_gone();
}

void shard_node::close(const net::close_reason& reason) noexcept
{
    if (std::exchange(closed_, true))
        return;
    base::timer_wheel::clear(*this);
    for (const std::vector<pool_ptr>& list : {pools_, retired_})
        for (const pool_ptr& p : list)
            p->close(reason);
}

void shard_node::drop() noexcept
{
    closed_ = true;
    base::timer_wheel::clear(*this);
    for (const std::vector<pool_ptr>& list : {pools_, retired_})
        for (const pool_ptr& p : list)
            p->drop();
}

}  // namespace async_cassandra::detail
