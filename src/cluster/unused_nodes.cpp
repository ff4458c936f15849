// SPDX-License-Identifier: Apache-2.0
#include "cluster/unused_nodes.hpp"

namespace async_cassandra::detail {

namespace {

/// A node that refuses the log-in, or answers in whatever way, lives.
bool is_silence(const boost::system::error_code& code) noexcept
{
    return code == errc::connection_failed || code == errc::connection_lost ||
           code == errc::request_timeout || code == errc::handshake_timeout ||
           code == errc::heartbeat_timeout;
}

}  // namespace

bool unused_nodes::may_be_up(const uuid& host_id, bool ask, base::time_point now)
{
    const auto old = known_.find(host_id);
    if (old != known_.end() && now - old->second.asked < believed_for_)
        return !old->second.dead;
    if (!ask)
        return true;
    known_[host_id] = {now, false};
    check_(host_id, [this, host_id](const result<host_health>& outcome) {
        const auto found = known_.find(host_id);
        if (found != known_.end())
            found->second.dead = outcome.has_error() && is_silence(outcome.error()->code);
    });
    const auto now_known = known_.find(host_id);
    return now_known == known_.end() || !now_known->second.dead;
}

}  // namespace async_cassandra::detail
