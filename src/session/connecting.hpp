// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/cluster.hpp>

#include "net/operation.hpp"
#include "session/page_request.hpp"
#include "session/session_core.hpp"

#include <memory>
#include <optional>

namespace async_cassandra::detail {

/// One call of `connect`, on shard 0: find a node and a version, open the pools of every shard, see that the keyspace
/// exists.
class connect_operation final : public net::operation, private base::timer_node {
public:
    connect_operation(
        std::shared_ptr<cluster_core> cluster, std::string&& keyspace, connect_handler&& handler
    );

    void start() noexcept override;
    void refuse() noexcept override;
    void detach() noexcept override;
    void cancel(asio::cancellation_type type) noexcept override;
    void invoke() override;
    void abandon() noexcept override;

private:
    class keyspace_check;

    ~connect_operation() override;

    [[nodiscard]] control_connection& control() const noexcept
    {
        return *cluster_->shards().front()->control();
    }
    void on_found(const result<control_connection::target>& found) noexcept;
    void open_pools(const control_connection::target& where);
    void on_pools_open(const control_connection::target& where, const net::close_reason* reason) noexcept;
    void check_keyspace();
    void fail(failure f) noexcept;
    void end() noexcept;
    void on_timer(base::time_point now) noexcept override;

    std::shared_ptr<cluster_core> cluster_;
    std::string keyspace_;
    std::optional<endpoint> opening_;  // where the pools connect
    std::shared_ptr<session_core> session_;
    std::shared_ptr<keyspace_check> check_;
    failure_ptr failure_;
    connect_handler handler_;
    bool topology_known_ = false;
    bool done_ = false;
};

}  // namespace async_cassandra::detail
