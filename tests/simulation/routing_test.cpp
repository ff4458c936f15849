// SPDX-License-Identifier: Apache-2.0
// Requests go where their data is.
#include "simulation/simulated_session.hpp"

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

namespace async_cassandra::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class routing : public simulated_cluster_session, public ::testing::WithParamInterface<protocol_version> {
protected:
    routing() : simulated_cluster_session(fake_cluster_settings{.nodes = {6}})
    {
        config.protocol = GetParam();
        nodes.change_schema(
            "CREATE KEYSPACE ks WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}"
        );
        nodes.change_schema(
            "CREATE KEYSPACE three WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 3}"
        );
        nodes.change_schema("CREATE TABLE ks.t (k bigint PRIMARY KEY, v text)");
        nodes.change_schema("CREATE TABLE ks.pairs (a text, b bigint, v text, PRIMARY KEY ((a, b)))");
        nodes.change_schema("CREATE TABLE three.t (k bigint PRIMARY KEY, v text)");
    }
    void SetUp() override
    {
        connect();
        world.run_for(1s);
    }
    void TearDown() override
    {
        simulated_client::TearDown();
        world.run_for(1s);
        EXPECT_THAT(nodes.violations(), IsEmpty());
    }

    struct coordinators {
        std::size_t replicas = 0;
        std::size_t others = 0;
    };
    /// Who coordinated what `work` did, by what the servers know of the ring.
    coordinators of(const std::function<void()>& work)
    {
        const coordinators before = all();
        work();
        const coordinators after = all();
        return {after.replicas - before.replicas, after.others - before.others};
    }
    coordinators all()
    {
        coordinators sum;
        for (std::size_t i = 0; i < nodes.size(); ++i) {
            const node_figures figures = nodes.node(i).figures();
            sum.replicas += figures.served_as_replica;
            sum.others += figures.served_for_others;
        }
        return sum;
    }
};

INSTANTIATE_TEST_SUITE_P(
    versions,
    routing,
    ::testing::Values(protocol_version::v4, protocol_version::v5),
    [](const auto& chosen) { return chosen.param == protocol_version::v4 ? "v4" : "v5"; }
);

TEST_P(routing, bound_statements_reach_a_replica)
{
    const prepared_statement writing = prepare("INSERT INTO ks.t (k, v) VALUES (?, ?)");
    const prepared_statement select = prepare("SELECT v FROM ks.t WHERE k = ?");
    const coordinators found = of([&] {
        for (std::int64_t k = 0; k < 500; ++k) {
            rows_of(writing.bind(k, std::to_string(k)));
            const result_set rows = rows_of(select.bind(k));
            EXPECT_EQ(rows.one()->get<std::string>("v"), std::to_string(k));
        }
    });
    EXPECT_EQ(found.replicas, 1000U);
    EXPECT_EQ(found.others, 0U);
}

TEST_P(routing, keys_of_several_columns_bound_in_any_order_reach_a_replica)
{
    const prepared_statement writing = prepare("INSERT INTO ks.pairs (v, b, a) VALUES (?, ?, ?)");
    const prepared_statement select = prepare("SELECT v FROM ks.pairs WHERE a = ? AND b = ?");
    const coordinators found = of([&] {
        for (std::int64_t k = 0; k < 200; ++k) {
            const std::string a(static_cast<std::size_t>(k) * 10, 'x');
            rows_of(writing.bind("value", k, a));
            rows_of(select.bind_named("b", k).bind_named("a", a));
        }
    });
    EXPECT_EQ(found.replicas, 400U);
    EXPECT_EQ(found.others, 0U);
}

TEST_P(routing, text_reaches_a_replica_when_the_key_is_given)
{
    const std::vector<std::byte> key = *cells::bigint(7);
    const statement text = statement{"INSERT INTO ks.t (k, v) VALUES (7, 'seven')"};
    const coordinators blind = of([&] {
        for (int i = 0; i < 60; ++i)
            rows_of(text);
    });
    EXPECT_EQ(blind.replicas, 10U) << "one node of six";
    const coordinators told = of([&] {
        for (int i = 0; i < 60; ++i)
            rows_of(statement{text}.routing_key(key, "ks"));
    });
    EXPECT_EQ(told.replicas, 60U);
    EXPECT_EQ(told.others, 0U);
}

