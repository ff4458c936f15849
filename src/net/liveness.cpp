// SPDX-License-Identifier: Apache-2.0
#include "net/liveness.hpp"

#include <algorithm>
#include <utility>

namespace async_cassandra::net {

liveness::decision liveness::check(time_point now, bool busy) noexcept
{
    if (probe_sent_)
        return check_probe(now);
    time_point limit = last_byte_ + limits_.heartbeat_interval;
    if (busy)
        limit = std::min(limit, std::max(last_byte_, busy_since_) + limits_.busy_silence);
    return now >= limit ? demand(now) : decision{action::wait, limit};
}

liveness::decision liveness::demand(time_point now) noexcept
{
    if (probe_sent_)
        return check_probe(now);
    probe_sent_ = now;
    return {action::probe, now + std::min(limits_.trust, limits_.heartbeat_timeout)};
}

liveness::decision liveness::check_probe(time_point now) noexcept
{
    const time_point dead = *probe_sent_ + limits_.heartbeat_timeout;
    if (now >= dead)
        return {action::fail, now};
    const time_point doubtful = std::min(*probe_sent_ + limits_.trust, dead);
    if (now < doubtful)
        return {action::wait, doubtful};
    const bool was_suspect = std::exchange(suspect_, true);
    return {was_suspect ? action::wait : action::suspect, dead};
}

}  // namespace async_cassandra::net
