// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cluster/node_description.hpp"
#include "cluster/replication.hpp"
#include "cluster/token_map.hpp"

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace async_cassandra::detail {

/// What a topology is made of. Immutable once it is shared.
struct topology_data {
    /// As described, with what the client knows of their states. Same order.
    std::vector<node> nodes;
    std::shared_ptr<const described_nodes> described;
    std::shared_ptr<const node_placement> placement;
    std::shared_ptr<const token_ring> ring;

    /// A map for each distinct way of replication that a keyspace has.
    std::map<replication, std::shared_ptr<const token_map>> maps;

    /// The map of each keyspace that has replicas.
    std::map<std::string, std::shared_ptr<const token_map>, std::less<>> keyspaces;

    /// Null when the keyspace has no replicas. For requests: found once for a keyspace and a topology, it can be kept.
    [[nodiscard]] const token_map* map_of(std::string_view keyspace) const noexcept
    {
        const auto found = keyspaces.find(keyspace);
        return found == keyspaces.end() ? nullptr : found->second.get();
    }
};

}  // namespace async_cassandra::detail
