// SPDX-License-Identifier: Apache-2.0
#include "cluster_conversation.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <stdexcept>

namespace async_cassandra::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class fake_cluster_rows : public ::testing::Test {
protected:
    static fake_cluster_settings two_data_centers()
    {
        fake_cluster_settings settings;
        settings.nodes = {3, 2};
        return settings;
    }

    fake_cluster_rows()
    {
        c.cluster.change_schema(
            "CREATE KEYSPACE ks WITH replication = {'class': 'NetworkTopologyStrategy', "
            "'dc1': 2, 'dc2': 1}"
        );
        c.cluster.change_schema("CREATE TABLE ks.t (k bigint PRIMARY KEY, v text, w int)");
    }

    protocol::prepared_result prepare(std::size_t node, const char* text)
    {
        memory_client& client = c.to(node);
        client.script.prepare(text, 1);
        client.say();
        return std::get<protocol::prepared_result>(client.wait_for(1).at(0).result());
    }
    received_frame execute(
        std::size_t node,
        const protocol::prepared_result& what,
        const std::vector<cell>& values,
        consistency level = consistency::quorum
    )
    {
        memory_client& client = c.to(node);
        protocol::query_parameters parameters;
        parameters.level = level;
        client.script.execute(what, values, 1, parameters);
        client.say();
        auto frames = client.wait_for(1);
        return frames.empty() ? received_frame{} : std::move(frames.front());
    }
    received_frame insert(std::size_t node, std::int64_t key, consistency level = consistency::quorum)
    {
        return execute(
            node,
            prepare(node, "INSERT INTO ks.t (k, v) VALUES (?, ?)"),
            {cells::bigint(key), cells::text("v" + std::to_string(key))},
            level
        );
    }
    received_frame select(std::size_t node, std::int64_t key, consistency level = consistency::quorum)
    {
        return execute(node, prepare(node, "SELECT k, v FROM ks.t WHERE k = ?"), {cells::bigint(key)}, level);
    }
    static row row_of(std::int64_t key)
    {
        return {cells::bigint(key), cells::text("v" + std::to_string(key))};
    }
    std::vector<std::size_t> replicas(std::int64_t key)
    {
        return c.cluster.replicas("ks", *cells::bigint(key));
    }
    /// A node of dc1 that holds the key, or one that does not.
    std::size_t local(std::int64_t key, bool holds)
    {
        const auto all = replicas(key);
        for (std::size_t i = 0; i < 3; ++i)
            if ((std::ranges::find(all, i) != all.end()) == holds)
                return i;
        throw std::logic_error("no such node");
    }

    cluster_conversation c{two_data_centers()};
};

TEST_F(fake_cluster_rows, are_there_wherever_they_are_asked_for)
{
    for (std::int64_t key = 0; key < 20; ++key)
        EXPECT_TRUE(std::holds_alternative<protocol::void_result>(
            insert(static_cast<std::size_t>(key % 5), key).result()
        ));
    for (std::int64_t key = 0; key < 20; ++key) {
        EXPECT_THAT(
            select(static_cast<std::size_t>((key + 1) % 5), key).rows(), ::testing::ElementsAre(row_of(key))
        );
        EXPECT_EQ(c.cluster.stored("ks.t", *cells::bigint(key), "v"), row_of(key).at(1));
        EXPECT_EQ(c.cluster.writes("ks.t", *cells::bigint(key)), 1U);
    }
    EXPECT_THAT(select(0, 99).rows(), IsEmpty());
    EXPECT_EQ(c.cluster.stored("ks.t", *cells::bigint(99), "v"), cells::null());
}

TEST_F(fake_cluster_rows, are_described_when_prepared)
{
    const auto statement = prepare(0, "SELECT * FROM ks.t WHERE k = ?");
    ASSERT_EQ(statement.markers->size(), 1U);
    EXPECT_EQ((*statement.markers)[0].name, "k");
    EXPECT_THAT(statement.pk_indexes, ::testing::ElementsAre(0));
    EXPECT_EQ(statement.result_columns->size(), 3U);
    EXPECT_EQ(
        c.ask(0, "SELECT nope FROM ks.t WHERE k = 1").error().message,
        "Undefined column name nope in table ks.t"
    );
    EXPECT_EQ(c.ask(0, "SELECT * FROM ks.nope WHERE k = 1").error().message, "table nope does not exist");
    EXPECT_EQ(execute(0, statement, {}).error().code, server_code::invalid);
}

