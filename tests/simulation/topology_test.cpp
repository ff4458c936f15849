// SPDX-License-Identifier: Apache-2.0
// What the client knows of the cluster, and how it keeps that up to date. R18
#include <async_cassandra/log.hpp>

#include "simulation/simulated_session.hpp"

#include <algorithm>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace async_cassandra::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

class simulated_topology : public simulated_cluster_session {
protected:
    explicit simulated_topology(fake_cluster_settings settings = {})
        : simulated_cluster_session(std::move(settings))
    {}

    void TearDown() override
    {
        simulated_cluster_session::TearDown();
        world.run_for(1s);
        EXPECT_THAT(nodes.violations(), IsEmpty());
    }

    [[nodiscard]] std::set<endpoint> addresses() const
    {
        std::set<endpoint> found;
        const topology now = client->topology();
        for (const async_cassandra::node& each : now.nodes())
            found.insert(each.address);
        return found;
    }

    /// Of the nodes that are part of the cluster.
    [[nodiscard]] std::set<endpoint> true_addresses()
    {
        std::set<endpoint> found;
        for (std::size_t i = 0; i < nodes.size(); ++i)
            if (nodes.in_ring(i))
                found.insert(nodes.address(i));
        return found;
    }

    /// The node that the control connection is on: the only one with a connection that registered for events.
    [[nodiscard]] std::size_t control_node()
    {
        for (std::size_t i = 0; i < nodes.size(); ++i)
            if (nodes.node(i).request_count(protocol::opcode::register_) != 0 &&
                nodes.node(i).open_connections() != 0)
                return i;
        ADD_FAILURE() << "no node has the control connection";
        return 0;
    }
};

TEST_F(simulated_topology, is_empty_before_the_first_connect)
{
    client.emplace(make_simulated_cluster(world, config));
    const topology nothing = client->topology();
    EXPECT_THAT(nothing.nodes(), IsEmpty());
    const schema no_keyspaces = client->schema();
    EXPECT_THAT(no_keyspaces.keyspaces(), IsEmpty());
}

TEST_F(simulated_topology, has_every_node_with_its_place_and_its_part_of_the_ring)
{
    connect();
    EXPECT_EQ(addresses(), true_addresses());
    const topology now = client->topology();
    EXPECT_EQ(now.partitioner(), "org.apache.cassandra.dht.Murmur3Partitioner");
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        const async_cassandra::node* const found = now.find(nodes.host_id(i));
        ASSERT_NE(found, nullptr);
        EXPECT_EQ(found->data_center, nodes.settings(i).data_center);
        EXPECT_EQ(found->rack, nodes.settings(i).rack);
        EXPECT_EQ(found->token_count, 16U);
    }
}

TEST_F(simulated_topology, tells_the_replicas_that_the_servers_have)
{
    nodes.change_schema(
        "CREATE KEYSPACE ks WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 2}"
    );
    connect();
    const topology now = client->topology();
    for (std::int64_t key = 0; key < 100; ++key) {
        const auto bytes = *cells::bigint(key);
        std::vector<uuid> expected;
        for (const std::size_t i : nodes.replicas("ks", bytes))
            expected.push_back(nodes.host_id(i));
        std::vector<uuid> found;
        for (const async_cassandra::node& each : now.replicas("ks", bytes))
            found.push_back(each.host_id);
        ASSERT_EQ(found, expected) << key;
    }
}

TEST_F(simulated_topology, says_which_nodes_the_client_can_use)
{
    const auto state = [this](std::size_t i) {
        const topology now = client->topology();
        return now.find(nodes.host_id(i))->state;
    };
    config.reconnect_max_delay = 1s;
    connect();
    world.run_for(1s);
    for (std::size_t i = 0; i < nodes.size(); ++i)
        EXPECT_EQ(state(i), async_cassandra::node_state::up) << i;
    nodes.stop(1);
    world.run_for(1s);
    EXPECT_EQ(state(1), async_cassandra::node_state::down);
    EXPECT_EQ(state(2), async_cassandra::node_state::up);
    nodes.start(1);
    world.run_for(2min);
    EXPECT_EQ(state(1), async_cassandra::node_state::up) << "also after the list of nodes was read again";
}

