// SPDX-License-Identifier: Apache-2.0
// Asking one node whether it lives. R20
#include "simulation/simulated_session.hpp"

namespace async_cassandra::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::Ge;
using ::testing::HasSubstr;
using ::testing::Le;

class simulated_health : public simulated_cluster_session {
protected:
    using health_end = std::shared_ptr<call_end<host_health>>;

    simulated_health() { config.reconnect_base_delay = config.reconnect_max_delay = 1h; }

    health_end check(const uuid& host_id)
    {
        return start<host_health>([&](auto handler) {
            client->check_host_health(host_id, std::move(handler));
        });
    }
    health_end check(std::size_t i) { return check(nodes.host_id(i)); }

    /// OPTIONS that each node has got.
    [[nodiscard]] std::vector<std::size_t> frames()
    {
        std::vector<std::size_t> counts;
        for (std::size_t i = 0; i < nodes.size(); ++i)
            counts.push_back(nodes.node(i).request_count(protocol::opcode::options));
        return counts;
    }
    [[nodiscard]] std::vector<std::size_t> accepted()
    {
        std::vector<std::size_t> counts;
        for (std::size_t i = 0; i < nodes.size(); ++i)
            counts.push_back(nodes.node(i).connections_accepted());
        return counts;
    }
};

// R20: one frame on host i, none on the others.
TEST_F(simulated_health, sends_one_frame_to_that_node_alone)
{
    for (std::size_t i = 0; i < nodes.size(); ++i)
        world.network().conditions(nodes.address(i)).delay_min =
            world.network().conditions(nodes.address(i)).delay_max = 5ms;
    connect();
    world.run_for(1s);
    EXPECT_THAT(frames(), Each(0U));
    const auto connections = accepted();
    const auto end = check(1);
    wait(*end);
    ASSERT_TRUE(end->value);
    EXPECT_EQ(end->value->host_id, nodes.host_id(1));
    EXPECT_EQ(end->value->address, nodes.address(1));
    EXPECT_THAT(end->value->latency, AllOf(Ge(10ms), Le(11ms)));
    EXPECT_TRUE(end->value->on_open_connection);
    EXPECT_THAT(frames(), ElementsAre(0U, 1U, 0U));
    EXPECT_EQ(accepted(), connections) << "no connection is opened for it";
}

TEST_F(simulated_health, finds_the_thread_that_has_a_connection)
{
    config.io_threads = 3;
    connect();
    world.run_for(1s);
    const auto connections = accepted();
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        const auto end = check(i);
        wait(*end);
        ASSERT_TRUE(end->value);
        EXPECT_TRUE(end->value->on_open_connection);
    }
    EXPECT_THAT(frames(), Each(1U));
    EXPECT_EQ(accepted(), connections);
}

TEST_F(simulated_health, opens_a_connection_where_there_is_none_and_closes_it)
{
    connect();
    world.run_for(1s);
    // The client would try again within the hour; nobody tells it of the node.
    world.network().reset(nodes.address(2));
    world.network().set_connect_fate(nodes.address(2), connect_fate::refused);
    world.run_for(1s);
    world.network().set_connect_fate(nodes.address(2), connect_fate::accepted);
    ASSERT_EQ(client->stats().connections, 3U);
    const std::size_t before = nodes.node(2).connections_accepted();
    const auto end = check(2);
    wait(*end);
    ASSERT_TRUE(end->value);
    EXPECT_FALSE(end->value->on_open_connection);
    EXPECT_EQ(end->value->address, nodes.address(2));
    EXPECT_EQ(nodes.node(2).request_count(protocol::opcode::options), 1U);
    EXPECT_EQ(client->stats().connections, 3U);
    world.run_for(10ms);
    EXPECT_EQ(nodes.node(2).connections_accepted(), before + 1);
    EXPECT_EQ(nodes.node(2).open_connections(), 0U);
}

TEST_F(simulated_health, of_a_host_id_that_nobody_has_names_it)
{
    connect();
    const uuid nobody = uuid::parse("12345678-1234-4321-8888-123456789abc").value();
    const auto end = check(nobody);
    wait(*end);
    const failure f = failure_of<no_host_available>(*end);
    EXPECT_EQ(f.what, "the cluster has no node with the host id 12345678-1234-4321-8888-123456789abc");
    EXPECT_EQ(f.effect, request_effect::not_sent);
    EXPECT_THAT(frames(), Each(0U));
}

