// SPDX-License-Identifier: Apache-2.0
#include "node_conversation.hpp"
#include "support/bench_tables.hpp"
#include "support/builtin_statements.hpp"

#include <gmock/gmock.h>

namespace async_cassandra::testing {
namespace {

using protocol::opcode;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class statements : public ::testing::TestWithParam<protocol_version> {
protected:
    void SetUp() override { c.start(); }
    void TearDown() override { EXPECT_THAT(node.violations(), IsEmpty()); }

    server_error_details error_of(std::string_view text) { return c.client.query(text, 1), c.ask().error(); }
    protocol::prepared_result prepare(std::string_view text)
    {
        c.client.prepare(text, 1);
        return std::get<protocol::prepared_result>(c.ask().result());
    }

    const std::vector<column> number = columns_of("ks", "t", "n int");
    fake_node node;
    node_conversation c{node, GetParam()};
};

INSTANTIATE_TEST_SUITE_P(
    versions,
    statements,
    ::testing::Values(protocol_version::v4, protocol_version::v5),
    [](const auto& version) { return "v" + std::to_string(static_cast<int>(version.param)); }
);

TEST_P(statements, unknown_texts_get_the_servers_errors)
{
    EXPECT_EQ(error_of("SELEC 1").code, server_code::syntax_error);
    EXPECT_EQ(error_of("SELEC 1").message, "line 1:0 no viable alternative at input 'SELEC' ([SELEC]...)");
    EXPECT_EQ(error_of("SELECT 1").code, server_code::syntax_error);
    EXPECT_EQ(error_of("SELECT * FROM nope.t").message, "keyspace nope does not exist");
    EXPECT_EQ(error_of("SELECT * FROM system.nope").message, "table nope does not exist");
    EXPECT_EQ(error_of("USE nope").message, "Keyspace 'nope' does not exist");
    EXPECT_EQ(error_of("USE nope").code, server_code::invalid);
}

TEST_P(statements, keyspaces_come_and_go)
{
    c.client.query("CREATE KEYSPACE IF NOT EXISTS shop WITH replication = {'class': 'SimpleStrategy'}", 1);
    const auto created = std::get<protocol::schema_change_result>(c.ask().result());
    EXPECT_EQ(created.kind, protocol::schema_change_kind::created);
    EXPECT_EQ(created.keyspace, "shop");
    EXPECT_EQ(error_of("CREATE KEYSPACE shop WITH x = 1").code, server_code::already_exists);
    c.client.query("USE \"shop\"", 1);
    EXPECT_EQ(std::get<protocol::set_keyspace_result>(c.ask().result()).keyspace, "shop");
    c.client.query("CREATE TABLE users (id int PRIMARY KEY)", 1);
    EXPECT_EQ(std::get<protocol::schema_change_result>(c.ask().result()).name, "users");
    EXPECT_EQ(node.requests().back().keyspace, "shop");
}

TEST_P(statements, system_tables_are_there_and_empty_but_local)
{
    for (const char* table :
         {"system.peers_v2", "system.peers", "system_schema.keyspaces", "system_schema.types"}) {
        c.client.query(std::string{"SELECT * FROM "} + table, 1);
        const auto answer = c.ask();
        const auto rows = std::get<protocol::rows_result>(answer.result());
        EXPECT_EQ(rows.row_count, 0U) << table;
        EXPECT_GT(rows.column_count, 1) << table;
    }
    c.client.query("SELECT rack, cluster_name FROM system.local WHERE key = 'local'", 1);
    const auto rows = c.ask().rows();
    EXPECT_EQ(cells::as_text(*rows.at(0).at(0)), "rack1");
    EXPECT_EQ(cells::as_text(*rows.at(0).at(1)), "fake");
    EXPECT_EQ(
        error_of("SELECT nope FROM system.local").message, "Undefined column name nope in table system.local"
    );
}

TEST_P(statements, rules_are_asked_newest_first_and_pass_on_when_used_up)
{
    node.on_query_prefix("SELECT n").reply(reply_rows(number, {{cells::int_(1)}}));
    node.on_query("SELECT n FROM ks.t")
        .reply_once(reply_error(server_code::overloaded, "busy"))
        .reply_once(reply_rows(number, {{cells::int_(2)}, {cells::null()}}));
    EXPECT_EQ(error_of("SELECT n FROM ks.t").message, "busy");
    c.client.query("SELECT n FROM ks.t", 1);
    EXPECT_EQ(c.ask().rows(), (std::vector<row>{{cells::int_(2)}, {cells::null()}}));
    c.client.query("SELECT n FROM ks.t", 1);
    EXPECT_EQ(c.ask().rows(), (std::vector<row>{{cells::int_(1)}}));
}

TEST_P(statements, cuts_pages_as_the_request_says)
{
    node.on_query("Q").reply(reply_generated(number, 5, [](std::size_t i) {
        return row{cells::int_(static_cast<std::int32_t>(i))};
    }));
    std::vector<std::byte> state;
    std::vector<std::size_t> sizes;
    for (bool more = true; more;) {
        protocol::query_parameters parameters;
        parameters.page_size = 2;
        parameters.paging_state = state;
        c.client.query("Q", 1, parameters);
        const auto answer = c.ask();
        const auto page = std::get<protocol::rows_result>(answer.result());
        sizes.push_back(page.row_count);
        more = page.has_more_pages;
        state.assign(page.paging_state.begin(), page.paging_state.end());
    }
    EXPECT_THAT(sizes, ::testing::ElementsAre(2, 2, 1));
    protocol::query_parameters wrong;
    const std::vector<std::byte> garbage(3);
    wrong.paging_state = garbage;
    c.client.query("Q", 1, wrong);
    EXPECT_EQ(c.ask().error().message, "Invalid value for the paging state");
}

TEST_P(statements, gives_listed_pages_even_empty_ones)
{
    node.on_query("Q").reply(reply_pages(number, {{{cells::int_(1)}}, {}, {{cells::int_(2)}}}));
    c.client.query("Q", 1);
    const auto first = c.ask();
    const auto state = std::get<protocol::rows_result>(first.result()).paging_state;
    protocol::query_parameters parameters;
    parameters.paging_state = state;
    c.client.query("Q", 1, parameters);
    const auto second = c.ask();
    const auto page = std::get<protocol::rows_result>(second.result());
    EXPECT_EQ(page.row_count, 0U);
    EXPECT_TRUE(page.has_more_pages);
}

TEST_P(statements, prepares_and_executes)
{
    node.on_query("SELECT n FROM ks.t WHERE n = ?")
        .markers(number, {0})
        .reply(reply_rows(number, {{cells::int_(4)}}));
    const auto statement = prepare("SELECT n FROM ks.t WHERE n = ?");
    EXPECT_EQ(statement.id, prepared_id_of("SELECT n FROM ks.t WHERE n = ?"));
    EXPECT_EQ(statement.markers->size(), 1U);
    ASSERT_NE(statement.result_columns, nullptr);
    EXPECT_EQ((*statement.result_columns)[0].name, "n");

    c.client.execute(statement, {cells::int_(9)}, 2, {.skip_metadata = true});
    const auto answer = c.ask();
    EXPECT_EQ(std::get<protocol::rows_result>(answer.result()).metadata, nullptr);
    EXPECT_EQ(answer.rows(), (std::vector<row>{{cells::int_(4)}}));
    const auto seen = node.requests(opcode::execute);
    ASSERT_THAT(seen, SizeIs(1));
    EXPECT_EQ(seen[0].query, "SELECT n FROM ks.t WHERE n = ?");
    EXPECT_EQ(seen[0].parameters.values.at(0).bytes, *cells::int_(9));

    c.client.execute(statement, {}, 2);
    EXPECT_EQ(c.ask().error().message, "there were 1 markers(?) in CQL but 0 bound variables");
    node.forget_prepared();
    c.client.execute(statement, {cells::int_(9)}, 2);
    const auto gone = c.ask().error();
    EXPECT_EQ(gone.code, server_code::unprepared);
    EXPECT_EQ(gone.statement_id, statement.id);
}

TEST_P(statements, knows_the_bench_tables)
{
    const bench_tables tables{node, 3};
    const auto insert = prepare(bench_tables::insert);
    const auto select = prepare(bench_tables::select);
    c.client.execute(insert, {cells::bigint(7), cells::blob(100, std::byte{0x55})}, 1);
    EXPECT_TRUE(std::holds_alternative<protocol::void_result>(c.ask().result()));
    c.client.execute(select, {cells::bigint(7)}, 1);
    EXPECT_EQ(c.ask().rows(), (std::vector<row>{{cells::bigint(7), cells::blob(100, std::byte{0x55})}}));
    c.client.execute(prepare(bench_tables::stream), {}, 1);
    EXPECT_THAT(c.ask().rows(), SizeIs(3));
    EXPECT_THAT(tables.inserted(), SizeIs(1));
}

TEST(fake_node_statements, v5_checks_the_keyspace_of_each_request)
{
    fake_node node;
    node_conversation c{node};
    c.start();
    c.client.query("SELECT * FROM system.local", 1, {.keyspace = "nope"});
    EXPECT_EQ(c.ask().error().message, "Keyspace 'nope' does not exist");
    node.add_keyspace("nope");
    c.client.query("SELECT * FROM system.local", 1, {.keyspace = "nope"});
    EXPECT_THAT(c.ask().rows(), SizeIs(1));
    EXPECT_EQ(node.requests().back().keyspace, "nope");
}

TEST(fake_node_statements, v5_announces_changed_metadata)
{
    fake_node node;
    node_conversation c{node};
    c.start();
    const auto before = columns_of("ks", "t", "n int");
    const auto later = columns_of("ks", "t", "n int, m text");
    auto rule = node.on_query("Q");
    rule.reply(reply_rows(before, {{cells::int_(1)}}));
    c.client.prepare("Q", 1);
    const auto statement = std::get<protocol::prepared_result>(c.ask().result());
    rule.reply(reply_rows(later, {{cells::int_(1), cells::text("x")}}));
    c.client.execute(statement, {}, 1, {.skip_metadata = true});
    const auto answer = c.ask();
    const auto rows = std::get<protocol::rows_result>(answer.result());
    EXPECT_TRUE(rows.metadata_changed);
    ASSERT_NE(rows.metadata, nullptr);
    EXPECT_EQ(rows.metadata->size(), 2U);
    EXPECT_FALSE(rows.new_metadata_id.empty());
}

}  // namespace
}  // namespace async_cassandra::testing
