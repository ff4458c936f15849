// SPDX-License-Identifier: Apache-2.0
#include "simulation/simulated_session.hpp"

// The client and several nodes.
namespace async_cassandra::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::IsEmpty;

class clusters : public simulated_cluster_session {
protected:
    clusters()
    {
        nodes.change_schema(
            "CREATE KEYSPACE ks WITH replication = {'class': 'SimpleStrategy', "
            "'replication_factor': 3}"
        );
        nodes.change_schema("CREATE TABLE ks.t (k bigint PRIMARY KEY, v text)");
    }
    void TearDown() override
    {
        simulated_cluster_session::TearDown();
        world.run_for(1s);
        EXPECT_THAT(nodes.violations(), IsEmpty());
        for (std::size_t i = 0; i < nodes.size(); ++i)
            EXPECT_EQ(nodes.node(i).open_connections(), 0U) << i;
    }
};

TEST_F(clusters, another_node_is_found_when_the_first_is_down)
{
    nodes.stop(0);
    connect();
    rows_of(statement{"INSERT INTO ks.t (k, v) VALUES (1, 'one')"});
    EXPECT_EQ(nodes.stored("ks.t", *cells::bigint(1), "v"), cells::text("one"));
    EXPECT_EQ(nodes.node(0).connections_accepted(), 0U);
    const auto rows = rows_of(statement{"SELECT v FROM ks.t WHERE k = 1"});
    EXPECT_EQ(rows.one()->get<std::string>("v"), "one");
}

TEST_F(clusters, what_the_replicas_cannot_do_comes_as_the_servers_error)
{
    connect();
    nodes.stop(1);
    nodes.stop(2);
    const auto end = execute(statement{"INSERT INTO ks.t (k, v) VALUES (1, 'one')"});
    wait(*end);
    const failure f = failure_of<unavailable>(*end);
    EXPECT_EQ(f.effect, request_effect::rejected);
    EXPECT_EQ(f.server->required, 2);
    EXPECT_EQ(f.server->alive, 1);
    EXPECT_EQ(nodes.writes("ks.t", *cells::bigint(1)), 0U);
}

}  // namespace
}  // namespace async_cassandra::testing
