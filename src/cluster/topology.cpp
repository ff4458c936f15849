// SPDX-License-Identifier: Apache-2.0
#include <async_cassandra/topology.hpp>

#include "cluster/topology_data.hpp"

#include <algorithm>
#include <limits>

namespace async_cassandra {

namespace {

bool contains(std::span<const std::uint32_t> list, std::size_t position) noexcept
{
    return std::ranges::find(list, position) != list.end();
}

}  // namespace

std::string_view to_string(node_state state) noexcept
{
    switch (state) {
    case node_state::unknown: break;
    case node_state::up: return "up";
    case node_state::silent: return "silent";
    case node_state::down: return "down";
    }
    return "unknown";
}

std::span<const node> topology::nodes() const& noexcept
{
    return data_ == nullptr ? std::span<const node>{} : data_->nodes;
}

const node* topology::find(const uuid& host_id) const& noexcept
{
    const std::span<const node> all = nodes();
    const auto found = std::ranges::lower_bound(all, host_id, {}, &node::host_id);
    return found == all.end() || found->host_id != host_id ? nullptr : &*found;
}

std::string_view topology::partitioner() const& noexcept
{
    return data_ == nullptr ? std::string_view{} : data_->described->partitioner;
}

node_list topology::replicas(std::string_view keyspace, std::int64_t token) const& noexcept
{
    const detail::token_map* map = data_ == nullptr ? nullptr : data_->map_of(keyspace);
    return map == nullptr ? node_list{} : node_list{data_->nodes.data(), map->replicas(token)};
}

node_list topology::replicas(std::string_view keyspace, std::span<const std::byte> routing_key)
    const& noexcept
{
    return replicas(keyspace, detail::murmur3_token(routing_key));
}

std::vector<token_range> topology::token_ranges(std::string_view keyspace, const uuid& host_id) const
{
    const detail::token_map* map = data_ == nullptr ? nullptr : data_->map_of(keyspace);
    const node* wanted = find(host_id);
    std::vector<token_range> ranges;
    if (map == nullptr || wanted == nullptr)
        return ranges;
    const auto position = static_cast<std::size_t>(wanted - data_->nodes.data());
    constexpr std::int64_t last = std::numeric_limits<std::int64_t>::max();
    std::int64_t after = detail::minimum_token;
    const detail::token_ring& ring = *data_->ring;
    for (std::size_t i = 0; i < ring.size(); ++i) {
        if (ring[i].at != after && contains(map->replicas_of(i), position))
            ranges.push_back({after, ring[i].at});
        after = ring[i].at;
    }
    // What follows the last token belongs to the first.
    if (after != last && contains(map->replicas_of(0), position))
        ranges.push_back({after, last});
    return ranges;
}

}  // namespace async_cassandra
