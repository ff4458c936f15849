// SPDX-License-Identifier: Apache-2.0
#include "cluster/shown_topology.hpp"

#include <utility>

namespace async_cassandra::detail {

topology shown_topology::of(
    const std::shared_ptr<const topology_data>& nodes,
    std::uint64_t changes,
    std::span<const node_traffic::list> shards
)
{
    const std::lock_guard lock{mutex_};
    if (nodes != made_of_ || changes != made_at_) {
        std::shared_ptr<topology_data> made;
        if (nodes != nullptr) {
            made = std::make_shared<topology_data>(*nodes);
            for (node& each : made->nodes)
                each.state = join_states(each.host_id, shards);
        }
        made_ = topology{std::move(made)};
        made_of_ = nodes;
        made_at_ = changes;
    }
    return made_;
}

}  // namespace async_cassandra::detail
