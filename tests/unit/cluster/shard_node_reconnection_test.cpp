// SPDX-License-Identifier: Apache-2.0
#include "unit/cluster/shard_node_fixture.hpp"

#include <algorithm>
#include <chrono>
#include <vector>

// Connections that are refused, lost or silent, and when they are made again.
namespace async_cassandra::detail {
namespace {

using namespace std::chrono_literals;
using base::node_status;
using ::testing::ElementsAre;
using ::testing::SizeIs;

TEST_F(shard_node_test, a_keyspace_that_is_refused_is_not_tried_again)
{
    version = protocol_version::v4;
    open_and_wait("a");
    open("nowhere");
    world.run_for(100ms);
    ASSERT_THAT(outcomes, SizeIs(2));
    EXPECT_THAT(outcomes.back(), ::testing::HasSubstr("nowhere"));
    EXPECT_EQ(subject->find("nowhere"), nullptr);
    const auto tried = world.network().connects_tried();
    world.run_for(1h);
    EXPECT_EQ(world.network().connects_tried(), tried);
    EXPECT_EQ(subject->status(), node_status::up);
}

TEST_F(shard_node_test, a_node_with_no_other_keyspace_than_one_that_is_refused_is_left_alone)
{
    version = protocol_version::v4;
    make();
    open("nowhere");
    world.run_for(1h);
    EXPECT_THAT(outcomes, SizeIs(1));
    EXPECT_EQ(world.network().connects_tried(), 1U);
    EXPECT_EQ(subject->status(), node_status::unknown);
    open("a");
    world.run_for(1s);
    EXPECT_EQ(outcomes.back(), "open");
    EXPECT_EQ(subject->status(), node_status::up);
}

TEST_F(shard_node_test, a_lost_node_is_tried_again_until_it_works)
{
    open_and_lose();
    world.run_for(10min);
    EXPECT_EQ(subject->status(), node_status::down);
    EXPECT_EQ(events.statuses.back(), "down: the last connection was lost");
    EXPECT_THAT(events.last_detail, ::testing::HasSubstr("reset"));
    EXPECT_EQ(events.failures, world.network().connects_tried() - 1);
    EXPECT_GE(events.pauses.size(), 15U);
    EXPECT_LE(events.pauses.size(), 120U) << "pauses of up to 30 s";
    world.network().listen(first_address, node);
    world.run_for(31s);
    EXPECT_EQ(subject->status(), node_status::up);
    EXPECT_THAT(events.connections, ElementsAre("+1", "-0", "+1"));
}

/// When a node that is gone is connected to, counted from the loss of its connection.
std::vector<std::chrono::nanoseconds> reconnect_times(std::uint64_t seed)
{
    node_world w{seed};
    w.config.reconnect_base_delay = 100ms;
    w.config.reconnect_max_delay = 5s;
    w.open_and_wait();
    w.world.run_for(10s);
    w.world.network().set_connect_fate(node_world::first_address, testing::connect_fate::unreachable);
    const auto lost = w.world.elapsed();
    w.world.network().reset(node_world::first_address);
    std::vector<std::chrono::nanoseconds> times;
    auto next = lost;
    for (std::size_t i = 0; i < 12; ++i) {
        const auto tried = w.world.network().connects_tried();
        EXPECT_TRUE(w.world.run_until([&] { return w.world.network().connects_tried() != tried; }, 1min));
        times.push_back(w.world.elapsed() - lost);
        EXPECT_EQ(w.events.pauses.size(), i + 1);
        const auto began = i == 0 ? lost : next;
        EXPECT_LE(w.events.pauses.back(), std::min<std::chrono::milliseconds>(5s, 100ms * (1 << i)));
        // The wheel's tick is a millisecond.
        EXPECT_GE(w.world.elapsed() - began, w.events.pauses.back());
        EXPECT_LE(w.world.elapsed() - began, w.events.pauses.back() + 1ms);
        // The next pause counts from the failure of this try.
        const auto pauses = w.events.pauses.size();
        EXPECT_TRUE(w.world.run_until([&] { return w.events.pauses.size() != pauses; }, 1min));
        next = w.world.elapsed();
    }
    return times;
}

TEST(shard_node_reconnection, its_times_are_exact_for_a_given_seed)
{
    const auto times = reconnect_times(7);
    EXPECT_EQ(times, reconnect_times(7));
    EXPECT_NE(times, reconnect_times(8));
}

TEST_F(shard_node_test, gossip_makes_a_try_at_once)
{
    open_and_lose();
    world.run_for(10min);
    world.network().listen(first_address, node);
    turn([&] { subject->gossip_up(); });
    world.run_for(10ms);
    EXPECT_EQ(subject->status(), node_status::up);
}

TEST_F(shard_node_test, opening_during_a_pause_connects_at_once)
{
    open_and_lose();
    world.run_for(5min);
    world.network().listen(first_address, node);
    outcomes.clear();
    open();
    world.run_for(10ms);
    EXPECT_THAT(outcomes, ElementsAre("open"));
    world.run_for(1min);
    EXPECT_EQ(node.open_connections(), 1U);
}

TEST_F(shard_node_test, a_frozen_node_that_others_call_down_is_left_within_a_second)
{
    config.connections_per_node = 3;
    open_and_wait();
    turn([&] { subject->gossip_down(); });
    world.run_for(5s);
    EXPECT_EQ(subject->status(), node_status::up) << "what others say is not the truth";
    node.freeze();
    turn([&] { subject->gossip_down(); });
    world.run_for(1010ms);
    EXPECT_EQ(subject->status(), node_status::silent);
    EXPECT_FALSE(subject->facts()->up);
    EXPECT_EQ(subject->connections(), 3U);
    world.run_for(4s);
    EXPECT_EQ(subject->status(), node_status::down);
    EXPECT_EQ(subject->connections(), 0U);
    EXPECT_THAT(events.connections, ElementsAre("+1", "+2", "+3", "-2", "-1", "-0"));
}

TEST_F(shard_node_test, a_node_that_stands_still_for_a_while_is_not_cold_afterwards)
{
    open_and_wait();
    node.freeze();
    turn([&] { subject->gossip_down(); });
    world.run_for(4s);
    EXPECT_EQ(subject->status(), node_status::silent);
    node.thaw();
    world.run_for(10ms);
    EXPECT_EQ(subject->status(), node_status::up);
    EXPECT_TRUE(subject->facts()->up);
    EXPECT_FALSE(subject->facts()->is_cold(world.now()));
    EXPECT_THAT(events.connections, ElementsAre("+1"));
}

TEST_F(shard_node_test, one_connection_of_several_comes_back_while_the_node_is_up)
{
    config.connections_per_node = 3;
    open_and_wait();
    world.run_for(10s);
    node.end_connection(1, testing::peer_ending::orderly);
    world.run_for(1s);
    EXPECT_THAT(events.connections, ElementsAre("+1", "+2", "+3", "-2", "+3"));
    EXPECT_THAT(events.pauses, SizeIs(1));
    EXPECT_THAT(events.statuses, SizeIs(2)) << "it was up all the time";
}

}  // namespace
}  // namespace async_cassandra::detail
