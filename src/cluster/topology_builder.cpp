// SPDX-License-Identifier: Apache-2.0
#include "cluster/topology_builder.hpp"

#include <algorithm>
#include <utility>

namespace async_cassandra::detail {

namespace {

bool same_ring(const described_nodes& a, const described_nodes& b) noexcept
{
    return std::ranges::equal(a.nodes, b.nodes, [](const node_description& x, const node_description& y) {
        return x.facts.host_id == y.facts.host_id && x.tokens == y.tokens;
    });
}

}  // namespace

topology_builder::topology_builder(
    std::shared_ptr<const described_nodes> nodes,
    keyspace_replications keyspaces,
    const std::shared_ptr<const topology_data>& before
)
    : keyspaces_(std::move(keyspaces)), made_(std::make_shared<topology_data>())
{
    made_->described = std::move(nodes);
    made_->nodes.reserve(made_->described->nodes.size());
    for (const node_description& each : made_->described->nodes)
        made_->nodes.push_back(each.facts);
    made_->placement = std::make_shared<const node_placement>(place_nodes(made_->described->nodes));
    if (before != nullptr)
        reuse(*before);
    if (made_->ring == nullptr)
        ring_.emplace(made_->described->nodes);
    for (const auto& [name, how] : keyspaces_)
        if (!made_->maps.contains(how) && std::ranges::find(wanted_, how) == wanted_.end())
            wanted_.push_back(how);
}

void topology_builder::reuse(const topology_data& before)
{
    for (node& each : made_->nodes) {
        const auto old = std::ranges::lower_bound(before.nodes, each.host_id, {}, &node::host_id);
        if (old != before.nodes.end() && old->host_id == each.host_id)
            each.state = old->state;
    }
    if (!same_ring(*before.described, *made_->described))
        return;
    made_->ring = before.ring;
    if (*before.placement != *made_->placement)
        return;
    for (const auto& [name, how] : keyspaces_)
        if (const auto known = before.maps.find(how); known != before.maps.end())
            made_->maps.insert(*known);
}

bool topology_builder::step(std::size_t budget)
{
    if (!step_ring(budget) || !step_maps(budget))
        return false;
    for (const auto& [name, how] : std::exchange(keyspaces_, {}))
        if (const auto& map = made_->maps.at(how); map->count() != 0)
            made_->keyspaces.emplace(name, map);
    return true;
}

bool topology_builder::step_ring(std::size_t& budget)
{
    if (!ring_)
        return true;
    if (!ring_->step(budget))
        return false;
    if (ring_->duplicates() != 0)
        notes_.push_back(
            std::to_string(ring_->duplicates()) + " tokens are claimed by several nodes: the first has them"
        );
    made_->ring = ring_->take();
    ring_.reset();
    return true;
}

bool topology_builder::step_maps(std::size_t& budget)
{
    while (map_ || !wanted_.empty()) {
        if (!map_)
            map_.emplace(made_->ring, *made_->placement, wanted_.back());
        if (!map_->step(budget))
            return false;
        if (!map_->reason().empty())
            notes_.push_back(map_->reason());
        made_->maps.emplace(std::move(wanted_.back()), map_->take());
        wanted_.pop_back();
        map_.reset();
    }
    return true;
}

std::shared_ptr<topology_data> topology_builder::take()
{
    return std::move(made_);
}

}  // namespace async_cassandra::detail
