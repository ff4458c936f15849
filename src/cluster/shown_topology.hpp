// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/topology.hpp>

#include "cluster/node_traffic.hpp"
#include "cluster/topology_data.hpp"

#include <cstdint>
#include <memory>
#include <mutex>
#include <span>

namespace async_cassandra::detail {

/// The topology as callers see it: the list of nodes with the states that all shards together give them. Made when somebody
/// asks and something has changed, so that a node that comes or goes costs the shards nothing. Any thread.
class shown_topology {
public:
    /// `changes`: a number that has grown since a state changed; read before the shards' lists were.
    [[nodiscard]] topology of(
        const std::shared_ptr<const topology_data>& nodes,
        std::uint64_t changes,
        std::span<const node_traffic::list> shards
    );

private:
    std::mutex mutex_;
    std::shared_ptr<const topology_data> made_of_;
    std::uint64_t made_at_ = 0;
    topology made_;
};

}  // namespace async_cassandra::detail
