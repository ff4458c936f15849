// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/schema.hpp>

#include "cluster/topology_data.hpp"

#include <memory>
#include <mutex>
#include <utility>

namespace async_cassandra::detail {

/// What is known of the cluster, for callers on any thread. Shards have copies of their own: no request looks here.
class cluster_knowledge {
public:
    /// The states of the nodes are not in it: see node_traffic.
    void set(std::shared_ptr<const topology_data> now)
    {
        const std::lock_guard lock{mutex_};
        topology_.swap(now);  // the old one goes behind the lock
    }

    void set(schema now)
    {
        const std::lock_guard lock{mutex_};
        std::swap(schema_, now);
    }

    /// Null before the first.
    [[nodiscard]] std::shared_ptr<const topology_data> known_topology() const
    {
        const std::lock_guard lock{mutex_};
        return topology_;
    }

    [[nodiscard]] schema known_schema() const
    {
        const std::lock_guard lock{mutex_};
        return schema_;
    }

private:
    mutable std::mutex mutex_;
    std::shared_ptr<const topology_data> topology_;
    schema schema_;
};

}  // namespace async_cassandra::detail
