// SPDX-License-Identifier: Apache-2.0
#include "net/liveness.hpp"

#include <algorithm>

namespace async_cassandra::net {

liveness::decision liveness::check(time_point now, bool busy) noexcept
{
    if (probe_sent_) {
        // A probe sent on an idle connection has the shorter limit as soon as a request waits behind it.
        time_point limit =
            *probe_sent_ + (probe_while_busy_ ? limits_.busy_answer : limits_.heartbeat_timeout);
        if (busy && !probe_while_busy_)
            limit = std::min(
                limit, std::max(busy_since_, *probe_sent_) + limits_.busy_silence + limits_.busy_answer
            );
        if (now >= limit)
            return {action::fail, now};
        return {action::wait, busy ? limit : std::min(limit, now + limits_.busy_silence)};
    }
    const time_point idle_limit = last_byte_ + limits_.heartbeat_interval;
    const time_point busy_limit = std::max(last_byte_, busy_since_) + limits_.busy_silence;
    if (now >= (busy ? std::min(busy_limit, idle_limit) : idle_limit)) {
        probe_sent_ = now;
        probe_while_busy_ = busy;
        return {
            action::probe,
            now + (busy ? limits_.busy_answer : std::min(limits_.heartbeat_timeout, limits_.busy_silence))};
    }
    return {action::wait, busy ? std::min(busy_limit, idle_limit) : idle_limit};
}

liveness::decision liveness::demand(time_point now) noexcept
{
    const bool under_way = probe_sent_.has_value();
    if (!under_way)
        probe_sent_ = now;
    else if (!probe_while_busy_)
        // As if it had been sent now, but for the limit that it has already.
        probe_sent_ = std::min(now, *probe_sent_ + limits_.heartbeat_timeout - limits_.busy_answer);
    probe_while_busy_ = true;
    const time_point limit = *probe_sent_ + limits_.busy_answer;
    if (now >= limit)
        return {action::fail, now};
    return {under_way ? action::wait : action::probe, limit};
}

}  // namespace async_cassandra::net
