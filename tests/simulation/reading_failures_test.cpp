// SPDX-License-Identifier: Apache-2.0
// What becomes of topology, schema and events when the node that is asked for them fails to tell. E4, R18
#include "simulation/simulated_session.hpp"

#include <algorithm>
#include <set>

namespace async_cassandra::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr const char* from_local = "SELECT * FROM system.local WHERE key='local'";
constexpr const char* from_peers_v2 = "SELECT * FROM system.peers_v2";
constexpr const char* from_keyspaces = "SELECT * FROM system_schema.keyspaces";

// Until what failed is asked for again, and what is asked then.
constexpr auto soon = 1s + 10ms;
// Of a query.
constexpr auto no_answer = 5s;

answer overloaded()
{
    return reply_error(server_code::overloaded, "too much to do");
}

class reading_failures : public simulated_cluster_session {
protected:
    explicit reading_failures(fake_cluster_settings settings = {})
        : simulated_cluster_session(std::move(settings))
    {
        nodes.change_schema(
            "CREATE KEYSPACE ks WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 2}"
        );
        nodes.change_schema("CREATE TABLE ks.t (k bigint PRIMARY KEY, v text)");
    }
    void TearDown() override
    {
        simulated_client::TearDown();
        world.run_for(1s);
        EXPECT_THAT(nodes.violations(), IsEmpty());
        for (std::size_t i = 0; i < nodes.size(); ++i)
            EXPECT_EQ(world.network().open_connections(nodes.address(i)), 0U) << i;
    }

    template <class Rule>
    void each_node(Rule rule)
    {
        for (std::size_t i = 0; i < nodes.size(); ++i)
            rule(nodes.node(i));
    }

    [[nodiscard]] std::set<endpoint> known_addresses() const
    {
        std::set<endpoint> found;
        const topology now = client->topology();
        for (const async_cassandra::node& each : now.nodes())
            found.insert(each.address);
        return found;
    }
    [[nodiscard]] std::set<endpoint> true_addresses() const
    {
        std::set<endpoint> found;
        for (std::size_t i = 0; i < nodes.size(); ++i)
            found.insert(nodes.address(i));
        return found;
    }
    [[nodiscard]] std::size_t replicas() const
    {
        const topology now = client->topology();
        return now.replicas("ks", *cells::bigint(1)).size();
    }
    [[nodiscard]] bool knows_table(const char* name = "t") const
    {
        const schema now = client->schema();
        return now.find("ks", name) != nullptr;
    }

    /// How often a node was asked to tell of events.
    [[nodiscard]] std::size_t registrations(std::size_t i)
    {
        return nodes.node(i).request_count(protocol::opcode::register_);
    }
    [[nodiscard]] std::size_t queries(std::size_t i, std::string_view text)
    {
        const auto all = nodes.node(i).requests(protocol::opcode::query);
        return static_cast<std::size_t>(std::ranges::count_if(all, [&](const request_record& r) {
            return r.query == text;
        }));
    }

    std::shared_ptr<call_end<session>> begin_connect()
    {
        client.emplace(make_simulated_cluster(world, config));
        return start<session>([&](auto handler) { client->connect(keyspace, std::move(handler)); });
    }
    /// What a connect says that never succeeds.
    failure failed_connect()
    {
        const auto end = begin_connect();
        wait(*end);
        return failure_of<no_host_available>(*end);
    }
};

TEST_F(reading_failures, a_schema_that_cannot_be_read_yet_is_there_soon)
{
    each_node([](fake_node& n) { n.on_query(from_keyspaces).reply_once(overloaded()); });
    connect();
    EXPECT_LE(world.elapsed(), 100ms) << "requests can do without it";
    EXPECT_EQ(replicas(), 0U);
    world.run_for(soon);
    EXPECT_EQ(replicas(), 2U);
    EXPECT_TRUE(knows_table());
}

TEST_F(reading_failures, a_table_of_the_schema_that_cannot_be_read_yet_is_there_soon)
{
    const auto failed = reply_error(server_code::server_error, "java.lang.AssertionError");
    each_node([&](fake_node& n) {
        n.on_query("SELECT * FROM system_schema.columns").reply_once(failed);
        // All are asked for at once.
        n.on_query("SELECT * FROM system_virtual_schema.keyspaces").reply_once(failed).reply_once(failed);
    });
    connect();
    EXPECT_FALSE(knows_table());
    EXPECT_EQ(replicas(), 2U) << "keyspaces were read, and say where data lies";
    world.run_for(soon);
    EXPECT_FALSE(knows_table()) << "the other table";
    world.run_for(10s);
    EXPECT_TRUE(knows_table());
    const schema now = client->schema();
    EXPECT_NE(now.find("system_views"), nullptr);
}

TEST_F(reading_failures, a_change_that_cannot_be_read_yet_is_there_soon)
{
    connect();
    each_node([](fake_node& n) {
        n.on_query("SELECT * FROM system_schema.keyspaces WHERE keyspace_name IN ('ks')")
            .reply_once(overloaded());
    });
    nodes.change_schema("CREATE TABLE ks.u (k bigint PRIMARY KEY, v text)");
    world.run_for(1s + soon);
    EXPECT_TRUE(knows_table("u"));
}

