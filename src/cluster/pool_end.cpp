// SPDX-License-Identifier: Apache-2.0
#include "base/log.hpp"
#include "cluster/pool.hpp"

#include <algorithm>
#include <utility>

// How connections end, one by one or all together, and who is told.
namespace async_cassandra::detail {

namespace {

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

void pool::close_all(const pool_fsm::actions& what) noexcept
{
    for (const slot s : what.close) {
        // What was told meanwhile may have closed it, and its slot be taken by another.
        if (!fsm_.is_draining(s))
            continue;
        if (const auto link = members_[s].link)
            link->close({make_error_code(errc::closed), "it is not needed any more", nullptr});
        else
            give_up_turn(s);
    }
}

void pool::give_up_turn(slot s) noexcept
{
    members_[s] = {};
    fsm_.on_closed(s);
}

void pool::close_if_idle(slot s) noexcept
{
    const auto& link = members_[s].link;
    if (link != nullptr && link->in_flight() <= link->orphans())
        close_all(fsm_.on_idle(s));
}

void pool::drain(const net::close_reason& reason)
{
    if (closed_)
        return;
    const pool_ptr self{this};
    last_failure_ = reason;
    holding_ = false;
    close_all(fsm_.drain_all(loads()));
    base::timer_wheel::clear(*this);
    fail_queued(reason);
    tell_waiters(&reason);
    draining_ = true;
    tell_if_idle();
}

void pool::close(const net::close_reason& reason) noexcept
{
    if (std::exchange(closed_, true))
        return;
    const pool_ptr self{this};
    last_failure_ = reason;
    holding_ = false;
    base::timer_wheel::clear(*this);
    // None takes the requests that are told now.
    static_cast<void>(fsm_.drain_all(loads()));
    fail_queued(reason);
    for (std::size_t s = 0; s < members_.size(); ++s)
        if (const auto link = members_[s].link)
            link->close(reason);
        else
            give_up_turn(static_cast<slot>(s));
    tell_waiters(&reason);
}

void pool::drop() noexcept
{
    closed_ = true;
    base::timer_wheel::clear(*this);
    static_cast<void>(fsm_.drain_all(loads()));
    holding_ = false;
    queue_.clear();
    waiters_.clear();
    for (member& m : members_) {
        if (const auto link = std::exchange(m.link, nullptr))
            link->drop();
        m.turn.reset();
    }
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

void pool::fail_queued(const net::close_reason& reason) noexcept
{
    while (!queue_.empty()) {
        pool_request& request = queue_.front();
        unqueue(request);
        request.on_lost(reason, request_effect::not_sent);
    }
}

// Those for which no other node is left that may take them wait on.
void pool::pass_on_queued(const net::close_reason& reason) noexcept
{
    base::intrusive_list<pool_request, queue_tag> waited;
    waited.splice_back(queue_);
    while (!waited.empty()) {
        pool_request& request = waited.front();
        if (request.has_alternatives()) {
            unqueue(request);
            request.on_lost(reason, request_effect::not_sent);
        } else {
            queue_.push_back(waited.pop_front());
        }
    }
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
    if (std::exchange(holding_, false))
        fail_queued(reason);
    tell_waiters(&reason);
}

}  // namespace async_cassandra::detail
