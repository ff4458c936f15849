// SPDX-License-Identifier: Apache-2.0
#include "cluster/replicas.hpp"

#include <algorithm>

namespace async_cassandra::detail {
namespace {

bool contains(const std::vector<std::uint32_t>& list, std::uint32_t value) noexcept
{
    return std::ranges::find(list, value) != list.end();
}

// What one data center still wants (NetworkTopologyStrategy.DatacenterEndpoints).
struct wanted_replicas {
    std::uint32_t data_center = 0;
    std::uint32_t factor = 0;
    std::uint32_t left = 0;
    std::int64_t rack_repeats = 0;
    std::vector<std::uint32_t> racks;   // all there are
    std::vector<std::uint32_t> used{};  // that have a replica

    // Whether the node, which is no replica yet, becomes one.
    bool takes(std::uint32_t rack)
    {
        if (left == 0)
            return false;
        if (!contains(used, rack))
            used.push_back(rack);
        else if (rack_repeats > 0)
            --rack_repeats;
        else
            return false;  // the rest is for racks that have none
        --left;
        return true;
    }
};

std::vector<wanted_replicas> wanted_of(
    std::span<const ring_entry> ring,
    std::span<const node_place> places,
    std::span<const data_center_replication> factors
)
{
    std::vector<wanted_replicas> all;
    for (const data_center_replication& f : factors)
        all.push_back({f.data_center, f.factor, 0, 0, {}});
    std::vector<bool> seen(places.size());
    for (const ring_entry& entry : ring) {
        if (seen[entry.node])
            continue;
        seen[entry.node] = true;
        const node_place& place = places[entry.node];
        const auto found = std::ranges::find(all, place.data_center, &wanted_replicas::data_center);
        if (found == all.end() || found->factor == 0)
            continue;
        found->left = std::min(found->left + 1, found->factor);
        if (!contains(found->racks, place.rack))
            found->racks.push_back(place.rack);
    }
    for (wanted_replicas& wanted : all)
        wanted.rack_repeats = std::int64_t{wanted.factor} - static_cast<std::int64_t>(wanted.racks.size());
    return all;
}

}  // namespace

std::size_t owner_index(std::span<const ring_entry> ring, token at) noexcept
{
    const auto found = std::ranges::lower_bound(ring, at, {}, &ring_entry::at);
    return found == ring.end() ? 0 : static_cast<std::size_t>(found - ring.begin());
}

std::vector<std::uint32_t> simple_replicas(std::span<const ring_entry> ring, token at, std::uint32_t factor)
{
    std::vector<std::uint32_t> replicas;
    if (ring.empty())
        return replicas;
    const std::size_t owner = owner_index(ring, at);
    // Once round the ring and no further: there may be fewer nodes than replicas.
    for (std::size_t i = 0; i < ring.size() && replicas.size() < factor; ++i)
        if (const std::uint32_t node = ring[(owner + i) % ring.size()].node; !contains(replicas, node))
            replicas.push_back(node);
    return replicas;
}

std::vector<std::uint32_t> network_topology_replicas(
    std::span<const ring_entry> ring,
    std::span<const node_place> places,
    std::span<const data_center_replication> factors,
    token at
)
{
    std::vector<std::uint32_t> replicas;
    if (ring.empty())
        return replicas;
    std::vector<wanted_replicas> all = wanted_of(ring, places, factors);
    std::uint64_t left = 0;
    for (const wanted_replicas& wanted : all)
        left += wanted.left;
    const std::size_t owner = owner_index(ring, at);
    for (std::size_t i = 0; i < ring.size() && left != 0; ++i) {
        const std::uint32_t node = ring[(owner + i) % ring.size()].node;
        const node_place& place = places[node];
        const auto found = std::ranges::find(all, place.data_center, &wanted_replicas::data_center);
        if (found == all.end() || contains(replicas, node) || !found->takes(place.rack))
            continue;
        replicas.push_back(node);
        --left;
    }
    return replicas;
}

}  // namespace async_cassandra::detail
