// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/config.hpp>
#include <async_cassandra/host_health.hpp>
#include <async_cassandra/result.hpp>

#include "cluster/pool.hpp"
#include "net/connection.hpp"

#include <functional>
#include <memory>

namespace async_cassandra::detail {

/// One look whether a node answers: OPTIONS on a connection that is open, else on one that is opened for it and closed
/// after. On the thread of its shard; owned by shared pointers until it has ended.
class health_check final : public std::enable_shared_from_this<health_check>,
                           private net::probe_waiter,
                           private net::connection_owner,
                           private base::timer_node {
public:
    using callback = std::function<void(const result<host_health>&)>;

    health_check(std::shared_ptr<net::shard> home, const uuid& host_id, callback done);

    /// Over a connection that is ready. Ends once, after this function, at the latest when the time is over.
    void run(net::connection& over, std::chrono::milliseconds limit);

    /// Over a connection of its own.
    void run(const cluster_config& config, pool_target where);

    [[nodiscard]] bool ended() const noexcept { return done_ == nullptr; }

    /// It ends now.
    void fail(boost::system::error_code code, const std::string& text);

    /// The shard is going away: tells nobody.
    void drop() noexcept;

private:
    void begin(const endpoint& node, std::chrono::milliseconds limit);
    void fail(const net::close_reason& reason);
    void finish(const result<host_health>& outcome);

    void on_probe_answered(base::time_point::duration round_trip, bool understood) noexcept override;
    void on_probe_lost(const net::close_reason& reason) noexcept override;
    void on_ready(net::connection& c) noexcept override;
    void on_closed(net::connection& c, const net::close_reason& reason) noexcept override;
    void on_room(net::connection&) noexcept override {}
    void on_timer(base::time_point now) noexcept override;

    std::shared_ptr<net::shard> shard_;
    uuid host_id_;
    callback done_;
    endpoint node_;
    std::chrono::milliseconds limit_{0};
    base::time_point began_{};
    std::shared_ptr<net::connection> own_;
};

/// What a check of a node ends with that is not there.
[[nodiscard]] failure_ptr no_such_host(const uuid& host_id);

}  // namespace async_cassandra::detail
