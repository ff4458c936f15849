// SPDX-License-Identifier: Apache-2.0
#include "support/key_replicas.hpp"

#include "cluster/replicas.hpp"
#include "cluster/token.hpp"
#include "support/cluster_state.hpp"
#include "support/node_state.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <memory>
#include <string_view>

namespace async_cassandra::testing {

namespace {

template <class Number>
Number number_of(std::string_view text)
{
    Number value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

}  // namespace

/// The members as the functions of replicas.hpp want them.
struct ring_view {
    explicit ring_view(const cluster_state& cluster)
    {
        const std::vector<std::string> names = cluster.data_centers();
        std::map<std::string, std::uint32_t> racks;
        for (const node_state* member : cluster.members) {
            if (!member->in_ring)
                continue;
            const fake_node_settings& s = member->settings;
            const auto dc = std::ranges::find(names, s.data_center) - names.begin();
            const auto rack = racks.emplace(s.data_center + "/" + s.rack, racks.size()).first->second;
            const auto node = static_cast<std::uint32_t>(nodes.size());
            places.push_back({static_cast<std::uint32_t>(dc), rack});
            for (const std::string& t : s.tokens)
                entries.push_back({number_of<std::int64_t>(t), node});
            nodes.push_back(member);
        }
        std::ranges::sort(entries, {}, &detail::ring_entry::at);
        data_centers = names;
    }

    std::vector<const node_state*> nodes;
    std::vector<detail::ring_entry> entries;
    std::vector<detail::node_place> places;
    std::vector<std::string> data_centers;
};

key_replicas find_replicas(
    const schema_keyspace& keyspace, std::span<const std::byte> partition_key, const node_state& asked
)
{
    std::shared_ptr<const ring_view>& known = asked.cluster->ring;
    if (known == nullptr)
        known = std::make_shared<ring_view>(*asked.cluster);
    const ring_view& ring = *known;
    const detail::token at = detail::murmur3_token(partition_key);
    std::string_view strategy;
    std::vector<detail::data_center_replication> factors;
    key_replicas found;
    for (const auto& [name, value] : keyspace.replication) {
        const auto dc = std::ranges::find(ring.data_centers, name);
        if (name == "class") {
            strategy = value;
        } else if (name == "replication_factor") {
            found.total = number_of<std::size_t>(value);
        } else if (dc != ring.data_centers.end()) {
            const auto factor = number_of<std::uint32_t>(value);
            factors.push_back({static_cast<std::uint32_t>(dc - ring.data_centers.begin()), factor});
            found.factors[name] = factor;
            found.total += factor;
        }
    }
    if (strategy.ends_with("LocalStrategy"))
        return {{&asked}, {}, 1};
    const auto indexes =
        strategy.ends_with("NetworkTopologyStrategy")
            ? detail::network_topology_replicas(ring.entries, ring.places, factors, at)
            : detail::simple_replicas(ring.entries, at, static_cast<std::uint32_t>(found.total));
    for (const std::uint32_t i : indexes)
        found.nodes.push_back(ring.nodes[i]);
    return found;
}

}  // namespace async_cassandra::testing
