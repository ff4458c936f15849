// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/cluster.hpp>

#include "cluster/cluster_core.hpp"
#include "net/operation.hpp"

#include <memory>

namespace async_cassandra::detail {

/// One call of `check_host_health`. The check itself runs on a shard that has a connection to the node, if one has.
class health_operation final : public net::operation {
public:
    health_operation(std::shared_ptr<cluster_core> cluster, const uuid& host_id, health_handler&& handler);

    void start() noexcept override;
    void refuse() noexcept override;
    void detach() noexcept override { done_ = true; }
    void cancel(asio::cancellation_type type) noexcept override;
    void invoke() override;
    void abandon() noexcept override;

private:
    ~health_operation() override = default;

    void finish(result<host_health> outcome) noexcept;

    std::shared_ptr<cluster_core> cluster_;
    uuid host_id_;
    result<host_health> outcome_{host_health{}};
    health_handler handler_;
    bool done_ = false;
};

}  // namespace async_cassandra::detail
