// SPDX-License-Identifier: Apache-2.0
#include "support/counted_allocations.hpp"
#include "unit/cluster/load_balancing_fixture.hpp"

#include <gmock/gmock.h>

namespace async_cassandra::detail {
namespace {

using namespace std::chrono_literals;
using test::order;
using test::placed_node;
using test::table_of;
using ::testing::AnyOf;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

TEST_F(load_balancing_test, without_nodes_a_plan_is_empty)
{
    EXPECT_THAT(order(plan()), IsEmpty()) << "no table yet";
    use({});
    EXPECT_THAT(order(plan()), IsEmpty());
    EXPECT_TRUE(node_plan{}.empty());
}

// R36
TEST_F(load_balancing_test, without_replicas_local_nodes_take_turns)
{
    use(local_nodes(5));
    for (int i = 0; i < 20; ++i)
        EXPECT_THAT(order(plan()), UnorderedElementsAre(0, 1, 2, 3, 4));
    expect_even(firsts({}), 5);
}

TEST_F(load_balancing_test, the_share_of_a_node_that_is_down_goes_to_all_others)
{
    use(local_nodes(5));
    up(2, false);
    expect_even(firsts({}), 4);
    up(2, true);
    expect_even(firsts({}), 5);
}

// R36
TEST_F(load_balancing_test, replicas_come_first_and_each_has_its_share)
{
    use(local_nodes(12));
    for (int i = 0; i < 20; ++i) {
        const nodes all = order(plan({3, 7, 11}));
        EXPECT_THAT(nodes(all.begin(), all.begin() + 3), UnorderedElementsAre(3, 7, 11));
        EXPECT_THAT(all, UnorderedElementsAre(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11));
    }
    expect_even(firsts({3, 7, 11}), 3);
    expect_even(firsts({0, 1, 2, 3, 4}), 5);
}

TEST_F(load_balancing_test, every_order_of_replicas_is_as_likely)
{
    use(local_nodes(3));
    std::map<nodes, int> orders;
    for (int i = 0; i < many; ++i)
        ++orders[order(plan({0, 1, 2}))];
    EXPECT_THAT(orders, SizeIs(6));
    for (const auto& [shuffled, count] : orders)
        EXPECT_NEAR(count, many / 6, many / 60);
}

TEST_F(load_balancing_test, with_shuffling_off_replicas_keep_the_order_of_the_ring)
{
    settings.shuffle_replicas = false;
    use(local_nodes(6));
    for (int i = 0; i < 100; ++i) {
        node_plan made = plan({5, 1, 3});
        EXPECT_EQ(made.next(), 5U);
        EXPECT_EQ(made.next(), 1U);
        EXPECT_EQ(made.next(), 3U);
    }
}

TEST_F(load_balancing_test, a_replica_that_is_down_is_tried_last)
{
    use(local_nodes(4));
    up(1, false);
    for (int i = 0; i < 100; ++i) {
        const nodes all = order(plan({1, 2}));
        ASSERT_THAT(all, UnorderedElementsAre(0, 1, 2, 3));
        EXPECT_EQ(all.front(), 2U);
        EXPECT_EQ(all.back(), 1U) << "so that the request can say why it did not take it";
    }
}

TEST_F(load_balancing_test, a_node_that_goes_down_while_the_plan_is_walked_is_left_for_the_end)
{
    use(local_nodes(4));
    node_plan made = plan();
    const std::uint32_t first = made.next();
    const std::uint32_t gone = (first + 1) % 4;
    up(gone, false);
    nodes rest;
    while (!made.empty())
        rest.push_back(made.next());
    ASSERT_THAT(rest, SizeIs(3));
    EXPECT_EQ(rest.back(), gone);
}

TEST_F(load_balancing_test, no_node_comes_twice_when_it_goes_up_and_down_meanwhile)
{
    use(local_nodes(6));
    node_plan made = plan();
    nodes all;
    while (!made.empty()) {
        all.push_back(made.next());
        for (std::uint32_t i = 0; i < 6; ++i)
            up(i, !facts(i).up);
    }
    EXPECT_THAT(all, UnorderedElementsAre(0, 1, 2, 3, 4, 5));
}

TEST_F(load_balancing_test, the_local_rack_comes_first)
{
    settings.local_rack = "r2";
    use(local_nodes(9, 3));  // r2: 1, 4, 7
    for (int i = 0; i < 100; ++i) {
        const nodes all = order(plan({0, 1, 2}));
        ASSERT_THAT(all, SizeIs(9));
        EXPECT_EQ(all[0], 1U);
        EXPECT_THAT(nodes(all.begin() + 1, all.begin() + 3), UnorderedElementsAre(0, 2));
        EXPECT_THAT(nodes(all.begin() + 3, all.begin() + 5), UnorderedElementsAre(4, 7));
    }
    expect_even(firsts({}), 3);
    up(1, false);
    expect_even(firsts({0, 1, 2}), 2);
    EXPECT_THAT(table->problems(), IsEmpty());
}

TEST_F(load_balancing_test, remote_nodes_are_not_used_unless_allowed)
{
    use({in("dc1"), in("dc2"), in("dc1"), in("dc2")});
    EXPECT_EQ(table->distance(1), node_distance::ignored);
    request.consistency = consistency::one;
    EXPECT_THAT(order(plan()), UnorderedElementsAre(0, 2));
    EXPECT_THAT(order(plan({1, 2})), ElementsAre(2, 0));
    up(0, false);
    up(2, false);
    EXPECT_THAT(order(plan()), UnorderedElementsAre(0, 2));
}

TEST_F(load_balancing_test, allowed_remote_nodes_come_after_all_local_ones)
{
    settings.max_nodes_per_remote_dc = 2;
    request.consistency = consistency::quorum;
    use({in("dc1"), in("dc2"), in("dc3"), in("dc2"), in("dc2"), in("dc1"), in("dc3")});
    const nodes all = order(plan({3, 5}));
    ASSERT_THAT(all, SizeIs(6)) << "two of the three in dc2";
    EXPECT_THAT(nodes(all.begin(), all.begin() + 2), ElementsAre(5, 0));
    EXPECT_THAT(nodes(all.begin() + 4, all.end()), UnorderedElementsAre(2, 6)) << "dc3 after dc2";
    up(0, false);
    up(5, false);
    EXPECT_THAT(order(plan()).front(), AnyOf(1, 3, 4));
}

TEST_F(load_balancing_test, another_client_uses_other_remote_nodes_and_the_shards_of_one_the_same)
{
    settings.max_nodes_per_remote_dc = 1;
    std::vector<placed_node> placed(10, in("dc2"));
    placed.push_back(in("dc1"));
    std::map<std::uint32_t, int> chosen;
    for (std::uint64_t client = 0; client < 1000; ++client) {
        const auto one = table_of(placed, settings, "dc1", client * 0x9E3779B97F4A7C15U);
        const auto two = table_of(placed, settings, "dc1", client * 0x9E3779B97F4A7C15U);
        ASSERT_EQ(one->groups()[1].nodes, two->groups()[1].nodes);
        ++chosen[one->groups()[1].nodes.front()];
    }
    EXPECT_THAT(chosen, SizeIs(10));
    for (const auto& [position, count] : chosen)
        EXPECT_NEAR(count, 100, 50) << position;
}

TEST_F(load_balancing_test, local_levels_stay_in_the_data_center_unless_asked)
{
    using enum consistency;
    const auto reaches_remote = [&](consistency level, bool conditional, consistency serial_level) {
        request = {
            .consistency = level,
            .conditional = conditional,
            .serial = serial_level,
            .now = test::plans_begin};
        return order(plan()).size() == 2;
    };
    settings.max_nodes_per_remote_dc = 1;
    use({in("dc1"), in("dc2")});
    for (const consistency level : {any, one, two, three, quorum, all, each_quorum, consistency::serial})
        EXPECT_TRUE(reaches_remote(level, false, local_serial)) << to_string(level);
    for (const consistency level : {local_one, local_quorum, local_serial})
        EXPECT_FALSE(reaches_remote(level, false, consistency::serial)) << to_string(level);
    EXPECT_TRUE(reaches_remote(quorum, true, consistency::serial));
    EXPECT_FALSE(reaches_remote(quorum, true, local_serial));
    settings.remote_for_local_consistency = true;
    use({in("dc1"), in("dc2")});
    for (const consistency level : {local_one, local_quorum, local_serial})
        EXPECT_TRUE(reaches_remote(level, false, consistency::serial)) << to_string(level);
    EXPECT_TRUE(reaches_remote(quorum, true, local_serial));
}

TEST_F(load_balancing_test, a_plan_of_one_is_that_node_also_when_it_is_refused)
{
    settings.filter = only_hosts({test::host_number(0)});
    use(local_nodes(3));
    EXPECT_THAT(order(plan()), ElementsAre(0));
    EXPECT_THAT(order(balancer.plan_of_one(2)), ElementsAre(2));
}

TEST_F(load_balancing_test, plans_keep_their_table)
{
    use(local_nodes(3));
    node_plan old = plan({2});
    const plan_table* const before = table.get();
    use(local_nodes(1));
    EXPECT_EQ(old.table().get(), before);
    EXPECT_THAT(order(std::move(old)), UnorderedElementsAre(0, 1, 2));
    EXPECT_THAT(order(plan()), ElementsAre(0));
}

TEST_F(load_balancing_test, allocates_nothing_for_the_first_twelve_nodes)
{
    settings.local_rack = "r1";
    settings.max_nodes_per_remote_dc = 3;
    auto placed = local_nodes(9, 3);
    placed.resize(12, in("dc2"));
    use(std::move(placed));
    request.consistency = consistency::one;
    const nodes replicas{0, 1, 2};
    request.replicas = replicas;
    std::size_t given = 0;
    const std::size_t before = testing::allocations();
    for (int i = 0; i < 1000; ++i)
        for (node_plan made = balancer.plan(request); !made.empty(); ++given)
            static_cast<void>(made.next());
    EXPECT_EQ(testing::allocations(), before);
    EXPECT_EQ(given, 12'000U);
    delete new int;
    EXPECT_EQ(testing::allocations(), before + 1) << "they are counted";
}

TEST_F(load_balancing_test, a_plan_longer_than_that_is_whole_too)
{
    use(local_nodes(300));
    for (std::uint32_t i = 0; i < 300; i += 2)
        up(i, false);
    for (int i = 0; i < 20; ++i) {
        const nodes all = order(plan({7, 8, 9}));
        ASSERT_THAT(all, SizeIs(300));
        EXPECT_EQ(std::set<std::uint32_t>(all.begin(), all.end()).size(), 300U);
        EXPECT_TRUE(std::all_of(all.begin(), all.begin() + 150, [](std::uint32_t p) { return p % 2 == 1; }));
    }
}

}  // namespace
}  // namespace async_cassandra::detail
