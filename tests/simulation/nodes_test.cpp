// SPDX-License-Identifier: Apache-2.0
// Several nodes: who gets requests while nodes come, go, move and freeze. R36 R25
#include "simulation/several_nodes.hpp"

#include <algorithm>
#include <memory>
#include <vector>

namespace async_cassandra::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::Each;

TEST_F(several_nodes, each_gets_as_many_requests)
{
    connect_and_wait();
    EXPECT_THAT(spread(300), Each(100U));
}

TEST_F(several_nodes, one_that_is_killed_is_left_at_once_and_gets_its_share_when_it_is_back)
{
    config.reconnect_max_delay = 1s;
    connect_and_wait();
    nodes.stop(1);
    world.run_for(100ms);
    const auto without = spread(100);
    EXPECT_EQ(without[1], 0U);
    EXPECT_EQ(without[0] + without[2], 100U);
    nodes.start(1);
    world.run_for(2s);
    EXPECT_THAT(spread(300), Each(100U));
}

class frozen_nodes : public several_nodes {
protected:
    void send(int count)
    {
        for (int i = 0; i < count; ++i)
            calls_.push_back(execute("Q"));
    }
    /// How many of the calls were answered, and how many failed, until now.
    [[nodiscard]] std::size_t answered() const
    {
        return count_if([](const auto& c) { return c.count == 1 && !c.error; });
    }
    [[nodiscard]] std::size_t failed() const
    {
        return count_if([](const auto& c) { return c.count == 1 && c.error; });
    }
    [[nodiscard]] async_cassandra::node_state state_of(std::size_t i)
    {
        const topology now = client->topology();
        return now.find(nodes.host_id(i))->state;
    }

private:
    template <class Condition>
    [[nodiscard]] std::size_t count_if(Condition is) const
    {
        return static_cast<std::size_t>(std::ranges::count_if(calls_, [&](const auto& c) { return is(*c); }));
    }

    std::vector<std::shared_ptr<call_end<result_set>>> calls_;
};

TEST_F(frozen_nodes, one_is_left_within_two_and_a_half_seconds)
{
    connect_and_wait();
    nodes.freeze(1);
    send(30);
    world.run_for(2500ms);
    EXPECT_EQ(state_of(1), async_cassandra::node_state::silent);
    EXPECT_EQ(spread(100)[1], 0U);
    EXPECT_EQ(answered(), 20U);
    EXPECT_EQ(failed(), 0U);
    world.run_for(4s);
    EXPECT_EQ(state_of(1), async_cassandra::node_state::down);
    EXPECT_EQ(failed(), 10U);
    EXPECT_EQ(spread(100)[1], 0U);
    nodes.thaw(1);
}

// A pause of its garbage collector, or other programs that take its processor.
TEST_F(frozen_nodes, one_that_stands_still_for_a_few_seconds_fails_no_request)
{
    connect_and_wait();
    nodes.freeze(1);
    send(30);
    world.run_for(5s);
    EXPECT_EQ(answered(), 20U);
    EXPECT_EQ(spread(100)[1], 0U);
    nodes.thaw(1);
    world.run_for(100ms);
    EXPECT_EQ(state_of(1), async_cassandra::node_state::up);
    EXPECT_EQ(answered(), 30U);
    EXPECT_THAT(spread(300), Each(100U));
}

TEST_F(frozen_nodes, when_all_stand_still_requests_wait_for_them_as_long_as_they_may)
{
    connect_and_wait();
    for (std::size_t i = 0; i < nodes.size(); ++i)
        nodes.freeze(i);
    send(3);
    world.run_for(3s);
    for (std::size_t i = 0; i < nodes.size(); ++i)
        EXPECT_EQ(state_of(i), async_cassandra::node_state::silent) << i;
    send(3);
    world.run_for(1s);
    EXPECT_EQ(answered() + failed(), 0U);
    for (std::size_t i = 0; i < nodes.size(); ++i)
        nodes.thaw(i);
    world.run_for(100ms);
    EXPECT_EQ(answered(), 6U);
}