TEST_F(simulated_health, of_a_node_that_refuses_names_it_and_the_cause)
{
    connect();
    world.run_for(1s);
    nodes.stop(1);
    world.run_for(1s);
    const auto begin = world.elapsed();
    const auto end = check(1);
    wait(*end);
    const failure f = failure_of<connection_error>(*end);
    EXPECT_LE(end->at - begin, 10ms);
    EXPECT_EQ(f.code, errc::connection_failed);
    EXPECT_EQ(f.node, nodes.address(1));
    EXPECT_THAT(f.what, AllOf(HasSubstr(to_string(nodes.address(1))), HasSubstr("refused")));
    ASSERT_EQ(f.attempts.size(), 1U);
    EXPECT_EQ(f.attempts[0].node, nodes.address(1));
}

// R20: probes in parallel, each bounded.
TEST_F(simulated_health, of_three_dead_nodes_ends_within_its_limit)
{
    connect();
    world.run_for(1s);
    for (std::size_t i = 0; i < nodes.size(); ++i)
        nodes.freeze(i);
    const auto begin = world.elapsed();
    std::vector<health_end> ends;
    for (std::size_t i = 0; i < nodes.size(); ++i)
        ends.push_back(check(i));
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        wait(*ends[i]);
        const failure f = failure_of<operation_timed_out>(*ends[i]);
        EXPECT_THAT(ends[i]->at - begin, AllOf(Ge(2s), Le(2002ms)));
        EXPECT_EQ(f.node, nodes.address(i));
        EXPECT_EQ(
            f.what,
            to_string(nodes.address(i)) + ": OPTIONS is not answered within health_check_timeout (2000 ms)"
        );
    }
    for (std::size_t i = 0; i < nodes.size(); ++i)
        nodes.thaw(i);
    world.run_for(1s);
    const auto again = check(0);
    wait(*again);
    EXPECT_FALSE(again->error) << "the late answer is no harm";
}

TEST_F(simulated_health, of_nodes_that_swallow_the_connection_ends_within_its_limit)
{
    config.health_check_timeout = 700ms;
    connect();
    world.run_for(1s);
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        nodes.stop(i);
        world.network().set_connect_fate(nodes.address(i), connect_fate::ignored);
    }
    world.run_for(10ms);
    const auto begin = world.elapsed();
    std::vector<health_end> ends;
    for (std::size_t i = 0; i < nodes.size(); ++i)
        ends.push_back(check(i));
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        wait(*ends[i]);
        EXPECT_THAT(
            failure_of<operation_timed_out>(*ends[i]).what, HasSubstr("it was still being connected to")
        );
        EXPECT_THAT(ends[i]->at - begin, AllOf(Ge(700ms), Le(702ms)));
    }
}

TEST_F(simulated_health, of_a_node_that_goes_while_it_is_asked_says_so)
{
    connect();
    world.run_for(1s);
    nodes.freeze(1);
    const auto end = check(1);
    world.run_for(100ms);
    nodes.stop(1);
    wait(*end);
    const failure f = failure_of<connection_error>(*end);
    EXPECT_EQ(f.code, errc::connection_lost);
    EXPECT_EQ(f.node, nodes.address(1));
}

TEST_F(simulated_health, of_a_node_that_answers_with_an_error_is_none)
{
    connect();
    world.run_for(1s);
    nodes.node(0).on_request(protocol::opcode::options).reply(reply_error(server_code::overloaded, "no"));
    const auto end = check(0);
    wait(*end);
    EXPECT_THAT(failure_of<protocol_error>(*end).what, HasSubstr("something else than SUPPORTED"));
}

TEST_F(simulated_health, checks_of_the_same_node_at_once_share_a_frame)
{
    connect();
    world.run_for(1s);
    const auto first = check(0);
    const auto second = check(0);
    wait(*first);
    wait(*second);
    EXPECT_FALSE(first->error || second->error);
    EXPECT_EQ(frames()[0], 1U);
}

TEST_F(simulated_health, ends_with_the_cluster)
{
    connect();
    world.run_for(1s);
    nodes.freeze(0);
    nodes.stop(1);
    world.network().set_connect_fate(nodes.address(1), connect_fate::ignored);
    world.run_for(10ms);
    const auto on_pool = check(0);
    const auto on_its_own = check(1);
    world.run_for(100ms);
    EXPECT_LE(close(*client), 1ms);
    world.run_for(1ms);
    for (const health_end& end : {on_pool, on_its_own}) {
        EXPECT_EQ(end->count, 1);
        EXPECT_EQ(failure_of<connection_error>(*end).code, errc::closed);
    }
    const auto later = check(0);
    wait(*later);
    EXPECT_EQ(failure_of<connection_error>(*later).what, "Cluster is closed");
}

TEST_F(simulated_health, before_the_first_connect_knows_no_node)
{
    client.emplace(make_simulated_cluster(world, config));
    const auto end = check(0);
    wait(*end);
    failure_of<no_host_available>(*end);
}

}  // namespace
}  // namespace async_cassandra::testing
