// SPDX-License-Identifier: Apache-2.0
#include "session/session_shard.hpp"

#include "base/failure.hpp"
#include "net/shard_call.hpp"
#include "session/request.hpp"
#include "session/session_state.hpp"
#include "session/stream_core.hpp"

#include <cassert>
#include <utility>

namespace async_cassandra::detail {

session_shard::session_shard(
    std::shared_ptr<cluster_core> cluster,
    std::shared_ptr<cluster_shard> shard,
    std::shared_ptr<session_state> state,
    protocol_version version
)
    : cluster_(std::move(cluster)), shard_(std::move(shard)), state_(std::move(state)), version_(version)
{
    cluster_->count(held_);
}

session_shard::~session_shard()
{
    // This may be any thread, and the list is the shard's.
    assert(!static_cast<base::list_hook<closing_tag>&>(*this).is_linked() || home().is_dead());
}

void session_shard::open()
{
    if (keyspace_ != nullptr)
        return;
    set_keyspace(state_->keyspace());
    shard_->add(*this);
}

const keyspace_use* session_shard::find_keyspace(const std::string& name)
{
    if (keyspace_ != nullptr && keyspace_->name == name)
        return keyspace_;
    if (const auto known = keyspaces_.find(name); known != keyspaces_.end())
        return &known->second;
    pool_set* const pools = shard_->pools(version_, name);
    if (pools == nullptr)
        return nullptr;
    return &keyspaces_.try_emplace(name, keyspace_use{name, pools}).first->second;
}

void session_shard::forget() noexcept
{
    forgotten_ = true;
    tell_when_idle();
}

void session_shard::hold_shard() noexcept
{
    // A stream outlives its session, and may begin when that has let go of the shard.
    if (forgotten_ && !static_cast<base::list_hook<closing_tag>&>(*this).is_linked())
        shard_->add(*this);
}

void session_shard::add(request& r) noexcept
{
    hold_shard();
    running_.push_back(r);
    ++held_->requests;
}

void session_shard::remove(request& r) noexcept
{
    base::list_hook<running_tag>& hook = r;
    if (!hook.is_linked())
        return;
    hook.unlink();
    --held_->requests;
}

void session_shard::add(stream_core& s) noexcept
{
    hold_shard();
    streams_.push_back(s);
    ++held_->streams;
}

void session_shard::remove(stream_core& s) noexcept
{
    if (!s.is_linked())
        return;
    s.unlink();
    --held_->streams;
    if (forgotten_)
        tell_when_idle();
}

void session_shard::close(std::function<void()> done)
{
    close_waiters_.push_back(std::move(done));
    if (!std::exchange(closed_, true) && !running_.empty())
        home().set_timer(*this, home().now() + config().drain_timeout);
    tell_when_idle();
}

void session_shard::tell_when_idle() noexcept
{
    if (!running_.empty())
        return;
    if (!closed_) {
        if (forgotten_ && streams_.empty())
            leave_shard();
        return;
    }
    base::timer_wheel::clear(*this);
    while (!streams_.empty()) {
        stream_core& each = streams_.pop_front();
        --held_->streams;
        each.end_with_session();
    }
    // Another shard's thread must not be told that all is over while handlers still wait for their turn here.
    for (std::function<void()>& done : std::exchange(close_waiters_, {}))
        net::run_behind_handlers(home(), std::move(done));
    // Not before that: a cluster that closes now must wait for these handlers, too.
    if (static_cast<base::list_hook<closing_tag>&>(*this).is_linked())
        net::run_behind_handlers(home(), [self = shared_from_this()] { self->leave_shard(); });
}

void session_shard::leave_shard() noexcept
{
    static_cast<base::list_hook<closing_tag>&>(*this).unlink();
}

void session_shard::on_timer(base::time_point) noexcept
{
    while (!running_.empty())
        running_.front().fail_closed();
}

failure_ptr session_closed()
{
    return failure_ptr{base::make_failure(errc::closed, "Session is closed")};
}

}  // namespace async_cassandra::detail
