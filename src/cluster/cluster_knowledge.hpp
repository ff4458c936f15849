// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/schema.hpp>
#include <async_cassandra/topology.hpp>

#include <mutex>
#include <utility>

namespace async_cassandra::detail {

/// What is known of the cluster, for callers on any thread. Shards have copies of their own: no request looks here.
class cluster_knowledge {
public:
    void set(topology now)
    {
        const std::lock_guard lock{mutex_};
        std::swap(topology_, now);  // the old one goes behind the lock
    }

    void set(schema now)
    {
        const std::lock_guard lock{mutex_};
        std::swap(schema_, now);
    }

    [[nodiscard]] topology known_topology() const
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
    topology topology_;
    schema schema_;
};

}  // namespace async_cassandra::detail
