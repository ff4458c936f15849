// SPDX-License-Identifier: Apache-2.0
// Which nodes a statement that changes the schema waits for, when there are some that no request goes to.
#include "simulation/simulated_session.hpp"

#include <algorithm>

namespace async_cassandra::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::Ge;
using ::testing::IsEmpty;
using ::testing::Le;

/// dc1 has the nodes 0, 1, 2, where requests go; dc2 the others, where none goes.
class agreement_with_remote_nodes : public simulated_cluster_session {
protected:
    agreement_with_remote_nodes() : simulated_cluster_session({.nodes = {3, 3}})
    {
        config.load_balancing.local_dc = "dc1";
        config.contact_points.resize(3);
        nodes.change_schema(
            "CREATE KEYSPACE ks WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 2}"
        );
    }
    void TearDown() override
    {
        simulated_client::TearDown();
        world.run_for(1s);
        EXPECT_THAT(nodes.violations(), IsEmpty());
        for (std::size_t i = 0; i < nodes.size(); ++i)
            EXPECT_EQ(nodes.node(i).open_connections(), 0U) << i;
    }

    /// How long it took.
    std::chrono::nanoseconds create(const std::string& table, bool agreed)
    {
        const auto begin = world.elapsed();
        const auto end =
            execute(statement{"CREATE TABLE ks." + table + " (k bigint PRIMARY KEY)"}.timeout(1min));
        wait(*end);
        EXPECT_FALSE(end->error);
        EXPECT_EQ(end->value->schema_in_agreement(), agreed) << table;
        return end->at - begin;
    }
    void stop_dc2()
    {
        for (std::size_t i = 3; i < 6; ++i)
            nodes.stop(i);
    }
    void set_delay_of_dc2(std::chrono::nanoseconds delay)
    {
        for (std::size_t i = 3; i < 6; ++i)
            nodes.set_schema_delay(i, delay);
    }
    [[nodiscard]] std::size_t accepted_by_dc2()
    {
        std::size_t sum = 0;
        for (std::size_t i = 3; i < 6; ++i)
            sum += nodes.node(i).connections_accepted();
        return sum;
    }
};

TEST_F(agreement_with_remote_nodes, waits_for_those_that_live)
{
    connect();
    set_delay_of_dc2(3s);
    EXPECT_THAT(create("t", true), AllOf(Ge(3s), Le(3s + 250ms)));
    EXPECT_EQ(accepted_by_dc2(), 3U) << "one sign of life of each, after a second";
    EXPECT_EQ(create("u", true) / 1s, 3);
    EXPECT_EQ(accepted_by_dc2(), 3U) << "it is believed for a while";
}

TEST_F(agreement_with_remote_nodes, connects_to_none_of_those_that_have_the_change_soon)
{
    connect();
    set_delay_of_dc2(500ms);
    EXPECT_THAT(create("t", true), AllOf(Ge(500ms), Le(750ms)));
    EXPECT_EQ(accepted_by_dc2(), 0U);
}

TEST_F(agreement_with_remote_nodes, does_not_wait_for_those_that_refuse_connections)
{
    stop_dc2();
    connect();
    EXPECT_THAT(create("t", true), AllOf(Ge(1s), Le(1s + 250ms)));
    EXPECT_LE(create("u", true), 50ms) << "once is enough";
}

TEST_F(agreement_with_remote_nodes, does_not_wait_for_those_that_are_silent)
{
    stop_dc2();
    for (std::size_t i = 3; i < 6; ++i)
        world.network().set_connect_fate(nodes.address(i), connect_fate::ignored);
    config.health_check_timeout = 700ms;
    connect();
    EXPECT_THAT(create("t", true), AllOf(Ge(1700ms), Le(1700ms + 250ms))) << "they are asked side by side";
    EXPECT_LE(create("u", true), 50ms);
    world.run_for(config.reconnect_max_delay);
    EXPECT_GE(create("v", true), 1700ms) << "they may have come back unnoticed";
}

TEST_F(agreement_with_remote_nodes, waits_again_for_those_that_are_said_to_be_back)
{
    config.schema_agreement_timeout = 4s;
    stop_dc2();
    connect();
    EXPECT_LE(create("t", true), 1s + 250ms);
    for (std::size_t i = 3; i < 6; ++i)
        nodes.start(i);
    world.run_for(2s);
    set_delay_of_dc2(1h);
    EXPECT_GE(create("u", false), 4s);
}

TEST_F(agreement_with_remote_nodes, closing_while_they_are_asked_leaves_nothing)
{
    stop_dc2();
    for (std::size_t i = 3; i < 6; ++i)
        world.network().set_connect_fate(nodes.address(i), connect_fate::ignored);
    config.drain_timeout = 100ms;
    connect();
    const auto end = execute("CREATE TABLE ks.t (k bigint PRIMARY KEY)");
    world.run_for(1500ms);
    EXPECT_LE(close(*client), 102ms);
    wait(*end);
    ASSERT_FALSE(end->error);
    EXPECT_FALSE(end->value->schema_in_agreement());
    EXPECT_EQ(client->stats(), cluster_stats{});
}

}  // namespace
}  // namespace async_cassandra::testing
