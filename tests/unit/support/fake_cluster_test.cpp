// SPDX-License-Identifier: Apache-2.0
#include "cluster_conversation.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <set>

namespace async_cassandra::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

fake_cluster_settings of_nodes(std::vector<std::size_t> nodes)
{
    fake_cluster_settings settings;
    settings.nodes = std::move(nodes);
    settings.tokens_per_node = 4;
    return settings;
}

// What it knows of itself.

TEST(fake_clusters, tell_the_same_of_their_nodes_whoever_is_asked)
{
    cluster_conversation c{of_nodes({2, 1})};
    std::set<std::vector<row>> told;
    for (std::size_t i = 0; i < 3; ++i) {
        const auto columns = "host_id, data_center, rack, release_version, schema_version, tokens";
        std::vector<row> all =
            c.rows(i, std::string{"SELECT "} + columns + " FROM system.local WHERE key = 'local'");
        for (const row& r : c.rows(i, std::string{"SELECT "} + columns + " FROM system.peers_v2"))
            all.push_back(r);
        const auto old = c.rows(i, std::string{"SELECT "} + columns + " FROM system.peers");
        EXPECT_TRUE(std::ranges::equal(old, std::vector<row>(all.begin() + 1, all.end())));
        std::ranges::sort(all);
        told.insert(all);
    }
    EXPECT_THAT(told, SizeIs(1));
    EXPECT_THAT(*told.begin(), SizeIs(3));
    EXPECT_EQ(*told.begin()->front().at(0), *cells::bytes(std::as_bytes(c.cluster.host_id(0).bytes())));
}

TEST(fake_clusters, give_peers_as_a_real_server_does)
{
    cluster_conversation c{of_nodes({1, 1})};
    const auto peers = c.ask(0, "SELECT * FROM system.peers_v2");
    std::vector<std::string> names;
    const auto result = std::get<protocol::rows_result>(peers.result());
    for (const column& one : *result.metadata)
        names.push_back(one.name);
    EXPECT_THAT(
        names,
        ElementsAre(
            "peer",
            "peer_port",
            "data_center",
            "host_id",
            "native_address",
            "native_port",
            "preferred_ip",
            "preferred_port",
            "rack",
            "release_version",
            "schema_version",
            "tokens"
        )
    );
    const row peer = peers.rows().at(0);
    EXPECT_EQ(peer.at(0), cells::address(c.cluster.address(1).address));
    EXPECT_EQ(peer.at(1), cells::int_(7000));
    EXPECT_EQ(peer.at(2), cells::text("dc2"));
    EXPECT_EQ(peer.at(4), cells::address(c.cluster.address(1).address));
    EXPECT_EQ(peer.at(5), cells::int_(9042));
    EXPECT_EQ(peer.at(6), cells::null());
    EXPECT_EQ(peer.at(7), cells::null());
}

TEST(fake_clusters, may_be_large)
{
    cluster_conversation c{of_nodes({300})};
    EXPECT_THAT(c.rows(299, "SELECT * FROM system.peers_v2"), SizeIs(299));
    std::set<endpoint> addresses;
    std::set<uuid> ids;
    for (std::size_t i = 0; i < 300; ++i) {
        addresses.insert(c.cluster.address(i));
        ids.insert(c.cluster.host_id(i));
    }
    EXPECT_THAT(addresses, SizeIs(300));
    EXPECT_THAT(ids, SizeIs(300));
}

TEST(fake_clusters, without_peers_v2_say_so_as_old_servers_do)
{
    cluster_conversation c{of_nodes({2})};
    c.cluster.set_peers_v2(false);
    const auto error = c.ask(0, "SELECT * FROM system.peers_v2").error();
    EXPECT_EQ(error.code, server_code::invalid);
    EXPECT_EQ(error.message, "unconfigured table peers_v2");
    EXPECT_THAT(c.rows(0, "SELECT * FROM system.peers"), SizeIs(1));
}

