// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "unit/cluster/plan_tables.hpp"

#include <gmock/gmock.h>

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace async_cassandra::detail {

inline constexpr int many = 100'000;

[[nodiscard]] inline test::placed_node in(std::string data_center, std::string rack = "r1")
{
    return {std::move(data_center), std::move(rack)};
}

/// `count` nodes of dc1 in `racks` racks by turns.
[[nodiscard]] inline std::vector<test::placed_node> local_nodes(std::size_t count, std::size_t racks = 1)
{
    std::vector<test::placed_node> made;
    for (std::size_t i = 0; i < count; ++i)
        made.push_back(in("dc1", "r" + std::to_string(i % racks + 1)));
    return made;
}

class load_balancing_test : public ::testing::Test {
protected:
    using nodes = std::vector<std::uint32_t>;

    void use(std::vector<test::placed_node> placed)
    {
        table = test::table_of(std::move(placed), settings);
        balancer = load_balancer{settings, 12345};
        balancer.use(table);
    }
    void up(std::uint32_t position, bool is)
    {
        facts(position).up = is;
        table->update_up(position);
    }
    node_plan plan() { return plan({}); }
    node_plan plan(const nodes& replicas)
    {
        request.replicas = replicas;
        return balancer.plan(request);
    }
    /// How often each node is the first of a plan.
    std::map<std::uint32_t, int> firsts(const nodes& replicas, int plans = many)
    {
        std::map<std::uint32_t, int> counts;
        for (int i = 0; i < plans; ++i)
            ++counts[plan(replicas).next()];
        return counts;
    }
    void expect_even(const std::map<std::uint32_t, int>& counts, std::size_t of)
    {
        EXPECT_THAT(counts, ::testing::SizeIs(of));
        const double share = static_cast<double>(many) / static_cast<double>(of);
        for (const auto& [position, count] : counts)
            EXPECT_NEAR(count, share, share / 10) << position;
    }
    node_facts& facts(std::uint32_t position) { return table->facts(position); }

    load_balancing_settings settings;
    boost::intrusive_ptr<plan_table> table;
    load_balancer balancer{settings, 0};
    plan_request request{.now = test::plans_begin};
};

}  // namespace async_cassandra::detail
