// SPDX-License-Identifier: Apache-2.0
#include "schema_text.hpp"

#include "unit/types/page_builder.hpp"

#include <gtest/gtest.h>

#include <map>
#include <optional>

namespace async_cassandra::cli {
namespace {

column_metadata column(
    std::string name,
    std::string type,
    column_kind kind = column_kind::regular,
    std::int32_t position = -1,
    bool descending = false
)
{
    return {std::move(name), {}, std::move(type), kind, position, descending};
}

/// (k, c), with a column v.
table_metadata some_table()
{
    table_metadata table;
    table.keyspace = "shop";
    table.name = "users";
    table.id = uuid{};
    table.columns = {
        column("k", "int", column_kind::partition_key, 0),
        column("c", "text", column_kind::clustering, 0),
        column("v", "frozen<list<int>>")};
    return table;
}

std::string text_of(const table_metadata& table, const all_table_options& options = {})
{
    std::string out;
    append_table(out, table, options);
    return out;
}

std::string text_of(const keyspace_metadata& keyspace)
{
    std::string out;
    append_keyspace(out, keyspace, {});
    return out;
}

TEST(schema_text, a_table_has_its_columns_as_the_server_writes_them)
{
    EXPECT_EQ(
        text_of(some_table()),
        "CREATE TABLE shop.users (\n"
        "    k int,\n"
        "    c text,\n"
        "    v frozen<list<int>>,\n"
        "    PRIMARY KEY (k, c)\n"
        ");\n"
    );
}

TEST(schema_text, a_table_may_have_everything)
{
    table_metadata table = some_table();
    table.name = "Users";
    table.comment = "it's";
    table.columns = {
        column("Part", "int", column_kind::partition_key, 0),
        column("select", "int", column_kind::partition_key, 1),
        column("c", "text", column_kind::clustering, 0),
        column("d", "int", column_kind::clustering, 1, true),
        column("s", "text", column_kind::static_)};
    EXPECT_EQ(
        text_of(table),
        "CREATE TABLE shop.\"Users\" (\n"
        "    \"Part\" int,\n"
        "    \"select\" int,\n"
        "    c text,\n"
        "    d int,\n"
        "    s text STATIC,\n"
        "    PRIMARY KEY ((\"Part\", \"select\"), c, d)\n"
        ") WITH CLUSTERING ORDER BY (c ASC, d DESC)\n"
        "    AND comment = 'it''s';\n"
    );
}

TEST(schema_text, a_comment_may_stand_alone)
{
    table_metadata table = some_table();
    table.comment = "x";
    EXPECT_TRUE(text_of(table).ends_with("\n) WITH comment = 'x';\n"));
}

/// A row of system_schema.tables, or of views; null where nothing is given.
page tables_row(const char* name_column, const char* name)
{
    return test::page_builder{{{"keyspace_name", type_kind::text},
                               {name_column, type_kind::text},
                               {"gc_grace_seconds", type_kind::int_},
                               {"default_time_to_live", type_kind::int_},
                               {"memtable", type_kind::text},
                               {"compaction", data_type::map_of(type_kind::text, type_kind::text)},
                               {"read_repair_chance", type_kind::double_},
                               {"comment", type_kind::text}}}
        .row(
            "shop",
            name,
            10,
            20,
            std::optional<std::string>{},
            std::map<std::string, std::string>{{"class", "X"}},
            0.0,
            "told by the table"
        )
        .build();
}

TEST(schema_text, options_come_from_the_servers_tables)
{
    all_table_options options;
    const page of_table = tables_row("table_name", "users");
    add_table_options(options, *of_table.begin());
    const page of_view = tables_row("view_name", "by_c");
    add_table_options(options, *of_view.begin());
    EXPECT_TRUE(text_of(some_table(), options)
                    .ends_with("\n) WITH compaction = {'class': 'X'}\n"
                               "    AND default_time_to_live = 20\n"
                               "    AND gc_grace_seconds = 10;\n"));
    view_metadata view;
    view.table = some_table();
    view.table.name = "by_c";
    std::string out;
    append_view(out, view, options);
    EXPECT_TRUE(out.ends_with("\n    WITH compaction = {'class': 'X'}\n    AND gc_grace_seconds = 10;\n"))
        << out;
}

TEST(schema_text, indexes_follow_their_table)
{
    table_metadata table = some_table();
    table.indexes = {
        {"by_v", "COMPOSITES", {{"target", "full(v)"}}},
        {"sai", "CUSTOM", {{"target", "v"}, {"class_name", "StorageAttachedIndex"}, {"case", "no"}}},
        {"sasi", "CUSTOM", {{"target", "v"}, {"class_name", "org.apache.X"}}}};
    EXPECT_TRUE(
        text_of(table).ends_with(");\n"
                                 "CREATE INDEX by_v ON shop.users (full(v));\n"
                                 "CREATE CUSTOM INDEX sai ON shop.users (v) USING 'StorageAttachedIndex' "
                                 "WITH OPTIONS = {'case': 'no'};\n"
                                 "CREATE CUSTOM INDEX sasi ON shop.users (v) USING 'org.apache.X';\n")
    );
}

TEST(schema_text, what_cannot_be_created_is_a_comment)
{
    table_metadata table = some_table();
    table.id.reset();
    EXPECT_TRUE(text_of(table).starts_with("/*\nVIRTUAL TABLE shop.users (\n"));
    EXPECT_TRUE(text_of(table).ends_with(");\n*/\n"));
    keyspace_metadata keyspace;
    keyspace.name = "system_views";
    keyspace.is_virtual = true;
    EXPECT_EQ(text_of(keyspace), "/*\nVIRTUAL KEYSPACE system_views;\n*/\n");
}

TEST(schema_text, a_type_comes_after_those_that_it_is_made_of)
{
    const data_type inner =
        data_type::udt_of("shop", "z_inner", {"a"}, {data_type::list_of(data_type::set_of(type_kind::int_))});
    const data_type outer = data_type::udt_of(
        "shop",
        "a_outer",
        {"I", "m", "t", "v"},
        {inner,
         data_type::map_of(type_kind::text, inner),
         data_type::tuple_of({type_kind::int_, inner}),
         data_type::vector_of(type_kind::float_, 3)}
    );
    keyspace_metadata keyspace;
    keyspace.name = "shop";
    keyspace.replication = {{"class", "SimpleStrategy"}, {"replication_factor", "3"}};
    keyspace.durable_writes = false;
    keyspace.user_types = {outer, inner};
    EXPECT_EQ(
        text_of(keyspace),
        "CREATE KEYSPACE shop WITH replication = {'class': 'SimpleStrategy', 'replication_factor': '3'}"
        " AND durable_writes = false;\n"
        "\n"
        "CREATE TYPE shop.z_inner (\n"
        "    a list<frozen<set<int>>>\n"
        ");\n"
        "\n"
        "CREATE TYPE shop.a_outer (\n"
        "    \"I\" frozen<z_inner>,\n"
        "    m map<text, frozen<z_inner>>,\n"
        "    t tuple<int, frozen<z_inner>>,\n"
        "    v vector<float, 3>\n"
        ");\n"
    );
}

TEST(schema_text, a_view_selects_from_its_table)
{
    view_metadata view;
    view.table = some_table();
    view.table.name = "by_c";
    view.table.columns = {
        column("c", "text", column_kind::partition_key, 0),
        column("k", "int", column_kind::clustering, 0, true)};
    view.base_table = "users";
    view.where_clause = "c IS NOT NULL AND k IS NOT NULL";
    std::string out;
    append_view(out, view, {});
    EXPECT_EQ(
        out,
        "CREATE MATERIALIZED VIEW shop.by_c AS\n"
        "    SELECT c, k\n"
        "    FROM shop.users\n"
        "    WHERE c IS NOT NULL AND k IS NOT NULL\n"
        "    PRIMARY KEY (c, k)\n"
        "    WITH CLUSTERING ORDER BY (k DESC);\n"
    );
    view.includes_all_columns = true;
    out.clear();
    append_view(out, view, {});
    EXPECT_NE(out.find("SELECT *\n"), std::string::npos);
}

TEST(schema_text, a_keyspace_has_its_tables_and_then_its_views)
{
    keyspace_metadata keyspace;
    keyspace.name = "shop";
    keyspace.tables = {some_table()};
    keyspace.views.emplace_back();
    keyspace.views[0].table = some_table();
    const std::string made = text_of(keyspace);
    const std::size_t table = made.find("\n\nCREATE TABLE shop.users");
    const std::size_t view = made.find("\n\nCREATE MATERIALIZED VIEW shop.users");
    ASSERT_NE(view, std::string::npos);
    EXPECT_LT(table, view);
}

}  // namespace
}  // namespace async_cassandra::cli
