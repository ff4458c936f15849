// SPDX-License-Identifier: Apache-2.0
#include "cluster/pool.hpp"

#include "base/log.hpp"

#include <algorithm>
#include <utility>

namespace async_cassandra::detail {

namespace {

std::size_t share(std::size_t limit, std::size_t shards)
{
    return std::max<std::size_t>(1, limit / shards);
}

}  // namespace

net::connection_settings connection_settings_of(const cluster_config& config, pool_target&& where)
{
    net::connection_settings made;
    made.node = where.node;
    made.version = where.version;
    made.host = std::move(where.host);
    made.encrypted = config.tls.has_value();
    made.authentication = config.authentication;
    made.compression = config.compression;
    made.keyspace = std::move(where.keyspace);
    made.max_in_flight = config.max_in_flight;
    made.handshake_timeout = config.handshake_timeout;
    made.silence.heartbeat_interval = config.heartbeat_interval;
    made.silence.heartbeat_timeout = config.heartbeat_timeout;
    made.counts = std::move(where.counts);
    return made;
}

pool::pool(
    std::shared_ptr<net::shard> home, const pool_settings& settings, pool_target where, pool_owner& owner
)
    : shard_(std::move(home)),
      settings_(connection_settings_of(*settings.config, std::move(where))),
      owner_(&owner),
      fsm_(settings.connections, settings.config->max_in_flight),
      most_queued_(share(settings.config->max_queued_requests, settings.shards)),
      most_queued_bytes_(share(settings.config->max_queued_bytes, settings.shards)),
      turns_(settings.turns)
{}

pool::~pool()
{
    drop();
}

bool pool::is_up() const noexcept
{
    return any_connection() != nullptr;
}

net::connection* pool::any_connection() const noexcept
{
    const auto found =
        std::ranges::find_if(fsm_.ready(), [this](slot s) { return members_[s].link->ready(); });
    return found == fsm_.ready().end() ? nullptr : members_[*found].link.get();
}

std::shared_ptr<net::connection> pool::free_connection() noexcept
{
    const std::optional<slot> free = choose();
    return free ? members_[*free].link : nullptr;
}

pool::admission pool::submit(pool_request& request)
{
    if (queue_.empty()) {
        const std::span<const slot> ready = fsm_.ready();
        // Of one connection, the common case, nothing is to be chosen; every request passes here.
        const std::optional<slot> free =
            ready.size() != 1
                ? choose()
                : (members_[ready[0]].link->has_room() ? std::optional{ready[0]} : std::nullopt);
        if (free) {
            send(request, *free);
            return admission::taken;
        }
    }
    if (!is_up() && !holding_ && !go_ahead())
        return admission::down;
    const std::size_t bytes = request.size_hint();
    if (queued_ >= most_queued_ || queued_bytes_ + bytes > most_queued_bytes_)
        return admission::full;
    request.connection_ = nullptr;
    request.queued_bytes_ = bytes;
    ++queued_;
    queued_bytes_ += bytes;
    queue_.push_back(request);
    return admission::taken;
}

// Nobody has tried the node yet: a request that wants it does not have to wait for the others that are to be tried.
bool pool::go_ahead() noexcept
{
    if (closed_ || was_ready_ || last_failure_.code || !std::ranges::any_of(members_, [](const member& m) {
            return m.turn != nullptr && m.link == nullptr;
        }))
        return false;
    holding_ = true;
    hurry(handshake_turns::rank::wanted);
    return holding_;
}

void pool::send(pool_request& request, slot s)
{
    request.connection_ = members_[s].link.get();
    if (const protocol::encode_result encoded = request.connection_->send(request); !encoded)
        request.on_unencodable(encoded.rule);
}

void pool::send_queued() noexcept
{
    while (!queue_.empty()) {
        const std::optional<slot> free = choose();
        if (!free)
            return;
        pool_request& request = queue_.front();
        unqueue(request);
        send(request, *free);
    }
}

void pool::unqueue(pool_request& request) noexcept
{
    static_cast<base::list_hook<queue_tag>&>(request).unlink();
    --queued_;
    queued_bytes_ -= request.queued_bytes_;
}

request_effect pool::withdraw(pool_request& request) noexcept
{
    if (request.connection_ != nullptr)
        return std::exchange(request.connection_, nullptr)->cancel(request);
    unqueue(request);
    return request_effect::not_sent;
}

void pool::on_given_up(net::connection& c, request_effect effect) noexcept
{
    const pool_ptr self{this};
    const slot s = slot_of(c);
    if (effect != request_effect::not_sent) {
        fsm_.on_orphaned(s, static_cast<std::uint16_t>(c.orphans()), shard_->now());
        watch_orphans();
    }
    if (fsm_.is_draining(s))
        close_if_idle(s);
    // Its stream id may be free now, and when no answer is under way nothing else wakes the queue.
    send_queued();
}

pool_fsm::loads pool::loads()
{
    loads_.assign(members_.size(), {});
    for (std::size_t s = 0; s < members_.size(); ++s)
        if (const auto& link = members_[s].link)
            loads_[s] = {
                static_cast<std::uint16_t>(link->in_flight()), static_cast<std::uint16_t>(link->orphans())};
    return loads_;
}

pool::slot pool::slot_of(const net::connection& c) const noexcept
{
    const auto found = std::ranges::find_if(members_, [&](const member& m) { return m.link.get() == &c; });
    return static_cast<slot>(found - members_.begin());
}

void pool::connect(slot s)
{
    members_[s].link = std::make_shared<net::connection>(shard_, settings_, *this);
    members_[s].link->open();
}

void pool::open_all(const pool_fsm::actions& what, handshake_turns::rank as)
{
    if (members_.size() < fsm_.slots())
        members_.resize(fsm_.slots());
    for (const slot s : what.open) {
        members_[s].turn = std::make_unique<opening>(*this, s);
        turns_->ask(*members_[s].turn, as);
    }
}

void pool::open(open_callback done, handshake_turns::rank as)
{
    if (closed_) {
        done(&last_failure_);
        return;
    }
    if (is_up()) {
        done(nullptr);
        return;
    }
    waiters_.push_back(std::move(done));
    hurry(as);
    fill(as);
}

void pool::hold() noexcept
{
    holding_ = !closed_ && !is_up();
}

void pool::fill(handshake_turns::rank as)
{
    if (closed_)
        return;
    draining_ = false;
    open_all(fsm_.fill(), fsm_.ready().empty() ? as : handshake_turns::rank::later);
}

void pool::hurry(handshake_turns::rank as) noexcept
{
    if (!fsm_.ready().empty())
        return;
    for (const member& m : members_)
        if (m.turn != nullptr && m.link == nullptr)
            turns_->ask(*m.turn, as);
}

void pool::resize(std::size_t connections)
{
    if (closed_)
        return;
    const pool_ptr self{this};
    const pool_fsm::actions what = fsm_.resize(connections, loads());
    open_all(what);
    close_all(what);
}

void pool::probe() noexcept
{
    const pool_ptr self{this};
    for (std::size_t s = 0; s < members_.size(); ++s)
        if (const auto link = members_[s].link; link != nullptr && link->ready())
            link->probe();
}

void pool::on_ready(net::connection& c) noexcept
{
    const pool_ptr self{this};
    const slot s = slot_of(c);
    const auto turn = std::move(members_[s].turn);  // the next one's, when all this is done
    const bool is_first = fsm_.ready().empty();
    const pool_fsm::actions what = fsm_.on_ready(s, loads());
    open_all(what);
    if (fsm_.is_ready(s)) {
        members_[s].opened = true;
        if (is_first && last_failure_.code)
            base::log(
                log_level::info, "pool", "node is connected again", {{"node", to_string(settings_.node)}}
            );
        was_ready_ = true;
        holding_ = false;
        last_failure_ = {};
        if (is_first)
            owner_->on_pool_connected(*this);
        else
            owner_->on_connection_ready(*this);
        tell_waiters(nullptr);
        send_queued();
    }
    close_all(what);
}

bool pool::is_silent() const noexcept
{
    const std::span<const slot> ready = fsm_.ready();
    return !ready.empty() &&
           std::ranges::all_of(ready, [this](slot s) { return members_[s].link->is_suspect(); });
}

void pool::on_suspicion(net::connection& c) noexcept
{
    if (!fsm_.is_ready(slot_of(c)))
        return;
    const pool_ptr self{this};
    owner_->on_suspicion(*this);
    if (is_silent())
        pass_on_queued(net::silent());
}

void pool::on_room(net::connection& c) noexcept
{
    send_queued();
    if (fsm_.ready().size() == members_.size())
        return;
    const pool_ptr self{this};
    if (const slot s = slot_of(c); fsm_.is_draining(s))
        close_if_idle(s);
}

void pool::watch_orphans() noexcept
{
    const auto due = fsm_.orphans_due();
    if (due && !static_cast<base::list_hook<base::timer_tag>&>(*this).is_linked())
        shard_->set_timer(*this, *due);
}

void pool::on_timer(base::time_point now) noexcept
{
    const pool_ptr self{this};
    open_all(fsm_.on_orphans_due(now, loads()));
    watch_orphans();
}

}  // namespace async_cassandra::detail
