// SPDX-License-Identifier: Apache-2.0
// A hundred nodes, and a thousand: connected to in a row, with an event loop that is not held up. R25 R36
#include "simulation/several_nodes.hpp"
#include "support/work_watch.hpp"

#include <algorithm>
#include <chrono>
#include <iostream>
#include <utility>

namespace async_cassandra::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::Each;

class many_nodes : public several_nodes {
protected:
    explicit many_nodes(std::size_t count = 100, std::size_t tokens = 1)
        : several_nodes({.nodes = {count}, .tokens_per_node = tokens})
    {
        config.contact_points.resize(1);
    }

    void freeze_all_but_the_first()
    {
        for (std::size_t i = 1; i < nodes.size(); ++i)
            nodes.freeze(i);
    }
    void expect_all_in_use_after_the_thaw()
    {
        for (std::size_t i = 1; i < nodes.size(); ++i)
            nodes.thaw(i);
        world.run_for(1min);
        EXPECT_THAT(spread(200), Each(2U));
    }
};

TEST_F(many_nodes, are_connected_to_in_a_row)
{
    freeze_all_but_the_first();
    connect();
    world.run_for(4s);
    EXPECT_EQ(connections_accepted(), 34U)
        << "the control connection, the same node's pool, and 32 that wait for an answer";
    expect_all_in_use_after_the_thaw();
}

TEST_F(many_nodes, have_their_further_connections_in_a_row)
{
    config.connections_per_node = 2;
    for (std::size_t i = 1; i < nodes.size(); ++i)
        nodes.node(i).on_request(protocol::opcode::startup).on_connection(1).reply(no_reply());
    connect();
    world.run_for(4s);
    EXPECT_EQ(connections_accepted(), 134U)
        << "the control connection, one for each, a second one, and 32 that wait";
}

TEST_F(many_nodes, are_connected_to_again_in_a_row)
{
    connect();
    world.run_for(10s);
    const std::size_t before = connections_accepted();
    EXPECT_EQ(before, 101U);
    for (std::size_t i = 1; i < nodes.size(); ++i) {
        nodes.freeze(i);
        world.network().reset(nodes.address(i));
    }
    world.run_for(4s);
    EXPECT_EQ(connections_accepted(), before + 32);
    expect_all_in_use_after_the_thaw();
}

TEST_F(many_nodes, that_are_dead_do_not_keep_one_waiting_that_is_back)
{
    config.reconnect_max_delay = 1s;
    connect();
    world.run_for(10s);
    for (std::size_t i = 1; i < nodes.size(); ++i) {
        world.network().set_connect_fate(nodes.address(i), connect_fate::ignored);
        world.network().reset(nodes.address(i));
    }
    world.run_for(1min);
    world.network().set_connect_fate(nodes.address(7), connect_fate::accepted);
    nodes.say_status(7, protocol::status_change_kind::up);
    world.run_for(5500ms);  // a handshake that nobody answers takes 5 s
    const topology now = client->topology();
    EXPECT_EQ(now.find(nodes.host_id(7))->state, async_cassandra::node_state::up);
}

class thousand_nodes : public many_nodes {
protected:
    thousand_nodes() : many_nodes(1000, 16)
    {
        nodes.change_schema(
            "CREATE KEYSPACE ks WITH replication = {'class': 'NetworkTopologyStrategy', 'dc1': 3}"
        );
    }
};

// The line is 5 ms of optimised code: ten times as much is never the client, whatever it is built with.
TEST_F(thousand_nodes, do_not_hold_up_the_loop)
{
    std::chrono::nanoseconds longest{0};
    std::chrono::nanoseconds all{0};
    work_watch = [&](std::chrono::nanoseconds took) {
        longest = std::max(longest, took);
        all += took;
    };
    connect();
    world.run_for(10s);
    EXPECT_THAT(spread(2000), Each(2U));
    const auto at_start = std::exchange(longest, 0ns);
    const auto used_at_start = std::exchange(all, 0ns);
    nodes.node(nodes.add_node("dc1", "rack1")).on_query("Q").reply(reply_void());
    world.run_for(10s);
    const auto when_one_joins = std::exchange(longest, 0ns);
    all = 0ns;
    for (std::size_t i = 1; i < 1000; ++i)
        world.network().reset(nodes.address(i));
    world.run_for(20ms);
    const auto when_all_go = std::exchange(longest, 0ns);
    const auto used_when_all_go = all;
    world.run_for(2s);
    work_watch = nullptr;
    std::cout << "1000 nodes with 16 tokens: " << used_at_start / 1ms << " ms of CPU to connect, "
              << at_start / 1us << " us at a time at most, " << when_one_joins / 1us
              << " us when another one joined; when all connections are lost, " << used_when_all_go / 1us
              << " us in all, " << when_all_go / 1us << " us at a time, " << longest / 1us
              << " us while they come back (the line: 5000 us at a time)\n";
    RecordProperty("map_cpu_ms", static_cast<int>(used_at_start / 1ms));
    RecordProperty("map_longest_turn_us", static_cast<int>(std::max(at_start, when_one_joins) / 1us));
    EXPECT_LT(std::max({at_start, when_one_joins, when_all_go, longest}), 50ms);
    EXPECT_THAT(spread(2002), Each(2U));
}

}  // namespace
}  // namespace async_cassandra::testing