TEST_F(fake_cluster_rows, texts_with_literals_are_understood)
{
    EXPECT_TRUE(std::holds_alternative<protocol::void_result>(
        c.ask(0, "INSERT INTO ks.t (k, v, w) VALUES (-7, 'it''s', 3);").result()
    ));
    EXPECT_THAT(c.texts(1, "SELECT v FROM ks.t WHERE k = -7"), ::testing::ElementsAre("it's"));
}

TEST_F(fake_cluster_rows, nodes_know_whether_they_hold_the_key)
{
    for (std::int64_t key = 0; key < 30; ++key) {
        const auto holders = replicas(key);
        EXPECT_THAT(holders, SizeIs(3));
        insert(local(key, true), key);
    }
    std::size_t as_replica = 0;
    for (std::size_t i = 0; i < 5; ++i) {
        as_replica += c.cluster.node(i).figures().served_as_replica;
        EXPECT_EQ(c.cluster.node(i).figures().served_for_others, 0U);
    }
    EXPECT_EQ(as_replica, 30U);
    const std::size_t stranger = local(1, false);
    select(stranger, 1);
    EXPECT_EQ(c.cluster.node(stranger).figures().served_for_others, 1U);
}

TEST_F(fake_cluster_rows, keys_move_with_the_tokens_and_the_nodes)
{
    c.cluster.change_schema(
        "CREATE KEYSPACE one WITH replication = {'class': 'SimpleStrategy', "
        "'replication_factor': 1}"
    );
    const auto owner = [&] { return c.cluster.replicas("one", *cells::bigint(5)).at(0); };
    const std::size_t before = owner();
    const std::size_t other = before == 0 ? 1 : 0;
    const auto tokens = c.cluster.settings(before).tokens;
    c.cluster.set_tokens(before, c.cluster.settings(other).tokens);
    c.cluster.set_tokens(other, tokens);
    EXPECT_EQ(owner(), other);
    c.cluster.remove_node(other);
    EXPECT_NE(owner(), other);
    EXPECT_THAT(replicas(5), SizeIs(3));
    c.cluster.set_place(before, "dc3", "rack1");
    EXPECT_THAT(replicas(5), SizeIs(2)) << "one of dc1 is left, and one of dc2";
    insert(4, 5, consistency::one);
    const std::size_t added = c.cluster.add_node("dc1", "rack3");
    EXPECT_THAT(replicas(5), ::testing::Contains(added));
    EXPECT_THAT(select(added, 5, consistency::one).rows(), SizeIs(1)) << "it got its keys when it joined";
}

TEST_F(fake_cluster_rows, too_few_replicas_that_run_are_unavailable)
{
    const std::size_t coordinator = local(1, false);
    for (const std::size_t replica : replicas(1))
        if (replica < 3)
            c.cluster.stop(replica);
    const auto error = insert(coordinator, 1).error();
    EXPECT_EQ(error.code, server_code::unavailable);
    EXPECT_EQ(error.required, 2);
    EXPECT_EQ(error.alive, 1);
    EXPECT_EQ(c.cluster.writes("ks.t", *cells::bigint(1)), 0U);
    EXPECT_EQ(insert(coordinator, 1, consistency::local_one).error().code, server_code::unavailable);
    EXPECT_EQ(insert(coordinator, 1, consistency::each_quorum).error().code, server_code::unavailable);
    EXPECT_TRUE(
        std::holds_alternative<protocol::void_result>(insert(coordinator, 1, consistency::one).result())
    );
    EXPECT_EQ(select(coordinator, 1).error().code, server_code::unavailable);
}