// Nodes that are down are no reason to give up the only one that is left.
TEST_F(frozen_nodes, requests_in_the_queue_of_one_wait_when_all_others_are_down)
{
    config.max_in_flight = 2;
    config.connections_per_node = 1;
    connect_and_wait();
    nodes.stop(0);
    nodes.stop(1);
    world.run_for(100ms);
    nodes.freeze(2);
    send(30);
    world.run_for(3s);
    EXPECT_EQ(state_of(2), async_cassandra::node_state::silent);
    EXPECT_EQ(answered() + failed(), 0U);
    nodes.thaw(2);
    world.run_for(100ms);
    EXPECT_EQ(answered(), 30U);
}

TEST_F(several_nodes, one_that_joins_gets_its_share)
{
    connect();
    const std::size_t added = nodes.add_node("dc1", "rack1");
    nodes.node(added).on_query("Q").reply(reply_void());
    world.run_for(5s);
    EXPECT_THAT(spread(400), Each(100U));
}

TEST_F(several_nodes, one_that_leaves_gets_nothing_and_its_connections_end)
{
    connect();
    nodes.remove_node(2);
    world.run_for(1min);
    EXPECT_EQ(nodes.node(2).open_connections(), 0U);
    EXPECT_THAT(spread(100), ::testing::ElementsAre(50U, 50U, 0U));
}

TEST_F(several_nodes, one_that_comes_back_elsewhere_is_connected_to_there)
{
    connect();
    nodes.restart_at(2, inet::parse("127.0.0.77").value());
    world.run_for(1min);
    EXPECT_THAT(spread(300), Each(100U));
}

TEST_F(several_nodes, when_all_are_down_a_request_fails_at_once_and_names_each_with_its_cause)
{
    connect_and_wait();
    for (std::size_t i = 0; i < nodes.size(); ++i)
        nodes.stop(i);
    world.run_for(100ms);
    const auto begin = world.elapsed();
    const auto end = execute("Q");
    wait(*end);
    EXPECT_LE(world.elapsed() - begin, 100ms);
    const failure f = failure_of<no_host_available>(*end);
    EXPECT_EQ(f.effect, request_effect::not_sent);
    EXPECT_EQ(f.attempts.size(), 3U);
    for (std::size_t i = 0; i < nodes.size(); ++i)
        EXPECT_THAT(f.what, ::testing::HasSubstr(to_string(nodes.address(i))));
    for (std::size_t i = 0; i < nodes.size(); ++i)
        nodes.start(i);
    world.run_for(1min);
    EXPECT_THAT(spread(300), Each(100U)) << "work goes on with no restart";
}

class two_data_centers : public several_nodes {
protected:
    two_data_centers() : several_nodes(fake_cluster_settings{.nodes = {3, 3}}) {}
};

TEST_F(two_data_centers, requests_stay_where_the_first_contact_point_is)
{
    connect_and_wait();
    const auto counts = spread(300);
    for (std::size_t i = 0; i < 3; ++i)
        EXPECT_EQ(counts[i], 100U);
    for (std::size_t i = 3; i < 6; ++i) {
        EXPECT_EQ(counts[i], 0U);
        EXPECT_EQ(nodes.node(i).connections_accepted(), 0U);
    }
}

TEST_F(two_data_centers, a_request_says_that_the_local_one_has_no_node_left)
{
    connect_and_wait();
    for (std::size_t i = 0; i < 3; ++i)
        nodes.remove_node(i);
    world.run_for(2min);
    const auto end = execute("Q");
    wait(*end);
    const failure f = failure_of<no_host_available>(*end);
    EXPECT_THAT(f.what, ::testing::HasSubstr("the local data center has none"));
    EXPECT_EQ(f.effect, request_effect::not_sent);
}

TEST_F(several_nodes, a_keyspace_that_all_refuse_is_not_tried_again)
{
    config.protocol = protocol_version::v4;
    keyspace = "nowhere";
    EXPECT_THROW(connect(), invalid_request);
    world.run_for(1s);
    const std::size_t before = connections_accepted();
    nodes.add_node("dc1", "rack1");
    world.run_for(5min);
    EXPECT_EQ(connections_accepted(), before);
}

}  // namespace
}  // namespace async_cassandra::testing