TEST(fake_clusters, have_wrong_rows_when_told)
{
    cluster_conversation c{of_nodes({3})};
    const auto peer = [&](peers_row_fault fault, const char* column) {
        c.cluster.set_row_fault(1, fault);
        const auto found = c.rows(2, std::string{"SELECT "} + column + " FROM system.peers_v2").at(1).at(0);
        c.cluster.set_row_fault(1, fault, false);
        return found;
    };
    EXPECT_EQ(peer(peers_row_fault::null_host_id, "host_id"), cells::null());
    EXPECT_EQ(peer(peers_row_fault::null_address, "native_address"), cells::null());
    EXPECT_EQ(peer(peers_row_fault::unspecified_address, "native_address"), cells::address(inet{}));
    EXPECT_EQ(peer(peers_row_fault::null_place, "rack"), cells::null());
    EXPECT_EQ(peer(peers_row_fault::null_tokens, "tokens"), cells::null());
    EXPECT_EQ(peer(peers_row_fault::null_schema_version, "schema_version"), cells::null());
    EXPECT_EQ(
        peer(peers_row_fault::id_of_another, "host_id"),
        cells::bytes(std::as_bytes(c.cluster.host_id(0).bytes()))
    );
    c.cluster.set_row_fault(0, peers_row_fault::lists_itself);
    EXPECT_THAT(c.rows(0, "SELECT * FROM system.peers_v2"), SizeIs(3));
    EXPECT_THAT(c.rows(1, "SELECT * FROM system.peers_v2"), SizeIs(2));
}

TEST(fake_clusters, answer_conditions_on_system_tables)
{
    cluster_conversation c{of_nodes({2})};
    c.cluster.change_schema(
        "CREATE KEYSPACE shop WITH replication = {'class': 'SimpleStrategy', "
        "'replication_factor': 2}"
    );
    const std::string all = "SELECT keyspace_name FROM system_schema.keyspaces";
    EXPECT_THAT(c.texts(0, all), Contains("shop"));
    EXPECT_THAT(c.texts(1, all + " WHERE keyspace_name = 'shop'"), ElementsAre("shop"));
    EXPECT_THAT(
        c.texts(1, all + " WHERE keyspace_name IN ('shop', 'system')"), ElementsAre("shop", "system")
    );
    EXPECT_THAT(c.texts(1, all + " WHERE keyspace_name = 'nope'"), IsEmpty());
    EXPECT_THAT(
        c.ask(0, "SELECT * FROM system.local WHERE rack = 'x'").error().message,
        ::testing::StartsWith("Cannot execute this query as it might involve data filtering")
    );
    EXPECT_EQ(
        c.ask(0, "SELECT * FROM system.local WHERE nope = 'x'").error().message,
        "Undefined column name nope in table system.local"
    );
    memory_client& client = c.to(0);
    client.script.prepare(all + " WHERE keyspace_name = ?", 1);
    client.say();
    const auto answered = client.wait_for(1);
    const auto prepared = std::get<protocol::prepared_result>(answered.at(0).result());
    EXPECT_EQ(prepared.markers->size(), 1U);
    client.script.execute(prepared, {cells::text("shop")}, 1);
    client.say();
    EXPECT_THAT(client.wait_for(1).at(0).rows(), SizeIs(1));
}