TEST_P(routing, replicas_share_the_load_of_one_key)
{
    const prepared_statement select = prepare("SELECT v FROM three.t WHERE k = ?");
    const coordinators found = of([&] {
        for (int i = 0; i < 600; ++i)
            rows_of(select.bind(std::int64_t{42}));
    });
    EXPECT_EQ(found.replicas, 600U);
    for (const std::size_t i : nodes.replicas("three", *cells::bigint(42)))
        EXPECT_NEAR(static_cast<double>(nodes.node(i).figures().served_as_replica), 200, 60) << i;
}

TEST_P(routing, the_next_replica_takes_over_for_one_that_is_down)
{
    const prepared_statement select = prepare("SELECT v FROM three.t WHERE k = ?");
    nodes.stop(nodes.replicas("three", *cells::bigint(42)).front());
    world.run_for(1s);
    const coordinators found = of([&] {
        for (int i = 0; i < 300; ++i)
            rows_of(select.bind(std::int64_t{42}).consistency(consistency::one));
    });
    EXPECT_EQ(found.replicas, 300U);
    EXPECT_EQ(found.others, 0U);
}

TEST_P(routing, a_key_without_a_value_is_the_servers_matter)
{
    const prepared_statement select = prepare("SELECT v FROM ks.pairs WHERE a = ? AND b = ?");
    const auto end = execute(select.bind("a", null));
    wait(*end);
    failure_of<invalid_request>(*end);
}

TEST_P(routing, transactions_for_one_key_meet_at_one_replica)
{
    const std::vector<std::size_t> replicas = nodes.replicas("three", *cells::bigint(42));
    const auto served = [&](std::size_t i) { return nodes.node(i).requests(protocol::opcode::query).size(); };
    for (const std::size_t i : replicas)
        nodes.node(i).on_query_prefix("UPDATE three.t").reply(reply_void());
    const std::size_t before = served(replicas.front());
    for (int i = 0; i < 30; ++i)
        rows_of(statement{"UPDATE three.t SET v = 'x' WHERE k = 42 IF v = 'y'"}.routing_key(
            *cells::bigint(42), "three"
        ));
    EXPECT_EQ(served(replicas.front()) - before, 30U);
}

TEST_P(routing, a_request_can_name_its_node)
{
    for (std::size_t i = 0; i < nodes.size(); ++i)
        nodes.node(i).on_query("Q").reply(reply_void());
    const auto asked = [&](std::size_t i) {
        const auto all = nodes.node(i).requests(protocol::opcode::query);
        return std::ranges::count(all, "Q", &request_record::query);
    };
    for (int i = 0; i < 20; ++i)
        rows_of(statement{"Q"}.node(nodes.host_id(4)));
    EXPECT_EQ(asked(4), 20);

    nodes.stop(4);
    world.run_for(1s);
    const auto begin = world.elapsed();
    const auto down = execute(statement{"Q"}.node(nodes.host_id(4)));
    wait(*down);
    EXPECT_LE(world.elapsed() - begin, 10ms);
    const failure f = failure_of<no_host_available>(*down);
    EXPECT_THAT(f.what, HasSubstr(to_string(nodes.address(4))));
    EXPECT_EQ(f.attempts.size(), 1U) << "nobody else was asked";
    EXPECT_EQ(f.effect, request_effect::not_sent);

    const uuid nobody = *uuid::parse("11111111-1111-1111-1111-111111111111");
    const auto unknown = execute(statement{"Q"}.node(nobody));
    wait(*unknown);
    EXPECT_THAT(failure_of<no_host_available>(*unknown).what, HasSubstr(nobody.to_string()));
}

}  // namespace
}  // namespace async_cassandra::testing
