// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cluster/topology_data.hpp"

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace async_cassandra::detail {

/// Makes the next topology in small steps, so that the loop of the shard is not held up by a large cluster. What has not
/// changed since the one before is taken from there: the ring when nodes and tokens are the same, the maps of all ways of
/// replication known when data centers and racks are too.
class topology_builder {
public:
    /// \param before null at the start.
    topology_builder(
        std::shared_ptr<const described_nodes> nodes,
        keyspace_replications keyspaces,
        const std::shared_ptr<const topology_data>& before
    );

    /// Works for about `budget` units; a step of 50,000 takes less than a millisecond. True when the topology is ready.
    bool step(std::size_t budget);

    /// The topology, with the state of each node as in the one before. Precondition: `step` returned true.
    [[nodiscard]] std::shared_ptr<topology_data> take();

    /// Remarks for the log.
    [[nodiscard]] const std::vector<std::string>& notes() const noexcept { return notes_; }

private:
    void reuse(const topology_data& before);
    bool step_ring(std::size_t& budget);
    bool step_maps(std::size_t& budget);

    keyspace_replications keyspaces_;
    std::shared_ptr<topology_data> made_;
    std::optional<token_ring_builder> ring_;
    std::vector<replication> wanted_;  // whose maps are to be made
    std::optional<token_map_builder> map_;
    std::vector<std::string> notes_;
};

}  // namespace async_cassandra::detail