TEST_F(simulated_topology, a_node_can_be_used_while_any_thread_has_a_connection_to_it)
{
    config.io_threads = 2;
    config.reconnect_base_delay = config.reconnect_max_delay = 1h;
    connect();
    world.run_for(1s);
    const auto state = [this] {
        const topology now = client->topology();
        const async_cassandra::node_state shown = now.find(nodes.host_id(1))->state;
        for (const node_stats& each : client->node_stats())
            if (each.host_id == nodes.host_id(1)) {
                EXPECT_EQ(each.state, shown);
            }
        return shown;
    };
    EXPECT_EQ(state(), async_cassandra::node_state::up);
    nodes.node(1).end_connection(0, peer_ending::reset);
    world.run_for(1s);
    EXPECT_EQ(state(), async_cassandra::node_state::up);
    nodes.node(1).end_connection(1, peer_ending::reset);
    world.run_for(1s);
    EXPECT_EQ(state(), async_cassandra::node_state::down);
}

TEST_F(simulated_topology, a_node_that_joins_is_known_after_the_window_of_events)
{
    connect();
    nodes.add_node("dc1", "rack1");
    world.run_for(3s);
    EXPECT_THAT(addresses(), SizeIs(4));
    EXPECT_EQ(addresses(), true_addresses());
}

TEST_F(simulated_topology, a_node_that_leaves_is_forgotten_also_when_it_had_the_control_connection)
{
    connect();
    nodes.remove_node(control_node());
    world.run_for(1min);
    EXPECT_THAT(addresses(), SizeIs(2));
    EXPECT_EQ(addresses(), true_addresses());
}

TEST_F(simulated_topology, a_node_that_comes_back_elsewhere_keeps_its_host_id)
{
    connect();
    const std::size_t moved = (control_node() + 1) % nodes.size();
    nodes.restart_at(moved, inet::parse("127.0.0.77").value());
    world.run_for(3s);
    const topology now = client->topology();
    ASSERT_NE(now.find(nodes.host_id(moved)), nullptr);
    EXPECT_EQ(now.find(nodes.host_id(moved))->address, nodes.address(moved));
    EXPECT_THAT(addresses(), SizeIs(3));
}

TEST_F(simulated_topology, what_no_event_told_is_found_within_a_minute)
{
    connect();
    event_faults lost;
    lost.lost_per_mille = 1000;
    nodes.set_event_faults(lost);
    nodes.add_node("dc1", "rack1");
    world.run_for(10s);
    EXPECT_THAT(addresses(), SizeIs(3));
    world.run_for(70s);
    EXPECT_EQ(addresses(), true_addresses());
}

TEST_F(simulated_topology, a_server_without_peers_v2_is_asked_for_peers)
{
    nodes.set_peers_v2(false);
    connect();
    EXPECT_EQ(addresses(), true_addresses());
}

TEST_F(simulated_topology, a_node_whose_tables_cannot_be_read_serves_alone)
{
    for (std::size_t i = 0; i < nodes.size(); ++i)
        nodes.node(i)
            .on_query("SELECT * FROM system.local WHERE key='local'")
            .reply(reply_error(server_code::unauthorized, "no"));
    nodes.node(0).on_query("Q").reply(reply_void());
    connect();
    EXPECT_THAT(addresses(), ElementsAre(nodes.address(0)));
    rows_of("Q");
    world.run_for(1s);
    const std::size_t asked = nodes.node(0).request_count();
    world.run_for(10s);
    EXPECT_EQ(nodes.node(0).request_count(), asked) << "who refuses is not asked again and again";
}

TEST_F(simulated_topology, a_connect_that_waits_for_it_ends_when_the_cluster_is_closed)
{
    for (std::size_t i = 0; i < nodes.size(); ++i)
        nodes.node(i).on_query("SELECT * FROM system.local WHERE key='local'").reply(no_reply());
    client.emplace(make_simulated_cluster(world, config));
    const auto end = start<session>([&](auto handler) { client->connect("", std::move(handler)); });
    world.run_for(100ms);
    EXPECT_EQ(end->count, 0);
    EXPECT_LE(close(*client), 100ms);
    world.run_for(10ms);
    EXPECT_EQ(failure_of<connection_error>(*end).what, "Cluster is closed");
}

TEST_F(simulated_topology, a_connect_says_what_it_waited_for)
{
    config.connect_timeout = 3s;
    for (std::size_t i = 0; i < nodes.size(); ++i)
        nodes.node(i).on_query("SELECT * FROM system.local WHERE key='local'").reply(no_reply());
    client.emplace(make_simulated_cluster(world, config));
    const auto end = start<session>([&](auto handler) { client->connect("", std::move(handler)); });
    wait(*end);
    EXPECT_THAT(
        failure_of<no_host_available>(*end).what,
        ::testing::HasSubstr("the list of nodes was still being read")
    );
}

