// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/node_stats.hpp>

#include "cluster/node_facts.hpp"

#include <memory>
#include <mutex>
#include <span>
#include <utility>
#include <vector>

namespace async_cassandra::detail {

/// What one shard counts and thinks of each node of its topology, for callers on any thread. Of the facts only `counts` and
/// `status` are for them.
class node_traffic {
public:
    struct entry {
        uuid host_id;
        std::shared_ptr<const node_facts> facts;
    };
    using list = std::shared_ptr<const std::vector<entry>>;  ///< Sorted by host id.

    void set(std::vector<entry> nodes)
    {
        list now = std::make_shared<const std::vector<entry>>(std::move(nodes));
        const std::lock_guard lock{mutex_};
        list_.swap(now);  // the old one goes behind the lock
    }

    [[nodiscard]] list get() const
    {
        const std::lock_guard lock{mutex_};
        return list_;
    }

private:
    mutable std::mutex mutex_;
    list list_ = std::make_shared<const std::vector<entry>>();
};

/// The counts for a node; null when it is not there.
[[nodiscard]] const net::traffic* find_traffic(const node_traffic::list& all, const uuid& host_id) noexcept;

/// Whether a node can be used: up when any shard hears it, silent when those that have a connection hear nothing, down
/// when one has tried in vain and none has one.
[[nodiscard]] node_state join_states(
    const uuid& host_id, std::span<const node_traffic::list> shards
) noexcept;

/// A node's figures: its state, the sum over the shards, and the mean of their latencies by how much each has answered
/// lately.
[[nodiscard]] node_stats sum_traffic(const node& of, std::span<const node_traffic::list> shards);

}  // namespace async_cassandra::detail
