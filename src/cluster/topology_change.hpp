// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cluster/node_description.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace async_cassandra::detail {

/// What became of the nodes of one list in the next. A node is known by its host id; positions are those in the lists.
struct topology_change {
    static constexpr std::uint32_t no_position = ~std::uint32_t{0};

    /// A node of both lists.
    struct kept_node {
        std::uint32_t before;
        std::uint32_t now;

        friend bool operator==(const kept_node&, const kept_node&) noexcept = default;
    };

    std::vector<std::uint32_t> added;    ///< Positions in the new list.
    std::vector<std::uint32_t> removed;  ///< Positions in the old one.
    std::vector<kept_node> moved;        ///< Those with another address: keep the node, connect elsewhere.
    std::vector<kept_node>
        changed;  ///< Those with something else that is different (tokens, rack, version, …).

    /// By position in the new list: the position in the old one, or `no_position`. For arrays kept beside the lists.
    std::vector<std::uint32_t> before;

    /// True when nothing is different, and positions are the same.
    [[nodiscard]] bool empty() const noexcept
    {
        return added.empty() && removed.empty() && moved.empty() && changed.empty();
    }
};

/// Empty, or what tells that this is another cluster than the one that is known: names and partitioners never change. What
/// one of them does not say tells nothing.
[[nodiscard]] std::string other_cluster(const described_nodes& known, const described_nodes& now);

/// Both lists are sorted by host id. States are not compared.
[[nodiscard]] topology_change compare_nodes(
    std::span<const node_description> before, std::span<const node_description> now
);

}  // namespace async_cassandra::detail