TEST_F(fake_cluster_rows, too_few_replicas_that_answer_make_the_server_wait)
{
    const std::size_t coordinator = local(1, true);
    for (const std::size_t replica : replicas(1))
        if (replica != coordinator)
            c.cluster.freeze(replica);
    const auto begin = c.world.elapsed();
    const auto error = insert(coordinator, 1).error();
    EXPECT_GE(c.world.elapsed() - begin, 2s);
    EXPECT_EQ(error.code, server_code::write_timeout);
    EXPECT_EQ(error.write_type, "SIMPLE");
    EXPECT_EQ(error.received, 1);
    EXPECT_EQ(c.cluster.writes("ks.t", *cells::bigint(1)), 1U) << "it was written where it could be";
    EXPECT_EQ(select(coordinator, 1).error().code, server_code::read_timeout);
    EXPECT_THAT(select(coordinator, 1, consistency::one).rows(), SizeIs(1));
}

TEST_F(fake_cluster_rows, who_was_away_gets_what_it_missed)
{
    const auto holders = replicas(1);
    c.cluster.stop(holders[0]);
    const std::size_t other = holders[0] == 0 ? 1 : 0;
    insert(other, 1);
    c.cluster.start(holders[0]);
    for (const std::size_t replica : holders)
        if (replica != holders[0])
            c.cluster.stop(replica);
    EXPECT_THAT(select(holders[0], 1, consistency::one).rows(), SizeIs(1));
}

TEST_F(fake_cluster_rows, connections_and_probes_are_counted)
{
    c.to(0);
    memory_client second{c.world, c.cluster.address(0)};
    second.start();
    second.script.options(3);
    second.say();
    EXPECT_THAT(second.wait_for(1), SizeIs(1));
    second.close();
    c.world.run_for(1s);
    const node_figures figures = c.cluster.node(0).figures();
    EXPECT_EQ(figures.connections_open, 1U);
    EXPECT_EQ(figures.connections_ever, 2U);
    EXPECT_EQ(figures.connections_at_once, 2U);
    EXPECT_EQ(figures.probes, 1U);
    EXPECT_EQ(figures.requests, 3U);
    EXPECT_THAT(c.cluster.violations(), IsEmpty());
}

// Each node has a network of its own, and rules of its own.
TEST_F(fake_cluster_rows, one_node_fails_and_the_others_do_not_notice)
{
    c.to(0);
    c.to(1);
    simulated_network& network = c.world.network();
    network.hold(c.cluster.address(0));
    network.conditions(c.cluster.address(0)).delay_max = 10s;
    network.set_connect_fate(c.cluster.address(0), connect_fate::refused);
    EXPECT_THAT(c.rows(1, "SELECT * FROM system.local"), SizeIs(1));
    memory_client refused{c.world, c.cluster.address(0)};
    EXPECT_TRUE(c.world.run_until([&] { return refused.connected; }, 1s));
    EXPECT_TRUE(refused.connect_result.failed());
    network.reset(c.cluster.address(0));
    c.world.run_for(1ms);
    EXPECT_TRUE(c.to(1).frames.empty() && !c.to(1).read_over);

    c.cluster.node(1).on_request(protocol::opcode::query).reply_once(as_usual().after(3s));
    const auto begin = c.world.elapsed();
    EXPECT_THAT(c.rows(1, "SELECT * FROM system.local"), SizeIs(1));
    EXPECT_GE(c.world.elapsed() - begin, 3s);
    c.cluster.node(1).on_request(protocol::opcode::query).reply_once(as_usual().twice());
    c.to(1).script.query("SELECT * FROM system.local", 1);
    c.to(1).say();
    EXPECT_THAT(c.to(1).wait_for(2), SizeIs(2));
    c.cluster.node(1).on_request(protocol::opcode::query).reply_once(as_usual().with_bad_payload_crc());
    c.to(1).script.query("SELECT * FROM system.local", 1);
    c.to(1).say();
    c.world.run_for(1s);
    EXPECT_TRUE(c.to(1).script.error());
}

}  // namespace
}  // namespace async_cassandra::testing