TEST_F(reading_failures, nodes_that_cannot_be_told_yet_are_there_soon)
{
    config.load_balancing.local_dc = "dc1";
    each_node([](fake_node& n) { n.on_query(from_local).reply_once(overloaded()); });
    connect();
    EXPECT_LE(world.elapsed(), soon);
    EXPECT_EQ(known_addresses(), true_addresses());
}

TEST_F(reading_failures, a_node_that_keeps_failing_is_left_for_another_one)
{
    config.load_balancing.local_dc = "dc1";
    for (const std::size_t bad : {0U, 1U})
        nodes.node(bad).on_query(from_local).reply(overloaded());
    connect();
    EXPECT_EQ(known_addresses(), true_addresses());
    EXPECT_EQ(queries(0, from_local), 2U);
    EXPECT_EQ(queries(1, from_local), 2U);
    EXPECT_EQ(registrations(2), 1U);
    EXPECT_LE(world.elapsed(), 4s);
}

TEST_F(reading_failures, a_node_whose_tables_never_answer_is_left_within_connect_timeout)
{
    nodes.node(0).on_query(from_local).reply(no_reply());
    connect();
    EXPECT_EQ(known_addresses(), true_addresses());
    EXPECT_EQ(registrations(1), 1U);
    EXPECT_LE(world.elapsed(), 2 * no_answer + 2s);
}

TEST_F(reading_failures, a_node_that_begins_to_fail_later_is_left_too)
{
    connect();
    world.run_for(2s);
    ASSERT_EQ(registrations(0), 1U);
    nodes.node(0).on_query(from_local).reply(overloaded());
    nodes.add_node("dc1", "rack1");
    world.run_for(5s);
    EXPECT_EQ(registrations(0), 1U);
    EXPECT_EQ(known_addresses(), true_addresses()) << "asked of another node";
    EXPECT_EQ(rows_of("SELECT rack FROM system.local").size(), 1U) << "requests go on";
}

TEST_F(reading_failures, a_node_that_fails_to_tell_the_schema_is_left)
{
    nodes.node(0).on_query(from_keyspaces).reply(no_reply());
    connect();
    EXPECT_LE(world.elapsed(), no_answer + 100ms) << "requests can do without it";
    EXPECT_FALSE(knows_table());
    world.run_for(no_answer + 3s);
    EXPECT_TRUE(knows_table());
    EXPECT_EQ(replicas(), 2U);
}

TEST_F(reading_failures, nodes_that_all_fail_are_not_asked_without_end)
{
    connect();
    world.run_for(2s);
    each_node([](fake_node& n) { n.on_query(from_local).reply(overloaded()); });
    nodes.say_status(1, protocol::status_change_kind::up);
    const auto asked = [this] {
        return queries(0, from_local) + queries(1, from_local) + queries(2, from_local);
    };
    world.run_for(5min);
    const std::size_t before = asked();
    world.run_for(5min);
    EXPECT_LE(asked() - before, 80U) << "pauses grow to 30 s";
    EXPECT_EQ(known_addresses(), true_addresses()) << "what was known stays";
    EXPECT_EQ(rows_of("SELECT rack FROM system.local").size(), 1U);
}

TEST_F(reading_failures, a_connect_that_ends_meanwhile_says_how_each_node_failed)
{
    config.connect_timeout = 9s;
    nodes.node(0).on_query(from_local).reply(overloaded());
    nodes.node(1).on_query(from_local).reply(no_reply());
    nodes.stop(2);
    const failure f = failed_connect();
    EXPECT_EQ(world.elapsed(), 9s);
    EXPECT_THAT(
        f.what, AllOf(HasSubstr("the list of nodes was still being read"), HasSubstr("too much to do"))
    );
    ASSERT_THAT(f.attempts, SizeIs(2)) << "the third was not tried";
    for (const attempt& each : f.attempts) {
        const bool first = each.node == nodes.address(0);
        EXPECT_EQ(each.code, first ? make_error_code(server_code::overloaded) : errc::request_timeout);
        EXPECT_THAT(each.reason, HasSubstr(from_local));
    }
}

TEST_F(reading_failures, a_connect_that_ends_while_connections_are_opened_says_how_each_node_failed)
{
    config.connect_timeout = 3s;
    nodes.node(0).on_request(protocol::opcode::startup).reply_once(as_usual()).reply(overloaded());
    for (const std::size_t silent : {1U, 2U})
        nodes.node(silent).on_request(protocol::opcode::startup).reply(no_reply());
    const failure f = failed_connect();
    EXPECT_THAT(f.what, HasSubstr("the connections for requests were still being opened"));
    ASSERT_THAT(f.attempts, SizeIs(1));
    EXPECT_EQ(f.attempts[0].node, nodes.address(0));
    EXPECT_THAT(f.attempts[0].reason, HasSubstr("too much to do"));
}