// Compared with the rows of Cassandra 5.0.9 after the same statements.
TEST(fake_clusters, describe_schemas_as_a_real_server_does)
{
    cluster_conversation c{of_nodes({2})};
    for (const char* text :
         {"CREATE KEYSPACE shop WITH replication = {'class': 'NetworkTopologyStrategy', 'dc1': 2}",
          "CREATE TYPE shop.address (street text, zip frozen<list<int>>)",
          "CREATE TABLE shop.users (id uuid, \"Kind X\" int, at timestamp, kind text static, "
          "tags map<text, frozen<list<int>>>, home frozen<address>, v vector<float, 3>, pair "
          "tuple<int,text>, "
          "PRIMARY KEY ((id, \"Kind X\"), at)) WITH CLUSTERING ORDER BY (at DESC)",
          "CREATE INDEX by_kind ON shop.users (kind)",
          "CREATE TABLE shop.t (k bigint PRIMARY KEY, v text)",
          "CREATE MATERIALIZED VIEW shop.by_v AS SELECT * FROM shop.t WHERE v IS NOT NULL AND k IS NOT NULL "
          "PRIMARY KEY (v, k)"})
        c.cluster.change_schema(text);
    const auto as_text = [](const row& r) {
        std::string line;
        for (const cell& value : r)
            line += (value ? std::string{cells::as_text(*value)} : "null") + " ";
        return line;
    };
    std::vector<std::string> columns;
    for (const row& r : c.rows(
             1,
             "SELECT column_name, clustering_order, kind, type FROM system_schema.columns "
             "WHERE keyspace_name = 'shop' AND table_name IN ('users', 'by_v')"
         ))
        columns.push_back(as_text(r));
    EXPECT_THAT(
        columns,
        ElementsAre(
            "k asc clustering bigint ",
            "v none partition_key text ",
            "Kind X none partition_key int ",
            "at desc clustering timestamp ",
            "home none regular frozen<address> ",
            "id none partition_key uuid ",
            "kind none static text ",
            "pair none regular frozen<tuple<int, text>> ",
            "tags none regular map<text, frozen<list<int>>> ",
            "v none regular vector<float, 3> "
        )
    );
    EXPECT_THAT(
        c.rows(
            0,
            "SELECT position FROM system_schema.columns WHERE keyspace_name = 'shop' AND table_name = "
            "'users' AND column_name IN ('Kind X', 'at', 'id', 'kind')"
        ),
        ElementsAre(row{cells::int_(1)}, row{cells::int_(0)}, row{cells::int_(0)}, row{cells::int_(-1)})
    );
    const std::vector<std::pair<cell, cell>> replication{
        {cells::text("class"), cells::text("org.apache.cassandra.locator.NetworkTopologyStrategy")},
        {cells::text("dc1"), cells::text("2")}};
    EXPECT_EQ(
        c.rows(0, "SELECT replication FROM system_schema.keyspaces WHERE keyspace_name = 'shop'").at(0).at(0),
        cells::map(replication)
    );
    const auto of_shop = [&](const char* select) {
        return c.rows(1, std::string{select} + " WHERE keyspace_name = 'shop'");
    };
    EXPECT_THAT(of_shop("SELECT * FROM system_schema.tables"), SizeIs(2));
    EXPECT_EQ(
        as_text(of_shop("SELECT view_name, base_table_name, where_clause FROM system_schema.views").at(0)),
        "by_v t v IS NOT NULL AND k IS NOT NULL "
    );
    EXPECT_EQ(
        as_text(of_shop("SELECT index_name, table_name, kind FROM system_schema.indexes").at(0)),
        "by_kind users COMPOSITES "
    );
    EXPECT_EQ(
        of_shop("SELECT field_types FROM system_schema.types").at(0).at(0),
        cells::list({cells::text("text"), cells::text("frozen<list<int>>")})
    );
}

// Events.

TEST(fake_clusters, tell_those_who_registered_and_nobody_else)
{
    cluster_conversation c{of_nodes({3})};
    c.listen_to_events(0);
    c.to(1);
    c.cluster.stop(2);
    c.world.run_for(99ms);
    EXPECT_THAT(c.events(0), IsEmpty());
    c.world.run_for(2ms);
    EXPECT_THAT(c.events(0), ElementsAre("DOWN 127.0.0.3:9042"));
    c.cluster.start(2);
    c.cluster.add_node("dc1", "rack1");
    c.cluster.remove_node(1);
    c.world.run_for(1s);
    EXPECT_THAT(
        c.events(0),
        ElementsAre(
            "UP 127.0.0.3:9042",
            "NEW_NODE 127.0.0.4:9042",
            "UP 127.0.0.4:9042",
            "DOWN 127.0.0.2:9042",
            "REMOVED_NODE 127.0.0.2:9042"
        )
    );
    EXPECT_THAT(c.rows(0, "SELECT * FROM system.peers_v2"), SizeIs(2));
    EXPECT_THAT(c.rows(3, "SELECT * FROM system.peers_v2"), SizeIs(2));
}

TEST(fake_clusters, nodes_come_back_under_another_address_with_the_same_id)
{
    cluster_conversation c{of_nodes({2})};
    c.listen_to_events(0);
    const uuid id = c.cluster.host_id(1);
    c.cluster.restart_at(1, loopback_address(77).address);
    c.world.run_for(1s);
    EXPECT_THAT(
        c.events(0), ElementsAre("DOWN 127.0.0.2:9042", "NEW_NODE 127.0.0.77:9042", "UP 127.0.0.77:9042")
    );
    EXPECT_EQ(c.cluster.host_id(1), id);
    EXPECT_EQ(
        c.rows(0, "SELECT native_address FROM system.peers_v2").at(0).at(0),
        cells::address(loopback_address(77).address)
    );
    EXPECT_THAT(c.rows(1, "SELECT * FROM system.local"), SizeIs(1));
    memory_client old{c.world, loopback_address(2)};
    EXPECT_TRUE(c.world.run_until([&] { return old.connected; }, 1s));
    EXPECT_TRUE(old.connect_result.failed());
}

