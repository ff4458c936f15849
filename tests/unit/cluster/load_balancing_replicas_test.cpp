// SPDX-License-Identifier: Apache-2.0
#include "unit/cluster/load_balancing_fixture.hpp"

#include <gmock/gmock.h>

namespace async_cassandra::detail {
namespace {

using namespace std::chrono_literals;
using test::order;
using ::testing::UnorderedElementsAreArray;

TEST_F(load_balancing_test, transactions_begin_at_the_same_replica_everywhere)
{
    settings.local_rack = "r3";
    use(local_nodes(6, 3));
    for (std::uint32_t i = 0; i < 3; ++i)
        facts(i).counts.unanswered = 100 - i;
    const auto expect_ring_order = [&] {
        for (int i = 0; i < 100; ++i) {
            node_plan made = plan({1, 0, 2});
            EXPECT_EQ(made.next(), 1U);
            EXPECT_EQ(made.next(), 0U);
            EXPECT_EQ(made.next(), 2U);
        }
    };
    request.conditional = true;
    expect_ring_order();
    request.conditional = false;
    request.consistency = consistency::serial;
    expect_ring_order();
    request.consistency = consistency::local_serial;
    expect_ring_order();
    up(1, false);
    EXPECT_EQ(plan({1, 0, 2}).next(), 0U);
}

TEST_F(load_balancing_test, of_two_replicas_the_less_busy_one_comes_first)
{
    use(local_nodes(3));
    facts(0).counts.unanswered = 5;
    facts(1).counts.unanswered = 4;
    for (int i = 0; i < 100; ++i)
        EXPECT_EQ(plan({0, 1}).next(), 1U);
    // Of three, the busiest is first only when nobody else is among the first two.
    facts(2).counts.unanswered = 3;
    const auto counts = firsts({0, 1, 2});
    EXPECT_FALSE(counts.contains(0));
    EXPECT_NEAR(counts.at(2), many * 2 / 3, many / 30);
}

TEST_F(load_balancing_test, a_slow_replica_comes_after_the_others)
{
    use(local_nodes(3));
    facts(1).counts.unanswered = 10;
    facts(0).counts.unanswered = facts(2).counts.unanswered = 50;
    for (std::uint32_t i : {0U, 2U})
        facts(i).counts.last_but_one = facts(i).counts.last_answer = request.now - 200ms;
    for (int i = 0; i < 100; ++i)
        EXPECT_EQ(order(plan({0, 1, 2})).back(), 1U);
    facts(1).counts.on_answers(request.now - 100ms, 1, 1ms);
    EXPECT_EQ(order(plan({0, 1, 2})).back(), 1U) << "one answer is not enough";
    facts(1).counts.on_answers(request.now, 1, 1ms);
    EXPECT_TRUE(firsts({0, 1, 2}).contains(1));
    facts(1).counts.last_but_one = {};
    facts(1).counts.unanswered = 9;
    EXPECT_TRUE(firsts({0, 1, 2}).contains(1)) << "little to do: silence says nothing";
}

TEST_F(load_balancing_test, a_burst_on_an_idle_node_does_not_make_it_slow)
{
    use(local_nodes(3));
    for (int i = 0; i < 30; ++i)
        facts(1).counts.on_sent(request.now - 200ms);
    EXPECT_FALSE(facts(1).counts.is_slow(request.now)) << "nobody could have answered before";
    EXPECT_TRUE(facts(1).counts.is_slow(request.now + 1ms));
    facts(1).counts.on_answered(false);
    facts(1).counts.on_answers(request.now, 1, 1ms);
    EXPECT_TRUE(facts(1).counts.is_slow(request.now + 1ms)) << "one answer is not enough";
    facts(1).counts.on_answered(false);
    facts(1).counts.on_answers(request.now, 1, 1ms);
    EXPECT_FALSE(facts(1).counts.is_slow(request.now + 200ms));
    EXPECT_TRUE(facts(1).counts.is_slow(request.now + 201ms));
    for (int i = 0; i < 19; ++i)
        facts(1).counts.on_given_up();
    EXPECT_TRUE(facts(1).counts.is_slow(request.now + 201ms)) << "it is the node's work still";
    for (int i = 0; i < 19; ++i)
        facts(1).counts.on_late_answer();
    EXPECT_EQ(facts(1).counts.unanswered, 9U);
    EXPECT_FALSE(facts(1).counts.is_slow(request.now + 1h)) << "little to do: silence says nothing";
}

TEST_F(load_balancing_test, when_most_replicas_are_slow_none_is_avoided)
{
    use(local_nodes(4));
    for (std::uint32_t i = 0; i < 2; ++i)
        facts(i).counts.unanswered = 10;
    for (std::uint32_t i = 2; i < 4; ++i)
        facts(i).counts.unanswered = 10, facts(i).counts.last_but_one = request.now;
    expect_even(firsts({0, 1, 2, 3}), 4);
    facts(1).counts.last_but_one = request.now;
    EXPECT_FALSE(firsts({0, 1, 2, 3}).contains(0));
}

TEST_F(load_balancing_test, a_slow_replica_is_avoided_even_in_the_local_rack)
{
    settings.local_rack = "r1";
    use(local_nodes(3, 3));
    facts(0).counts.unanswered = 10;
    for (int i = 0; i < 100; ++i)
        EXPECT_EQ(order(plan({0, 1, 2}))[2], 0U);
}

TEST_F(load_balancing_test, the_rack_counts_more_than_a_few_requests)
{
    settings.local_rack = "r1";
    use(local_nodes(3, 3));
    facts(0).counts.unanswered = 5;
    for (int i = 0; i < 100; ++i)
        EXPECT_EQ(plan({0, 1, 2}).next(), 0U);
}

TEST_F(load_balancing_test, a_replica_that_has_just_come_back_gets_a_part_of_its_share)
{
    use(local_nodes(3));
    facts(1).came_back = request.now - 59s;
    // In the first two places two thirds of the time; it stays a quarter of that, and half of it in front.
    const auto counts = firsts({0, 1, 2});
    EXPECT_NEAR(counts.at(1), many / 12, many / 120);
    facts(1).came_back = request.now - 60s;
    expect_even(firsts({0, 1, 2}), 3);
}

TEST_F(load_balancing_test, slow_replicas_are_as_good_as_others_when_told_so)
{
    settings.avoid_slow_replicas = false;
    use(local_nodes(3));
    facts(0).counts.unanswered = 10;
    facts(1).came_back = request.now;
    expect_even(firsts({0, 1, 2}), 3);
}

TEST_F(load_balancing_test, of_very_many_replicas_the_first_eight_are_put_in_order)
{
    use(local_nodes(20));
    const nodes replicas{0, 2, 4, 6, 8, 10, 12, 14, 16, 18};
    for (int i = 0; i < 100; ++i) {
        const nodes all = order(plan(replicas));
        EXPECT_THAT(
            nodes(all.begin(), all.begin() + 8),
            UnorderedElementsAreArray(replicas.begin(), replicas.begin() + 8)
        );
        EXPECT_EQ(std::set<std::uint32_t>(all.begin(), all.end()).size(), 20U);
    }
}

}  // namespace
}  // namespace async_cassandra::detail