TEST_F(reading_failures, a_registration_that_is_refused_for_now_is_repeated)
{
    nodes.node(0).on_request(protocol::opcode::register_).reply_once(overloaded());
    connect();
    nodes.add_node("dc1", "rack1");
    world.run_for(soon + 10ms);
    EXPECT_EQ(registrations(0), 2U);
    EXPECT_EQ(known_addresses(), true_addresses()) << "what nobody told of";
    nodes.add_node("dc1", "rack1");
    world.run_for(3s);
    EXPECT_EQ(known_addresses(), true_addresses()) << "what an event told of";
}

TEST_F(reading_failures, a_registration_without_an_answer_is_repeated)
{
    nodes.node(0).on_request(protocol::opcode::register_).reply_once(no_reply());
    connect();
    world.run_for(no_answer + soon);
    EXPECT_EQ(registrations(0), 2U);
    nodes.add_node("dc1", "rack1");
    world.run_for(3s);
    EXPECT_EQ(known_addresses(), true_addresses());
}

TEST_F(reading_failures, a_node_that_never_registers_is_left)
{
    for (const bool answers : {true, false}) {
        nodes.node(0).on_request(protocol::opcode::register_).reply(answers ? overloaded() : no_reply());
        connect();
        world.run_for(2 * no_answer + 2s);
        EXPECT_EQ(registrations(0), answers ? 2U : 4U);
        EXPECT_EQ(registrations(1) + registrations(2), answers ? 1U : 2U);
        simulated_client::TearDown();
        opened.reset();
        client.reset();
    }
}

TEST_F(reading_failures, a_server_without_events_is_looked_at_every_minute)
{
    each_node([](fake_node& n) {
        n.on_request(protocol::opcode::register_)
            .reply(reply_error(server_code::protocol_error, "unknown message type"));
    });
    connect();
    nodes.add_node("dc1", "rack1");
    world.run_for(70s);
    EXPECT_EQ(registrations(0), 1U) << "it stays so";
    EXPECT_EQ(known_addresses(), true_addresses());
}

// Where system.peers, which has no ports, would tell wrong addresses.
class reading_failures_at_another_port : public reading_failures {
protected:
    reading_failures_at_another_port() : reading_failures(at_another_port()) {}

private:
    static fake_cluster_settings at_another_port()
    {
        fake_cluster_settings settings;
        settings.port = 9999;
        return settings;
    }
};

TEST_F(reading_failures_at_another_port, no_node_seems_to_move_because_of_a_passing_error)
{
    connect();
    world.run_for(2s);
    each_node([](fake_node& n) { n.on_query(from_peers_v2).reply_once(overloaded()); });
    const std::size_t before = queries(0, from_peers_v2);
    nodes.say_status(1, protocol::status_change_kind::up);
    for (int i = 0; i < 50; ++i) {
        world.run_for(100ms);
        ASSERT_EQ(known_addresses(), true_addresses()) << i;
    }
    EXPECT_EQ(queries(0, from_peers_v2), before + 2) << "it was asked again";
    EXPECT_EQ(queries(0, "SELECT * FROM system.peers"), 0U);
}

TEST_F(reading_failures, a_server_without_peers_v2_is_asked_for_it_once)
{
    nodes.set_peers_v2(false);
    connect();
    world.run_for(5min);
    EXPECT_EQ(queries(0, from_peers_v2), 1U);
    EXPECT_GE(queries(0, "SELECT * FROM system.peers"), 4U);
    EXPECT_EQ(known_addresses(), true_addresses());
}

TEST_F(reading_failures, nodes_agree_on_the_schema_whatever_passing_error_one_has)
{
    connect();
    each_node([](fake_node& n) {
        n.on_query("SELECT host_id, schema_version FROM system.peers_v2").reply_once(overloaded());
    });
    const auto made = rows_of("CREATE TABLE ks.u (k bigint PRIMARY KEY, v text)");
    EXPECT_TRUE(made.schema_in_agreement());
    for (std::size_t i = 0; i < nodes.size(); ++i)
        EXPECT_EQ(queries(i, "SELECT host_id, schema_version FROM system.peers"), 0U) << i;
}

TEST_F(reading_failures, silence_is_noticed_as_fast_as_the_settings_say)
{
    config.heartbeat_interval = 3s;
    config.heartbeat_timeout = 1s;
    connect();
    world.run_for(10s);
    ASSERT_EQ(registrations(0), 1U);
    const std::size_t opened_before = nodes.node(1).connections_accepted();
    auto begin = world.elapsed();
    world.network().go_silent(nodes.address(1));
    const auto again = [&] { return nodes.node(1).connections_accepted() > opened_before; };
    ASSERT_TRUE(world.run_until(again, 1min));
    EXPECT_LE(world.elapsed() - begin, 4s + 100ms + 10ms) << "of a pool, and the first pause";
    begin = world.elapsed();
    world.network().go_silent(nodes.address(0));
    const auto moved = [this] { return registrations(0) + registrations(1) + registrations(2) == 2; };
    ASSERT_TRUE(world.run_until(moved, 1min));
    EXPECT_LE(world.elapsed() - begin, 4s + 10ms) << "of the control connection";
}

}  // namespace
}  // namespace async_cassandra::testing
