// SPDX-License-Identifier: Apache-2.0
// What the client knows of the schema, and when a statement that changes it is done.
#include "simulation/simulated_session.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/error.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

namespace async_cassandra::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class simulated_schema : public simulated_cluster_session {
protected:
    simulated_schema()
    {
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

    void set_delay(std::chrono::nanoseconds delay)
    {
        for (std::size_t i = 0; i < nodes.size(); ++i)
            nodes.set_schema_delay(i, delay);
    }
    [[nodiscard]] bool knows(const char* table) const
    {
        const schema now = client->schema();
        return now.find("ks", table) != nullptr;
    }
    std::shared_ptr<call_end<result_set>> create(
        const std::string& table, std::chrono::milliseconds limit = 1min
    )
    {
        return execute(statement{"CREATE TABLE ks." + table + " (k bigint PRIMARY KEY, v text)"}.timeout(limit
        ));
    }
    /// How often all nodes together were asked for something of this table.
    [[nodiscard]] std::size_t reads_of(std::string_view table)
    {
        std::size_t sum = 0;
        for (std::size_t i = 0; i < nodes.size(); ++i) {
            const auto all = nodes.node(i).requests();
            sum += static_cast<std::size_t>(std::ranges::count_if(all, [&](const request_record& r) {
                return r.query.find("FROM " + std::string{table}) != std::string::npos;
            }));
        }
        return sum;
    }
};

TEST_F(simulated_schema, a_table_is_known_when_the_call_that_makes_it_ends)
{
    connect();
    for (int i = 0; i < 10; ++i) {
        const std::string table = "t" + std::to_string(i);
        const auto begin = world.elapsed();
        const auto end = create(table);
        wait(*end);
        ASSERT_FALSE(end->error);
        EXPECT_TRUE(end->value->schema_in_agreement());
        EXPECT_TRUE(knows(table.c_str()));
        EXPECT_LE(end->at - begin, 100ms) << "nobody waits for a window of events";
    }
    const result_set dropped = rows_of("DROP TABLE ks.t3");
    EXPECT_TRUE(dropped.schema_in_agreement());
    EXPECT_FALSE(knows("t3"));
    static_cast<void>(rows_of("DROP KEYSPACE ks"));
    const schema now = client->schema();
    EXPECT_EQ(now.find("ks"), nullptr);
}

TEST_F(simulated_schema, a_change_of_this_client_is_read_once)
{
    connect();
    world.run_for(2s);
    const std::size_t before = reads_of("system_schema.tables");
    for (int i = 0; i < 5; ++i) {
        wait(*create("t" + std::to_string(i)));
        world.run_for(3s);
    }
    EXPECT_EQ(reads_of("system_schema.tables") - before, 5U) << "its event tells nothing new";
    nodes.change_schema("CREATE TABLE ks.other (k bigint PRIMARY KEY)");
    world.run_for(3s);
    EXPECT_TRUE(knows("other")) << "what others do is";
}

TEST_F(simulated_schema, the_call_ends_when_all_nodes_have_the_change)
{
    connect();
    set_delay(3s);
    const auto begin = world.elapsed();
    const auto end = create("t");
    ASSERT_TRUE(world.run_until([&] { return nodes.schema_agreed() && world.elapsed() > begin + 1s; }, 1min));
    EXPECT_EQ(end->count, 0);
    wait(*end);
    EXPECT_TRUE(end->value->schema_in_agreement());
    EXPECT_GE(end->at - begin, 3s);
    EXPECT_LE(end->at - begin, 3s + 250ms);
    EXPECT_TRUE(knows("t"));
}

TEST_F(simulated_schema, nodes_that_never_agree_are_waited_for_no_longer_than_the_limit)
{
    config.schema_agreement_timeout = 4s;
    connect();
    set_delay(1h);
    const auto begin = world.elapsed();
    const auto end = create("t");
    wait(*end);
    ASSERT_FALSE(end->error) << "the table is made all the same";
    EXPECT_EQ(end->value->kind(), result_kind::schema_change);
    EXPECT_FALSE(end->value->schema_in_agreement());
    EXPECT_GE(end->at - begin, 4s);
    EXPECT_LE(end->at - begin, 4s + 50ms);
    set_delay(0s);
}

TEST_F(simulated_schema, the_result_is_not_lost_at_the_request_s_time_limit)
{
    connect();
    set_delay(1h);
    const auto begin = world.elapsed();
    const auto end = create("t", 1s);
    wait(*end);
    ASSERT_FALSE(end->error);
    EXPECT_FALSE(end->value->schema_in_agreement());
    EXPECT_EQ(end->value->change()->name, "t");
    EXPECT_LE(end->at - begin, 1s + 2ms);
}

TEST_F(simulated_schema, nor_while_this_client_still_reads_the_change)
{
    config.io_threads = 2;
    connect();
    for (std::size_t i = 0; i < nodes.size(); ++i)
        nodes.node(i).on_query_prefix("SELECT * FROM system_schema").reply(no_reply());
    for (const char* table : {"t", "u"}) {
        const auto begin = world.elapsed();
        const auto end = create(table, 1s);
        wait(*end);
        ASSERT_FALSE(end->error);
        EXPECT_TRUE(end->value->schema_in_agreement());
        EXPECT_EQ(end->value->change()->name, table);
        EXPECT_GE(end->at - begin, 1s);
        EXPECT_LE(end->at - begin, 1s + 2ms);
        EXPECT_FALSE(knows(table));
    }
    // What was being read then ends unanswered, and nobody is left to be told.
    world.run_for(10s);
    EXPECT_EQ(opened->stats(), session_stats{});
}

TEST_F(simulated_schema, nor_when_the_session_is_closed)
{
    config.drain_timeout = 300ms;
    connect();
    set_delay(1h);
    const auto end = create("t");
    world.run_for(100ms);
    EXPECT_LE(close(*opened), 302ms);
    wait(*end);
    ASSERT_FALSE(end->error);
    EXPECT_FALSE(end->value->schema_in_agreement());
}

TEST_F(simulated_schema, a_caller_who_cancels_gets_an_error_that_says_it_may_be_made)
{
    connect();
    set_delay(1h);
    asio::cancellation_signal cancel;
    const auto end = start<result_set>([&](auto handler) {
        opened->execute(
            "CREATE TABLE ks.t (k int PRIMARY KEY)",
            asio::bind_cancellation_slot(cancel.slot(), std::move(handler))
        );
    });
    world.run_for(100ms);
    EXPECT_EQ(end->count, 0);
    cancel.emit(asio::cancellation_type::terminal);
    wait(*end);
    const failure f = failure_of<error>(*end);
    EXPECT_EQ(f.code, asio::error::operation_aborted);
    EXPECT_EQ(f.effect, request_effect::maybe_applied);
}

TEST_F(simulated_schema, a_node_that_is_down_is_not_waited_for)
{
    connect();
    world.run_for(1s);
    nodes.stop(2);
    world.run_for(1s);
    for (int i = 0; i < 6; ++i) {
        const auto begin = world.elapsed();
        const auto end = create("t" + std::to_string(i));
        wait(*end);
        EXPECT_TRUE(end->value->schema_in_agreement());
        EXPECT_LE(end->at - begin, 100ms);
    }
}

TEST_F(simulated_schema, a_node_that_does_not_tell_its_version_is_not_waited_for)
{
    connect();
    nodes.set_row_fault(0, peers_row_fault::null_schema_version);
    nodes.set_row_fault(1, peers_row_fault::null_schema_version);
    nodes.set_row_fault(2, peers_row_fault::null_schema_version);
    set_delay(1h);
    const auto end = create("t");
    wait(*end);
    EXPECT_TRUE(end->value->schema_in_agreement());
}

TEST_F(simulated_schema, servers_without_peers_v2_are_asked_for_peers)
{
    nodes.set_peers_v2(false);
    connect();
    set_delay(1s);
    const auto begin = world.elapsed();
    const auto end = create("t");
    wait(*end);
    EXPECT_TRUE(end->value->schema_in_agreement());
    EXPECT_GE(end->at - begin, 1s);
    EXPECT_LE(end->at - begin, 1250ms);
}

TEST_F(simulated_schema, when_the_node_that_made_the_change_dies_nobody_can_say_that_all_agree)
{
    config.schema_agreement_timeout = 2s;
    config.reconnect_base_delay = 20s;
    connect();
    world.run_for(1s);
    set_delay(1h);
    const auto end = create("t");
    world.run_for(50ms);
    for (std::size_t i = 0; i < nodes.size(); ++i)
        nodes.stop(i);
    wait(*end);
    ASSERT_FALSE(end->error);
    EXPECT_FALSE(end->value->schema_in_agreement());
}

TEST_F(simulated_schema, without_a_limit_nobody_is_asked)
{
    config.schema_agreement_timeout.reset();
    connect();
    set_delay(1h);
    const auto begin = world.elapsed();
    const auto end = create("t");
    wait(*end);
    EXPECT_FALSE(end->value->schema_in_agreement());
    EXPECT_LE(end->at - begin, 50ms);
    EXPECT_EQ(reads_of("system.local WHERE key='local'"), 1U) << "by the control connection alone";
}

TEST_F(simulated_schema, other_results_need_no_agreement)
{
    connect();
    EXPECT_TRUE(rows_of("SELECT key FROM system.local").schema_in_agreement());
    EXPECT_TRUE(rows_of("USE ks").schema_in_agreement());
    EXPECT_TRUE(rows_of("CREATE KEYSPACE IF NOT EXISTS ks WITH replication = {}").schema_in_agreement());
}

// Far away, and large: 8,000 columns.
class large_schema : public simulated_schema {
protected:
    static constexpr auto there_and_back = 80ms;
    static constexpr std::size_t tables = 400;