TEST(fake_clusters, events_get_lost_doubled_and_out_of_order)
{
    cluster_conversation c{of_nodes({2})};
    c.listen_to_events(0);
    const auto after_ten = [&](const event_faults& faults) {
        c.cluster.set_event_faults(faults);
        for (int i = 0; i < 10; ++i)
            c.cluster.say_status(
                1, i % 2 == 0 ? protocol::status_change_kind::down : protocol::status_change_kind::up
            );
        c.world.run_for(1s);
        return c.events(0);
    };
    const auto good = after_ten({});
    EXPECT_THAT(good, SizeIs(10));
    event_faults lost;
    lost.lost_per_mille = 1000;
    EXPECT_THAT(after_ten(lost), IsEmpty());
    event_faults doubled;
    doubled.doubled_per_mille = 1000;
    EXPECT_THAT(after_ten(doubled), SizeIs(20));
    event_faults shuffled;
    shuffled.delay_max = 500ms;
    const auto mixed = after_ten(shuffled);
    EXPECT_THAT(mixed, ::testing::UnorderedElementsAreArray(good));
    EXPECT_THAT(mixed, Not(::testing::ElementsAreArray(good)));
}

TEST(fake_clusters, a_frozen_node_takes_and_says_nothing_until_it_thaws)
{
    cluster_conversation c{of_nodes({2})};
    c.listen_to_events(1);
    c.cluster.freeze(1);
    c.cluster.stop(0);
    memory_client late{c.world, c.cluster.address(1)};
    EXPECT_TRUE(c.world.run_until([&] { return late.connected; }, 1s));
    EXPECT_FALSE(late.connect_result.failed());
    late.script.startup();
    late.say();
    c.world.run_for(10s);
    EXPECT_THAT(late.frames, IsEmpty());
    EXPECT_THAT(c.to(1).frames, IsEmpty());
    c.cluster.thaw(1);
    c.world.run_for(1s);
    EXPECT_THAT(late.frames, SizeIs(1));
    EXPECT_THAT(c.events(1), ElementsAre("DOWN 127.0.0.1:9042"));
}

// Schema.

TEST(fake_clusters, agree_on_a_schema_as_late_as_they_are_told)
{
    cluster_conversation c{of_nodes({3})};
    c.cluster.set_schema_delay(2, 700ms);
    c.listen_to_events(1);
    c.listen_to_events(2);
    const auto made = c.ask(0, "CREATE KEYSPACE shop WITH replication = {'class': 'SimpleStrategy'}");
    EXPECT_EQ(std::get<protocol::schema_change_result>(made.result()).keyspace, "shop");
    const auto versions = [&] {
        std::set<row> found{c.rows(0, "SELECT schema_version FROM system.local").at(0)};
        for (const row& r : c.rows(0, "SELECT schema_version FROM system.peers_v2"))
            found.insert(r);
        return found;
    };
    EXPECT_FALSE(c.cluster.schema_agreed());
    EXPECT_THAT(versions(), SizeIs(2));
    EXPECT_THAT(c.events(1), ElementsAre("CREATED shop"));
    EXPECT_THAT(c.events(2), IsEmpty());
    EXPECT_THAT(
        c.texts(2, "SELECT keyspace_name FROM system_schema.keyspaces WHERE keyspace_name = 'shop'"),
        IsEmpty()
    );
    c.world.run_for(700ms);
    EXPECT_TRUE(c.cluster.schema_agreed());
    EXPECT_THAT(versions(), SizeIs(1));
    EXPECT_THAT(c.events(2), ElementsAre("CREATED shop"));
    c.cluster.change_schema("DROP KEYSPACE shop", 1);
    c.world.run_for(1s);
    EXPECT_THAT(c.events(1), ElementsAre("DROPPED shop"));
    EXPECT_THROW(c.cluster.change_schema("DROP KEYSPACE shop"), std::invalid_argument);
}

// The same again.

TEST(fake_clusters, the_same_seed_gives_the_same_run)
{
    const auto run = [](std::uint64_t seed) {
        fake_cluster_settings settings = of_nodes({2, 2});
        settings.seed = seed;
        cluster_conversation c{settings};
        event_faults faults;
        faults.delay_max = 300ms;
        faults.lost_per_mille = 300;
        faults.doubled_per_mille = 300;
        c.cluster.set_event_faults(faults);
        for (std::size_t i = 0; i < 4; ++i)
            c.listen_to_events(i);
        for (int i = 0; i < 8; ++i)
            c.cluster.say_status(3, protocol::status_change_kind::up);
        c.world.run_for(2s);
        return std::pair{c.cluster.settings(3).tokens, c.world.events().hash()};
    };
    EXPECT_EQ(run(5), run(5));
    EXPECT_NE(run(5).first, run(6).first);
    EXPECT_NE(run(5).second, run(6).second);
}

}  // namespace
}  // namespace async_cassandra::testing
