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

net::connection_settings make_settings(const cluster_config& config, pool_target&& where)
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

connect_failure class_of(const net::close_reason& reason, bool with_keyspace) noexcept
{
    if (reason.server != nullptr) {
        switch (reason.server->code) {
        case server_code::bad_credentials: return connect_failure::authentication;
        case server_code::protocol_error: return connect_failure::protocol;
        case server_code::invalid:
            return with_keyspace ? connect_failure::keyspace : connect_failure::protocol;
        default: return connect_failure::unreachable;
        }
    }
    if (reason.code == errc::not_authenticated)
        return connect_failure::authentication;
    if (reason.code == errc::protocol_violation || reason.code == errc::bad_configuration)
        return connect_failure::protocol;
    return connect_failure::unreachable;
}

}  // namespace

pool::pool(
    std::shared_ptr<net::shard> home, const pool_settings& settings, pool_target where, pool_owner& owner
)
    : shard_(std::move(home)),
      settings_(make_settings(*settings.config, std::move(where))),
      owner_(&owner),
      fsm_(settings.connections, settings.config->max_in_flight),
      most_queued_(share(settings.config->max_queued_requests, settings.shards)),
      most_queued_bytes_(share(settings.config->max_queued_bytes, settings.shards))
{}

pool::~pool()
{
    drop();
}

bool pool::is_up() const noexcept
{
    return std::ranges::any_of(fsm_.ready(), [this](slot s) { return members_[s].link->ready(); });
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
    if (!is_up())
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

void pool::send(pool_request& request, slot s)
{
    request.slot_ = s;
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

void pool::fail_queued(const net::close_reason& reason) noexcept
{
    while (!queue_.empty()) {
        pool_request& request = queue_.front();
        unqueue(request);
        request.on_lost(reason, request_effect::not_sent);
    }
}

request_effect pool::withdraw(pool_request& request) noexcept
{
    if (request.connection_ == nullptr) {
        unqueue(request);
        return request_effect::not_sent;
    }
    const slot s = request.slot_;
    net::connection& on = *std::exchange(request.connection_, nullptr);
    const request_effect effect = on.cancel(request);
    if (effect != request_effect::not_sent) {
        fsm_.on_orphaned(s, static_cast<std::uint16_t>(on.orphans()), shard_->now());
        watch_orphans();
    }
    if (fsm_.is_draining(s))
        close_if_idle(s);
    // Its stream id may be free now, and when no answer is under way nothing else wakes the queue.
    send_queued();
    return effect;
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
    if (members_.size() < fsm_.slots())
        members_.resize(fsm_.slots());
    members_[s] = {std::make_shared<net::connection>(shard_, settings_, *this), false};
    members_[s].link->open();
}

void pool::open_all(const pool_fsm::actions& what)
{
    for (const slot s : what.open)
        connect(s);
}

void pool::close_all(const pool_fsm::actions& what) noexcept
{
    for (const slot s : what.close) {
        const auto link = members_[s].link;
        // What was told meanwhile may have closed it, and its slot be taken by another.
        if (link != nullptr && fsm_.is_draining(s))
            link->close({make_error_code(errc::closed), "it is not needed any more", nullptr});
    }
}

void pool::close_if_idle(slot s) noexcept
{
    const auto& link = members_[s].link;
    if (link != nullptr && link->in_flight() <= link->orphans())
        close_all(fsm_.on_idle(s));
}

void pool::open(open_callback done)
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
    fill();
}

void pool::fill()
{
    if (closed_)
        return;
    draining_ = false;
    open_all(fsm_.fill());
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

void pool::drain(const net::close_reason& reason)
{
    if (closed_)
        return;
    const pool_ptr self{this};
    last_failure_ = reason;
    close_all(fsm_.drain_all(loads()));
    base::timer_wheel::clear(*this);
    fail_queued(reason);
    tell_waiters(&reason);
    draining_ = true;
    tell_if_idle();
}

void pool::probe() noexcept
{
    const pool_ptr self{this};
    for (std::size_t s = 0; s < members_.size(); ++s)
        if (const auto link = members_[s].link; link != nullptr && link->ready())
            link->probe();
}

void pool::tell_if_idle() noexcept
{
    if (!draining_ || std::ranges::any_of(members_, [](const member& m) { return m.link != nullptr; }))
        return;
    draining_ = false;
    owner_->on_pool_idle(*this);
}

void pool::tell_waiters(const net::close_reason* reason)
{
    for (const open_callback& done : std::exchange(waiters_, {}))
        done(reason);
}

void pool::on_ready(net::connection& c) noexcept
{
    const pool_ptr self{this};
    const slot s = slot_of(c);
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

void pool::on_closed(net::connection& c, const net::close_reason& reason) noexcept
{
    const pool_ptr self{this};
    const slot s = slot_of(c);
    const member ended = std::exchange(members_[s], {});
    if (closed_) {
        fsm_.on_closed(s);
        if (ended.opened)
            owner_->on_connection_ended(*this, reason);
    } else if (fsm_.is_ready(s)) {
        lose(s, reason);
    } else if (fsm_.is_draining(s)) {
        fsm_.on_closed(s);
        if (ended.opened)
            owner_->on_connection_ended(*this, reason);
        tell_if_idle();
    } else {
        fail_open(s, reason);
    }
}

void pool::lose(slot s, const net::close_reason& reason) noexcept
{
    fsm_.on_closed(s);
    const bool was_last = fsm_.ready().empty();
    base::log(
        log_level::warning,
        "pool",
        was_last ? "no connection to a node" : "lost one of several connections to a node",
        {{"node", to_string(settings_.node)}, {"reason", reason.text}}
    );
    if (!was_last) {
        owner_->on_connection_lost(*this, reason);
        return;
    }
    last_failure_ = reason;
    owner_->on_pool_lost(*this, reason);
    fail_queued(reason);
    tell_waiters(&reason);
}

void pool::fail_open(slot s, const net::close_reason& reason) noexcept
{
    fsm_.on_open_failed(s);
    base::log(
        log_level::warning,
        "pool",
        fsm_.ready().empty() ? "no connection to a node" : "no further connection to a node",
        {{"node", to_string(settings_.node)}, {"reason", reason.text}}
    );
    if (fsm_.ready().empty())
        last_failure_ = reason;
    owner_->on_connect_failed(*this, class_of(reason, !settings_.keyspace.empty()), reason);
    tell_waiters(&reason);
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

void pool::close(const net::close_reason& reason) noexcept
{
    if (std::exchange(closed_, true))
        return;
    const pool_ptr self{this};
    last_failure_ = reason;
    base::timer_wheel::clear(*this);
    // None takes the requests that are told now.
    static_cast<void>(fsm_.drain_all(loads()));
    fail_queued(reason);
    for (std::size_t s = 0; s < members_.size(); ++s)
        if (const auto link = members_[s].link)
            link->close(reason);
    tell_waiters(&reason);
}

void pool::drop() noexcept
{
    closed_ = true;
    base::timer_wheel::clear(*this);
    static_cast<void>(fsm_.drain_all(loads()));
    queue_.clear();
    waiters_.clear();
    for (member& m : members_)
        if (const auto link = std::exchange(m.link, nullptr))
            link->drop();
}

}  // namespace async_cassandra::detail