    large_schema()
    {
        std::string columns = "k bigint PRIMARY KEY";
        for (int i = 1; i < 20; ++i)
            columns += ", c" + std::to_string(i) + " text";
        for (std::size_t i = 0; i < tables; ++i)
            nodes.change_schema("CREATE TABLE ks.t" + std::to_string(i) + " (" + columns + ")");
        for (std::size_t i = 0; i < nodes.size(); ++i) {
            network_conditions& way = world.network().conditions(nodes.address(i));
            way.delay_min = way.delay_max = there_and_back / 2;
            way.connect_time = there_and_back;
        }
    }

    /// How often all nodes together were asked for the first page of the table.
    [[nodiscard]] std::size_t readings_of(std::string_view table)
    {
        std::size_t sum = 0;
        for (std::size_t i = 0; i < nodes.size(); ++i) {
            const auto all = nodes.node(i).requests(protocol::opcode::query);
            sum += static_cast<std::size_t>(std::ranges::count_if(all, [&](const request_record& r) {
                return r.query == "SELECT * FROM " + std::string{table} && !r.parameters.paging_state;
            }));
        }
        return sum;
    }
    [[nodiscard]] std::size_t tables_known() const
    {
        const schema now = client->schema();
        const keyspace_metadata* const ks = now.find("ks");
        return ks == nullptr ? 0 : ks->tables.size();
    }
    [[nodiscard]] std::size_t replicas() const
    {
        const topology now = client->topology();
        return now.replicas("ks", *cells::bigint(1)).size();
    }
};

TEST_F(large_schema, is_read_page_by_page_however_long_it_takes)
{
    // Each of the four pages has 5 s, not all together.
    for (std::size_t i = 0; i < nodes.size(); ++i)
        nodes.node(i).on_query("SELECT * FROM system_schema.columns").reply(as_usual().after(4s));
    connect();
    EXPECT_EQ(replicas(), 2U);
    EXPECT_LE(world.elapsed(), 7s) << "connect waits 5 s for it";
    EXPECT_EQ(tables_known(), 0U);
    world.run_for(5min);
    ASSERT_EQ(tables_known(), tables);
    const schema now = client->schema();
    EXPECT_EQ(now.find("ks", "t399")->columns.size(), 20U);
    for (const char* const table : {"keyspaces", "types", "tables", "views", "columns", "indexes"})
        EXPECT_EQ(readings_of("system_schema." + std::string{table}), 1U) << table;
}

TEST_F(large_schema, is_there_soon_after_the_nodes)
{
    connect();
    EXPECT_EQ(tables_known(), tables);
    EXPECT_EQ(replicas(), 2U);
    EXPECT_LE(world.elapsed(), 12 * there_and_back) << "four for columns, all else meanwhile";
    EXPECT_EQ(reads_of("system_schema.columns"), 4U);
}

TEST_F(large_schema, is_not_waited_for_longer_than_a_share_of_connect_timeout)
{
    config.connect_timeout = 4s;
    for (std::size_t i = 0; i < nodes.size(); ++i)
        nodes.node(i).on_query("SELECT * FROM system_schema.tables").reply(as_usual().after(3s));
    connect();
    EXPECT_LE(world.elapsed(), 1s + 10 * there_and_back);
    EXPECT_EQ(replicas(), 2U) << "requests go where their data is";
    EXPECT_EQ(tables_known(), 0U);
    world.run_for(10s);
    EXPECT_EQ(tables_known(), tables);
}

TEST_F(large_schema, whose_reading_is_cut_off_holds_up_connect_no_longer)
{
    for (std::size_t i = 0; i < nodes.size(); ++i)
        nodes.node(i).on_query("SELECT * FROM system_schema.columns").reply(reset_connection());
    config.reconnect_base_delay = config.reconnect_max_delay = 1min;
    connect();
    EXPECT_LE(world.elapsed(), 7s);
    EXPECT_EQ(replicas(), 2U);
}

TEST_F(simulated_schema, switched_off_only_the_keyspaces_are_read)
{
    config.schema_metadata = false;
    nodes.change_schema("CREATE TABLE ks.t (k bigint PRIMARY KEY)");
    connect();
    const schema nothing = client->schema();
    EXPECT_THAT(nothing.keyspaces(), IsEmpty());
    EXPECT_EQ(reads_of("system_schema.keyspaces"), 1U);
    EXPECT_EQ(reads_of("system_schema.tables"), 0U);
    EXPECT_EQ(reads_of("system_virtual_schema"), 0U);
    const topology now = client->topology();
    EXPECT_EQ(now.replicas("ks", 1).size(), 2U) << "requests still go where their data is";

    static_cast<void>(rows_of("CREATE TABLE ks.u (k bigint PRIMARY KEY)"));
    world.run_for(5s);
    EXPECT_EQ(reads_of("system_schema.keyspaces"), 1U) << "tables are of no interest";
    static_cast<void>(
        rows_of("ALTER KEYSPACE ks WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 3}")
    );
    world.run_for(5s);
    const topology altered = client->topology();
    EXPECT_EQ(altered.replicas("ks", 1).size(), 3U);
    const schema still_nothing = client->schema();
    EXPECT_THAT(still_nothing.keyspaces(), IsEmpty());
}

TEST_F(simulated_schema, of_some_keyspaces_others_are_left_out)
{
    config.schema_keyspaces = {"ks", "later", "system_views"};
    nodes.change_schema("CREATE TABLE ks.t (k bigint PRIMARY KEY)");
    nodes.change_schema(
        "CREATE KEYSPACE other WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 2}"
    );
    nodes.change_schema("CREATE TABLE other.t (k bigint PRIMARY KEY)");
    connect();
    const auto names = [this] {
        std::vector<std::string> found;
        const schema now = client->schema();
        for (const auto& each : now.keyspaces())
            found.push_back(each->name);
        return found;
    };
    EXPECT_THAT(names(), ElementsAre("ks", "system_views"));
    EXPECT_TRUE(knows("t"));
    const topology now = client->topology();
    EXPECT_EQ(now.replicas("other", 1).size(), 2U);

    const std::size_t before = reads_of("system_schema");
    static_cast<void>(rows_of("CREATE TABLE other.u (k bigint PRIMARY KEY)"));
    world.run_for(5s);
    EXPECT_EQ(reads_of("system_schema"), before);
    static_cast<void>(rows_of(
        "CREATE KEYSPACE later WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 2}"
    ));
    EXPECT_THAT(names(), ElementsAre("ks", "later", "system_views"));
    static_cast<void>(rows_of("CREATE TABLE later.t (k bigint PRIMARY KEY)"));
    const schema last = client->schema();
    EXPECT_NE(last.find("later", "t"), nullptr);
}

TEST_F(simulated_schema, virtual_keyspaces_are_there_where_the_server_has_them)
{
    connect();
    const schema now = client->schema();
    const keyspace_metadata* const views = now.find("system_views");
    ASSERT_NE(views, nullptr);
    EXPECT_TRUE(views->is_virtual);
    const table_metadata* const settings = views->find_table("settings");
    ASSERT_NE(settings, nullptr);
    EXPECT_EQ(settings->comment, "current settings");
    EXPECT_EQ(settings->partition_key().front().name, "name");
    EXPECT_FALSE(now.find("ks")->is_virtual);
    static_cast<void>(rows_of("CREATE TABLE ks.t (k bigint PRIMARY KEY)"));
    const schema after = client->schema();
    EXPECT_NE(after.find("system_views"), nullptr) << "they are not read again, and stay";
}

TEST_F(simulated_schema, a_server_without_virtual_keyspaces_is_no_worse)
{
    nodes.set_peers_v2(false);
    connect();
    const schema now = client->schema();
    EXPECT_EQ(now.find("system_views"), nullptr);
    EXPECT_NE(now.find("ks"), nullptr);
}

}  // namespace
}  // namespace async_cassandra::testing