TEST_F(simulated_topology, the_schema_is_known_and_follows_changes_of_others)
{
    nodes.change_schema(
        "CREATE KEYSPACE ks WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 2}"
    );
    nodes.change_schema("CREATE TABLE ks.t (k bigint PRIMARY KEY, v text)");
    connect();
    const schema before = client->schema();
    const table_metadata* const t = before.find("ks", "t");
    ASSERT_NE(t, nullptr);
    ASSERT_THAT(t->partition_key(), SizeIs(1));
    EXPECT_EQ(t->partition_key()[0].name, "k");
    EXPECT_NE(t->find_column("v"), nullptr);

    nodes.change_schema("CREATE TABLE ks.u (k bigint PRIMARY KEY, v text)", 1);
    nodes.change_schema("DROP TABLE ks.t", 2);
    world.run_for(5s);
    const schema now = client->schema();
    EXPECT_EQ(now.find("ks", "t"), nullptr);
    EXPECT_NE(now.find("ks", "u"), nullptr);
    EXPECT_NE(before.find("ks", "t"), nullptr) << "a snapshot does not change";
}

class another_partitioner : public simulated_topology {
protected:
    another_partitioner() : simulated_topology(with_random_partitioner())
    {
        set_log_sink([this](const log_record& record) { logged_.emplace_back(record.text); });
    }
    ~another_partitioner() override { set_log_sink({}); }

    [[nodiscard]] std::size_t logged(std::string_view part) const
    {
        return static_cast<std::size_t>(std::ranges::count_if(logged_, [&](const std::string& text) {
            return text.find(part) != std::string::npos;
        }));
    }

private:
    static fake_cluster_settings with_random_partitioner()
    {
        fake_cluster_settings settings;
        settings.node.partitioner = "org.apache.cassandra.dht.RandomPartitioner";
        return settings;
    }

    std::vector<std::string> logged_;
};

TEST_F(another_partitioner, has_no_replicas_and_is_said_once_in_the_log)
{
    nodes.change_schema(
        "CREATE KEYSPACE ks WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 3}"
    );
    nodes.change_schema("CREATE TABLE ks.t (k bigint PRIMARY KEY, v text)");
    connect();
    world.run_for(5min);
    nodes.stop(control_node());
    world.run_for(5min);
    EXPECT_EQ(addresses(), true_addresses());
    const topology now = client->topology();
    EXPECT_EQ(now.partitioner(), "org.apache.cassandra.dht.RandomPartitioner");
    EXPECT_THAT(now.replicas("ks", *cells::bigint(1)), IsEmpty());
    EXPECT_THAT(now.token_ranges("ks", nodes.host_id(0)), IsEmpty());
    const auto insert = prepare("INSERT INTO ks.t (k, v) VALUES (?, ?)");
    for (std::int64_t key = 0; key < 30; ++key)
        EXPECT_THAT(rows_of(insert.bind(key, std::string{"v"})), IsEmpty());
    EXPECT_EQ(logged("the tokens of the partitioner 'org.apache.cassandra.dht.RandomPartitioner'"), 1U);
}

TEST_F(simulated_topology, what_is_wrong_with_the_settings_is_said_once_though_the_list_of_nodes_changes)
{
    const auto said = std::make_shared<std::vector<std::string>>();
    set_log_sink([said](const log_record& record) {
        if (record.component == "load balancing")
            said->emplace_back(record.text);
    });
    config.load_balancing.local_dc = "dc1";
    config.load_balancing.local_rack = "rack9";
    config.load_balancing.filter = [unwanted = nodes.address(1)](const node_identity& node) {
        if (node.address == unwanted)
            throw std::runtime_error("no table");
        return true;
    };
    config.io_threads = 2;
    connect();
    world.run_for(1s);
    for (int i = 0; i < 3; ++i) {
        nodes.add_node("dc1", "rack1");
        world.run_for(5s);
    }
    set_log_sink({});
    const topology now = client->topology();
    EXPECT_THAT(now.nodes(), SizeIs(6));
    EXPECT_THAT(
        *said,
        UnorderedElementsAre(
            AllOf(HasSubstr("rack 'rack9'"), HasSubstr("dc1")),
            AllOf(
                HasSubstr("the node filter threw"),
                HasSubstr(to_string(nodes.address(1))),
                HasSubstr("no table")
            )
        )
    );
}

}  // namespace
}  // namespace async_cassandra::testing
