// SPDX-License-Identifier: Apache-2.0
#include "net/connection.hpp"
#include "protocol/requests.hpp"

#include <utility>

// Whether the node is still there.
namespace async_cassandra::net {

void connection::watch(base::time_point now) noexcept
{
    obey(liveness_.check(now, streams_.in_use() != 0));
}

void connection::probe() noexcept
{
    if (!ready())
        return;
    const auto self = shared_from_this();
    obey(liveness_.demand(shard_->now()));
}

void connection::obey(const liveness::decision& next) noexcept
{
    switch (next.what) {
    case liveness::action::wait: break;
    case liveness::action::probe: send_probe(); break;
    case liveness::action::suspect:
        if (owner_ != nullptr)
            owner_->on_suspicion(*this);
        if (!ready())
            return;
        break;
    case liveness::action::fail: close(silent()); return;
    }
    watch_at_ = next.next;
    shard_->set_timer(*this, watch_at_);
}

close_reason silent()
{
    return {
        make_error_code(errc::heartbeat_timeout),
        "the node fell silent: no byte came, not even in answer to OPTIONS",
        nullptr,
        nullptr};
}

void connection::send_probe()
{
    if (std::exchange(probing_, true))
        return;
    probe_sent_ = shard_->now();
    if (protocol::encode_options(gathered_, settings_.version, probe_id()))
        shard_->gathered(*this);
}

void connection::measure(probe_waiter& who)
{
    probe_waiters_.push_back(who);
    send_probe();
}

void connection::on_probe_answer(protocol::opcode op) noexcept
{
    const auto self = shared_from_this();
    const base::time_point::duration round_trip = shard_->now() - probe_sent_;
    base::intrusive_list<probe_waiter, probe_tag> waited;
    waited.splice_back(probe_waiters_);
    while (!waited.empty())
        waited.pop_front().on_probe_answered(round_trip, op == protocol::opcode::supported);
}

}  // namespace async_cassandra::net
