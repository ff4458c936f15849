// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace async_cassandra::detail {

/// A replication factor. Transient replicas, which a factor "3/1" has one of, hold nothing that is repaired: they are
/// counted when replicas are placed, but are none to a client.
struct replication_factor {
    std::uint32_t all = 0;
    std::uint32_t transient = 0;

    friend constexpr auto operator<=>(const replication_factor&, const replication_factor&) noexcept =
        default;
};

enum class replication_strategy : std::uint8_t {
    unknown,           ///< Nothing is known of the replicas.
    local,             ///< Every node has rows of its own.
    simple,            ///< `factor` nodes, wherever they stand.
    network_topology,  ///< So many nodes in each data center, spread over its racks.
    everywhere,        ///< All nodes.
};

/// How a keyspace is replicated. Keyspaces with equal values share one token map.
struct replication {
    replication_strategy strategy = replication_strategy::unknown;
    replication_factor factor;                                             ///< Of `simple`.
    std::vector<std::pair<std::string, replication_factor>> data_centers;  ///< Of `network_topology`, sorted.

    friend auto operator<=>(const replication&, const replication&) noexcept = default;
};

/// How each keyspace is replicated, by name.
using keyspace_replications = std::map<std::string, replication, std::less<>>;

/// The replication of a row of system_schema.keyspaces. What cannot be read makes it `unknown`, and `reason` (unchanged
/// otherwise) tells why.
[[nodiscard]] replication parse_replication(
    const std::map<std::string, std::string>& options, std::string& reason
);

}  // namespace async_cassandra::detail
