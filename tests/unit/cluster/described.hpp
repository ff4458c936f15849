// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cluster/node_description.hpp"
#include "cluster/token_map.hpp"

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace async_cassandra::detail::test {

/// Host ids in the order of their numbers.
inline uuid host(std::uint8_t number)
{
    std::array<std::uint8_t, 16> bytes{};
    bytes[0] = 0xA0;
    bytes[15] = number;
    return uuid{bytes};
}

inline endpoint address_of(std::uint8_t number)
{
    return {inet{std::array<std::uint8_t, 4>{10, 0, 0, number}}, 9042};
}

/// A node by its number, at 10.0.0.number:9042.
inline node_description described(
    std::uint8_t number, std::vector<token> tokens, std::string center = "dc1", std::string rack = "r1"
)
{
    node_description made;
    made.facts.host_id = host(number);
    made.facts.address = address_of(number);
    made.facts.data_center = std::move(center);
    made.facts.rack = std::move(rack);
    made.facts.release_version = "5.0.2";
    made.facts.token_count = static_cast<std::uint32_t>(tokens.size());
    made.tokens = std::move(tokens);
    return made;
}

inline std::shared_ptr<const described_nodes> described_list(std::vector<node_description> nodes)
{
    described_nodes made;
    made.nodes = std::move(nodes);
    made.partitioner = "org.apache.cassandra.dht.Murmur3Partitioner";
    return std::make_shared<const described_nodes>(std::move(made));
}

/// Works in steps of `budget` units until all is done.
template <class Builder>
void finish(Builder& builder, std::size_t budget = 1000)
{
    for (std::size_t left = budget; !builder.step(left); left = budget) {}
}

inline std::shared_ptr<const token_ring> ring_of(
    const std::vector<node_description>& nodes, std::size_t budget = 1000
)
{
    token_ring_builder builder{nodes};
    finish(builder, budget);
    return builder.take();
}

inline replication simple(std::uint32_t factor)
{
    return {replication_strategy::simple, {factor, 0}, {}};
}

inline replication network_topology(std::vector<std::pair<std::string, replication_factor>> factors)
{
    return {replication_strategy::network_topology, {}, std::move(factors)};
}

}  // namespace async_cassandra::detail::test
