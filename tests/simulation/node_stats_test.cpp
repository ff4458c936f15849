// SPDX-License-Identifier: Apache-2.0
// What a client counts of each node, against what the nodes themselves saw. R18
#include "simulation/simulated_session.hpp"

#include <algorithm>

namespace async_cassandra::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::Ge;
using ::testing::IsEmpty;
using ::testing::Le;
using ::testing::SizeIs;

class simulated_node_stats : public simulated_cluster_session {
protected:
    simulated_node_stats()
    {
        config.reconnect_max_delay = 1s;
        for (std::size_t i = 0; i < nodes.size(); ++i)
            add_rules(i);
    }

    void add_rules(std::size_t i)
    {
        nodes.node(i).on_query("good").reply(reply_void());
        nodes.node(i).on_query("bad").reply(reply_error(server_code::invalid, "no such table"));
        nodes.node(i).on_query("slow").reply(reply_void().after(30ms));
        nodes.node(i).on_query("silence").reply(no_reply());
    }

    /// Of the i-th node of the played cluster.
    [[nodiscard]] node_stats figures(std::size_t i)
    {
        for (const node_stats& each : client->node_stats())
            if (each.host_id == nodes.host_id(i))
                return each;
        ADD_FAILURE() << "node " << i << " is not there";
        return {};
    }
    /// How often a node was asked this.
    [[nodiscard]] std::size_t asked(std::size_t i, std::string_view text)
    {
        const auto all = nodes.node(i).requests();
        return static_cast<std::size_t>(std::ranges::count_if(all, [text](const request_record& r) {
            return r.query == text;
        }));
    }
    /// Requests in a row, half of them failing at the node. Gives how many the client saw fail for another reason.
    std::size_t run(std::size_t count)
    {
        std::size_t lost = 0;
        for (std::size_t i = 0; i < count; ++i) {
            const auto end = execute(i % 2 == 0 ? "good" : "bad");
            wait(*end);
            if (end->error && i % 2 == 0)
                ++lost;
            world.run_for(10ms);
        }
        return lost;
    }
    /// Nothing is under way, and nothing was lost.
    void expect_truth(std::size_t i)
    {
        const node_stats found = figures(i);
        EXPECT_EQ(found.completed, asked(i, "good")) << i;
        EXPECT_EQ(found.failed, asked(i, "bad")) << i;
        EXPECT_EQ(found.sent, found.completed + found.failed) << i;
        EXPECT_EQ(found.in_flight, 0U) << i;
    }
};

TEST_F(simulated_node_stats, are_none_before_the_cluster_is_known)
{
    client.emplace(make_simulated_cluster(world, config));
    EXPECT_THAT(client->node_stats(), IsEmpty());
}

// R18: three hosts, 60 s, one outage.
TEST_F(simulated_node_stats, equal_the_truth_of_three_hosts_with_one_outage)
{
    connect();
    world.run_for(1s);
    EXPECT_EQ(run(2'000), 0U);
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        EXPECT_EQ(figures(i).state, async_cassandra::node_state::up);
        EXPECT_EQ(figures(i).connections, 1U);
        EXPECT_EQ(figures(i).address, nodes.address(i));
        expect_truth(i);
    }
    const std::uint64_t before = figures(1).sent;
    nodes.stop(1);
    world.run_for(100ms);
    EXPECT_EQ(run(1'000), 0U);
    EXPECT_EQ(figures(1).sent, before);
    EXPECT_EQ(figures(1).connections, 0U);
    EXPECT_EQ(figures(1).state, async_cassandra::node_state::down);
    nodes.start(1);
    world.run_for(2s);
    EXPECT_EQ(run(2'800), 0U);
    EXPECT_GE(world.elapsed(), 60s);
    EXPECT_EQ(figures(1).connections, 1U);
    EXPECT_EQ(figures(1).state, async_cassandra::node_state::up);
    EXPECT_GT(figures(1).sent, before);
    std::uint64_t sent = 0;
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        expect_truth(i);
        sent += figures(i).sent;
    }
    EXPECT_EQ(sent, 5'800U);
}

// R18: what was under way when the node went has failed there.
TEST_F(simulated_node_stats, count_what_is_in_flight_and_what_is_lost)
{
    connect();
    world.run_for(1s);
    std::vector<std::shared_ptr<call_end<result_set>>> calls;
    for (int i = 0; i < 30; ++i)
        calls.push_back(execute("silence"));
    world.run_for(10ms);
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        EXPECT_EQ(figures(i).sent, 10U);
        EXPECT_EQ(figures(i).in_flight, 10U);
        EXPECT_EQ(asked(i, "silence"), 10U);
    }
    nodes.stop(2);
    world.run_for(10ms);
    EXPECT_EQ(std::ranges::count_if(calls, [](const auto& c) { return c->count != 0; }), 10);
    EXPECT_EQ(figures(2).failed, 10U);
    EXPECT_EQ(figures(2).in_flight, 0U);
    const auto timed_out = execute(statement{"silence"}.timeout(20ms));
    wait(*timed_out);
    EXPECT_EQ(figures(0).failed + figures(1).failed, 1U);
    EXPECT_EQ(figures(0).in_flight + figures(1).in_flight, 20U);
}

TEST_F(simulated_node_stats, have_the_mean_time_of_answers_over_all_threads)
{
    config.io_threads = 4;
    connect();
    world.run_for(1s);
    EXPECT_EQ(figures(0).latency, 0ns);
    for (int i = 0; i < 120; ++i)
        rows_of("slow");
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        const node_stats found = figures(i);
        EXPECT_EQ(found.connections, 4U);
        EXPECT_EQ(found.completed, asked(i, "slow"));
        EXPECT_THAT(found.latency, AllOf(Ge(30ms), Le(32ms)));
    }
}

TEST_F(simulated_node_stats, survive_a_change_of_the_pools)
{
    connect();
    world.run_for(1s);
    EXPECT_EQ(run(30), 0U);
    for (const unsigned connections : {4U, 1U, 2U}) {
        client->set_connections_per_node(connections);
        world.run_for(1s);
        EXPECT_EQ(figures(0).connections, connections);
        EXPECT_EQ(run(30), 0U);
    }
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        EXPECT_EQ(figures(i).sent, 40U);
        expect_truth(i);
    }
}

TEST_F(simulated_node_stats, go_with_the_node_and_stay_when_it_moves)
{
    connect();
    world.run_for(1s);
    EXPECT_EQ(run(30), 0U);
    nodes.restart_at(0, inet::parse("127.0.0.77").value());
    world.run_for(1min);
    EXPECT_EQ(figures(0).address, nodes.address(0));
    EXPECT_EQ(figures(0).sent, 10U);
    nodes.remove_node(2);
    world.run_for(2min);
    EXPECT_THAT(client->node_stats(), SizeIs(2));
    const std::size_t added = nodes.add_node("dc1", "rack1");
    add_rules(added);
    world.run_for(10s);
    EXPECT_THAT(client->node_stats(), SizeIs(3));
    EXPECT_EQ(figures(added).sent, 0U);
    EXPECT_EQ(run(30), 0U);
    EXPECT_EQ(figures(0).sent, 20U);
    expect_truth(added);
}

TEST_F(simulated_node_stats, stay_readable_when_the_cluster_is_closed)
{
    connect();
    world.run_for(1s);
    EXPECT_EQ(run(30), 0U);
    close(*client);
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        EXPECT_EQ(figures(i).connections, 0U);
        expect_truth(i);
    }
}

}  // namespace
}  // namespace async_cassandra::testing
