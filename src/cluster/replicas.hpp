// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cluster/token.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

// Which nodes hold a token. Nodes, data centers and racks are numbers that the caller gives to them.
namespace async_cassandra::detail {

/// A token and the node that owns it. A ring is sorted by token, and no token is in it twice.
struct ring_entry {
    token at = 0;
    std::uint32_t node = 0;
};

/// Where a node stands. Racks of different data centers are different ones, also when their names are equal.
struct node_place {
    std::uint32_t data_center = 0;
    std::uint32_t rack = 0;
};

/// How many replicas a data center has.
struct data_center_replication {
    std::uint32_t data_center = 0;
    std::uint32_t factor = 0;
};

/// Index of the entry that owns the token: the first whose token is not less; behind the last comes the first.
/// Precondition: the ring is not empty.
[[nodiscard]] std::size_t owner_index(std::span<const ring_entry> ring, token at) noexcept;

/// Replicas of SimpleStrategy, in ring order: the first `factor` distinct nodes, fewer when there are fewer.
[[nodiscard]] std::vector<std::uint32_t> simple_replicas(
    std::span<const ring_entry> ring, token at, std::uint32_t factor
);

/// Replicas of NetworkTopologyStrategy in the order in which the server finds them. `places` is indexed by node. A data
/// center that has no node contributes nothing.
[[nodiscard]] std::vector<std::uint32_t> network_topology_replicas(
    std::span<const ring_entry> ring,
    std::span<const node_place> places,
    std::span<const data_center_replication> factors,
    token at
);

}  // namespace async_cassandra::detail
