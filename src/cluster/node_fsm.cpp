// SPDX-License-Identifier: Apache-2.0
#include "cluster/node_fsm.hpp"

#include <utility>

namespace async_cassandra::detail {

using base::node_status;
using base::node_status_reason;

namespace {

node_status_reason reason_of(connect_failure why) noexcept
{
    switch (why) {
    case connect_failure::unreachable: return node_status_reason::connect_failed;
    case connect_failure::authentication: return node_status_reason::authentication_failed;
    case connect_failure::protocol: return node_status_reason::protocol_refused;
    case connect_failure::keyspace: return node_status_reason::keyspace_refused;
    }
    return node_status_reason::connect_failed;
}

}  // namespace

void node_fsm::change(actions& out, node_status to, node_status_reason why) noexcept
{
    if (status_ == to)
        return;
    out.changed = transition{status_, to, why};
    status_ = to;
}

void node_fsm::schedule(actions& out, backoff& pauses, time_point now, std::uint64_t chance) noexcept
{
    if (due_)
        return;  // several connections failed together: one pause for all
    const auto pause = pauses.next(chance);
    due_ = now + pause;
    out.scheduled = pause;
}

void node_fsm::connect_now(actions& out) noexcept
{
    due_.reset();
    hurry_ = false;
    out.connect = true;
}

void node_fsm::forget() noexcept
{
    pauses_.reset();
    refills_.reset();
    due_.reset();
    unsettled_since_.reset();
    pools_up_ = 0;
    failures_ = 0;
    hurry_ = false;
}

void node_fsm::settle(time_point now) noexcept
{
    if (!unsettled_since_ || now - *unsettled_since_ < settling_time)
        return;
    pauses_.reset();
    refills_.reset();
    unsettled_since_.reset();
}

node_fsm::actions node_fsm::on_wanted() noexcept
{
    actions out;
    if (wanted())
        return out;
    forget();
    change(out, node_status::connecting, node_status_reason::wanted);
    connect_now(out);
    return out;
}

node_fsm::actions node_fsm::on_unwanted() noexcept
{
    actions out;
    if (!wanted())
        return out;
    forget();
    out.drain = true;
    change(out, node_status::unknown, node_status_reason::unwanted);
    return out;
}

node_fsm::actions node_fsm::on_removed() noexcept
{
    actions out;
    out.drain = wanted();
    forget();
    change(out, node_status::removed, node_status_reason::removed);
    return out;
}

node_fsm::actions node_fsm::on_moved() noexcept
{
    actions out;
    if (!wanted())
        return out;
    forget();
    out.drain = true;
    change(out, node_status::connecting, node_status_reason::address_changed);
    connect_now(out);
    return out;
}

node_fsm::actions node_fsm::on_gossip_up() noexcept
{
    actions out;
    if (!wanted())
        return out;
    if (due_) {
        pauses_.reset();
        refills_.reset();
        connect_now(out);
    } else if (!connected()) {
        pauses_.reset();
        hurry_ = true;
    }
    return out;
}

node_fsm::actions node_fsm::on_gossip_down() const noexcept
{
    actions out;
    out.probe = connected();
    return out;
}

node_fsm::actions node_fsm::on_pool_connected(time_point now) noexcept
{
    actions out;
    if (!wanted()) {
        out.drain = true;
        return out;
    }
    ++pools_up_;
    failures_ = 0;
    hurry_ = false;
    unsettled_since_ = now;
    if (connected())
        return out;
    due_.reset();
    up_since_ = now;
    refills_.reset();
    change(out, node_status::up, node_status_reason::connected);
    // With v4, pools of other keyspaces may have failed while it was down.
    out.connect = true;
    return out;
}

node_fsm::actions node_fsm::on_connection_lost(time_point now, std::uint64_t chance) noexcept
{
    actions out;
    if (!wanted())
        return out;
    settle(now);
    schedule(out, refills_, now, chance);
    return out;
}

node_fsm::actions node_fsm::on_pool_lost(time_point now, std::uint64_t chance) noexcept
{
    actions out;
    if (!wanted() || pools_up_ == 0)
        return out;
    settle(now);
    if (--pools_up_ == 0)
        change(out, node_status::down, node_status_reason::connection_lost);
    schedule(out, connected() ? refills_ : pauses_, now, chance);
    return out;
}

node_fsm::actions node_fsm::on_silence(bool silent) noexcept
{
    actions out;
    if (!connected())
        return out;
    if (silent)
        change(out, node_status::silent, node_status_reason::fell_silent);
    else
        change(out, node_status::up, node_status_reason::heard_again);
    return out;
}

node_fsm::actions node_fsm::on_connect_failed(
    connect_failure why, time_point now, std::uint64_t chance
) noexcept
{
    actions out;
    if (!wanted())
        return out;
    if (!due_)
        ++failures_;
    if (connected()) {
        schedule(out, refills_, now, chance);
        return out;
    }
    change(out, node_status::down, reason_of(why));
    if (hurry_)
        connect_now(out);
    else
        schedule(out, pauses_, now, chance);
    return out;
}

node_fsm::actions node_fsm::on_timer(time_point now) noexcept
{
    actions out;
    if (due_ && now >= *due_)
        connect_now(out);
    return out;
}

}  // namespace async_cassandra::detail
