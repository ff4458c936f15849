// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cluster/load_balancing.hpp"

#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace async_cassandra::test {

inline constexpr detail::node_facts::time_point plans_begin{std::chrono::hours{1000}};

struct placed_node {
    std::string data_center = "dc1";
    std::string rack = "r1";
};

[[nodiscard]] inline uuid host_number(std::size_t number)
{
    return uuid{{static_cast<std::uint8_t>(number >> 8U), static_cast<std::uint8_t>(number)}};
}

[[nodiscard]] inline endpoint address_number(std::size_t number)
{
    return {
        *inet::parse("127.0." + std::to_string(number / 250) + "." + std::to_string(number % 250 + 1)), 9042};
}

/// Everything up. The place of each node by its position.
[[nodiscard]] inline boost::intrusive_ptr<detail::plan_table> table_of(
    std::vector<placed_node> nodes,
    const load_balancing_settings& settings = {},
    std::string_view local_dc = "dc1",
    std::uint64_t chance = 0
)
{
    const auto kept = std::make_shared<const std::vector<placed_node>>(std::move(nodes));
    std::vector<detail::plan_table::entry> entries;
    for (std::size_t i = 0; i < kept->size(); ++i) {
        auto facts = std::make_shared<detail::node_facts>();
        facts->up = true;
        entries.push_back(
            {{host_number(i), address_number(i), (*kept)[i].data_center, (*kept)[i].rack}, std::move(facts)}
        );
    }
    return new detail::plan_table(std::move(entries), kept, settings, local_dc, chance);
}

[[nodiscard]] inline std::vector<std::uint32_t> order(detail::node_plan plan)
{
    std::vector<std::uint32_t> nodes;
    while (!plan.empty())
        nodes.push_back(plan.next());
    return nodes;
}

}  // namespace async_cassandra::test
