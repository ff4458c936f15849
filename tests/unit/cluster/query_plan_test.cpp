// SPDX-License-Identifier: Apache-2.0
#include "cluster/query_plan.hpp"

#include <gmock/gmock.h>

#include <cstddef>
#include <vector>

namespace async_cassandra::detail {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::size_t> order(query_plan plan)
{
    std::vector<std::size_t> nodes;
    while (!plan.empty())
        nodes.push_back(plan.next());
    return nodes;
}

TEST(query_plan, has_each_node_once_beginning_anywhere)
{
    EXPECT_THAT(order({4, 0}), ElementsAre(0, 1, 2, 3));
    EXPECT_THAT(order({4, 1}), ElementsAre(1, 2, 3, 0));
    EXPECT_THAT(order({4, 3}), ElementsAre(3, 0, 1, 2));
    EXPECT_THAT(order({4, 6}), ElementsAre(2, 3, 0, 1));
    EXPECT_THAT(order({1, 99}), ElementsAre(0));
}

TEST(query_plan, may_be_empty)
{
    EXPECT_THAT(order({}), IsEmpty());
    EXPECT_THAT(order({0, 5}), IsEmpty());
}

TEST(query_plan, a_turn_that_counts_on_gives_every_node_the_same_share)
{
    std::vector<int> first(3, 0);
    for (std::size_t turn = 0; turn < 300; ++turn)
        ++first[query_plan{3, turn}.next()];
    EXPECT_THAT(first, ElementsAre(100, 100, 100));
}

TEST(query_plan, a_turn_beyond_32_bits_is_no_matter)
{
    EXPECT_THAT(order({3, (std::size_t{1} << 40U) + 1}), ElementsAre(2, 0, 1));
}

}  // namespace
}  // namespace async_cassandra::detail
