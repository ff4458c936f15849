// SPDX-License-Identifier: Apache-2.0
#include "cluster/schema_rows.hpp"

#include "unit/types/page_builder.hpp"

#include <gmock/gmock.h>

#include <algorithm>

namespace async_cassandra::detail {
namespace {

using async_cassandra::test::column_list;
using async_cassandra::test::page_builder;
using async_cassandra::test::raw;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

using text = std::optional<std::string>;
using texts = std::optional<std::vector<std::string>>;
using options = std::map<std::string, std::string>;

const data_type text_list = data_type::list_of(type_kind::text);
const data_type text_map = data_type::map_of(type_kind::text, type_kind::text);

struct column_row {
    text table = "users";
    text name;
    text type = "int";
    text kind = "regular";
    std::optional<std::int32_t> position = -1;
    text order = "none";
};

// The rows of one keyspace, or of several, as the schema tables hold them.
struct schema_tables {
    page_builder keyspaces{
        {{"keyspace_name", type_kind::text},
         {"durable_writes", type_kind::boolean},
         {"replication", text_map}}};
    page_builder types{
        {{"keyspace_name", type_kind::text},
         {"type_name", type_kind::text},
         {"field_names", text_list},
         {"field_types", text_list}}};
    page_builder tables{
        {{"keyspace_name", type_kind::text},
         {"table_name", type_kind::text},
         {"comment", type_kind::text},
         {"id", type_kind::uuid}}};
    page_builder views{
        {{"keyspace_name", type_kind::text},
         {"view_name", type_kind::text},
         {"base_table_name", type_kind::text},
         {"id", type_kind::uuid},
         {"include_all_columns", type_kind::boolean},
         {"where_clause", type_kind::text}}};
    page_builder columns{
        {{"keyspace_name", type_kind::text},
         {"table_name", type_kind::text},
         {"column_name", type_kind::text},
         {"clustering_order", type_kind::text},
         {"kind", type_kind::text},
         {"position", type_kind::int_},
         {"type", type_kind::text}}};
    page_builder indexes{
        {{"keyspace_name", type_kind::text},
         {"table_name", type_kind::text},
         {"index_name", type_kind::text},
         {"kind", type_kind::text},
         {"options", text_map}}};

    schema_tables& keyspace(const char* name)
    {
        keyspaces.row(name, true, options{{"class", "SimpleStrategy"}, {"replication_factor", "3"}});
        return *this;
    }
    schema_tables& type(const text& name, const texts& names, const texts& fields)
    {
        types.row("shop", name, names, fields);
        return *this;
    }
    schema_tables& table(const text& name)
    {
        tables.row("shop", name, "of " + name.value_or(""), uuid::random(1, 2));
        return *this;
    }
    schema_tables& column(const column_row& c, const char* keyspace = "shop")
    {
        columns.row(keyspace, c.table, c.name, c.order, c.kind, c.position, c.type);
        return *this;
    }
};

described_schema read(
    schema_tables& from, schema_rows_reader::keyspace_filter wanted = {}, std::size_t budget = 1
)
{
    schema_rows_reader reader{std::move(wanted)};
    const auto all = [&](page_builder& of, void (schema_rows_reader::*add)(const row&)) {
        const page p = of.build();
        for (const row r : p)
            (reader.*add)(r);
    };
    all(from.keyspaces, &schema_rows_reader::add_keyspace);
    all(from.types, &schema_rows_reader::add_type);
    all(from.tables, &schema_rows_reader::add_table);
    all(from.views, &schema_rows_reader::add_view);
    all(from.columns, &schema_rows_reader::add_column);
    all(from.indexes, &schema_rows_reader::add_index);
    while (!reader.step(budget)) {}
    return reader.finish();
}

std::vector<std::string> names_of(std::span<const column_metadata> columns)
{
    std::vector<std::string> names;
    for (const column_metadata& c : columns)
        names.push_back(c.name);
    return names;
}

TEST(schema_rows, tell_tables_with_their_columns_in_order)
{
    schema_tables rows;
    rows.keyspace("shop").table("users");
    rows.column({.name = "zip", .type = "frozen<list<int>>"})
        .column({.name = "at", .type = "timestamp", .kind = "clustering", .position = 1, .order = "desc"})
        .column({.name = "id", .type = "uuid", .kind = "partition_key", .position = 1})
        .column({.name = "day", .type = "date", .kind = "partition_key", .position = 0})
        .column({.name = "motto", .type = "text", .kind = "static"})
        .column({.name = "age"})
        .column({.name = "seq", .kind = "clustering", .position = 0, .order = "asc"});
    const described_schema found = read(rows);
    EXPECT_THAT(found.notes, IsEmpty());
    const schema all{found.keyspaces};

    const keyspace_metadata* const shop = all.find("shop");
    ASSERT_NE(shop, nullptr);
    EXPECT_EQ(shop->replication, (options{{"class", "SimpleStrategy"}, {"replication_factor", "3"}}));
    EXPECT_TRUE(shop->durable_writes);
    EXPECT_FALSE(shop->is_virtual);

    const table_metadata* const users = all.find("shop", "users");
    ASSERT_NE(users, nullptr);
    EXPECT_EQ(users->keyspace, "shop");
    EXPECT_EQ(users->comment, "of users");
    EXPECT_EQ(users->id, uuid::random(1, 2));
    EXPECT_THAT(names_of(users->columns), ElementsAre("day", "id", "seq", "at", "motto", "age", "zip"));
    EXPECT_THAT(names_of(users->partition_key()), ElementsAre("day", "id"));
    EXPECT_THAT(names_of(users->clustering_key()), ElementsAre("seq", "at"));
    const column_metadata* const zip = users->find_column("zip");
    ASSERT_NE(zip, nullptr);
    EXPECT_EQ(zip->type, data_type::list_of(type_kind::int_));
    EXPECT_EQ(zip->cql_type, "frozen<list<int>>");
    EXPECT_EQ(zip->position, -1);
    EXPECT_FALSE(users->find_column("seq")->descending);
    EXPECT_TRUE(users->find_column("at")->descending);
    EXPECT_EQ(users->find_column("motto")->kind, column_kind::static_);
    EXPECT_EQ(users->find_column("none"), nullptr);
    EXPECT_EQ(all.find("shop", "none"), nullptr);
    EXPECT_EQ(all.find("none", "users"), nullptr);
    EXPECT_EQ(found.replications.at("shop").strategy, replication_strategy::simple);
}

TEST(schema_rows, tell_views_and_indexes)
{
    schema_tables rows;
    rows.keyspace("shop").table("users").table("empty");
    rows.views.row("shop", "by_age", "users", uuid::random(3, 4), true, "age IS NOT NULL");
    rows.column({.name = "id", .kind = "partition_key", .position = 0})
        .column({.table = "by_age", .name = "age", .kind = "partition_key", .position = 0});
    rows.indexes.row("shop", "users", "b", "CUSTOM", options{{"target", "zip"}, {"class_name", "Sai"}})
        .row("shop", "users", "a", "COMPOSITES", options{{"target", "age"}})
        .row("shop", "nowhere", "c", "KEYS", std::nullopt);
    const described_schema found = read(rows);
    EXPECT_THAT(found.notes, ElementsAre("index shop.nowhere.c: there is no such table: left out"));
    const schema all{found.keyspaces};
    const auto* const view = all.find("shop")->find_view("by_age");
    ASSERT_NE(view, nullptr);
    EXPECT_EQ(view->base_table, "users");
    EXPECT_EQ(view->where_clause, "age IS NOT NULL");
    EXPECT_TRUE(view->includes_all_columns);
    EXPECT_EQ(all.find("shop", "by_age"), &view->table);
    EXPECT_THAT(names_of(view->table.partition_key()), ElementsAre("age"));
    EXPECT_EQ(all.find("shop")->find_table("by_age"), nullptr);
    EXPECT_EQ(all.find("shop")->find_view("users"), nullptr);

    const auto& indexes = all.find("shop", "users")->indexes;
    ASSERT_EQ(indexes.size(), 2U);
    EXPECT_EQ(indexes[0].name, "a");
    EXPECT_EQ(indexes[0].kind, "COMPOSITES");
    EXPECT_EQ(indexes[1].options.at("class_name"), "Sai");
}

TEST(schema_rows, tell_types_that_are_made_of_each_other)
{
    schema_tables rows;
    rows.keyspace("shop").table("users");
    rows.type(
            "a_first", {{"last", "others"}}, {{"frozen<z_last>", "map<text, frozen<z_last>>"}}
    ).type("z_last", {{"zip", "street"}}, {{"int", "text"}});
    rows.column({.name = "home", .type = "frozen<a_first>"});
    const described_schema found = read(rows);
    EXPECT_THAT(found.notes, IsEmpty());
    const auto last =
        data_type::udt_of("shop", "z_last", {"zip", "street"}, {type_kind::int_, type_kind::text});
    const auto first = data_type::udt_of(
        "shop", "a_first", {"last", "others"}, {last, data_type::map_of(type_kind::text, last)}
    );
    EXPECT_THAT(found.keyspaces.at(0)->user_types, ElementsAre(first, last));
    EXPECT_EQ(*found.keyspaces.at(0)->find_user_type("z_last"), last);
    EXPECT_EQ(found.keyspaces.at(0)->find_user_type("users"), nullptr);
    EXPECT_EQ(found.keyspaces.at(0)->find_table("users")->find_column("home")->type, first);
}

TEST(schema_rows, a_type_that_cannot_be_read_is_a_custom_one)
{
    schema_tables rows;
    rows.keyspace("shop").table("users");
    rows.type("loop", {{"again"}}, {{"list<loop>"}});
    rows.column({.name = "a", .type = "other"}).column({.name = "b", .type = "list<"});
    const described_schema found = read(rows);
    const table_metadata* const users = found.keyspaces.at(0)->find_table("users");
    EXPECT_EQ(users->find_column("a")->type, data_type::custom_of("other"));
    EXPECT_EQ(users->find_column("b")->type, data_type::custom_of("list<"));
    EXPECT_THAT(
        found.notes,
        ElementsAre(
            "column shop.users.a: type 'other': there is no such type",
            "column shop.users.b: type 'list<': the type is malformed",
            "type shop.loop.again: type 'list<loop>': there is no such type"
        )
    );
    EXPECT_EQ(found.keyspaces.at(0)->user_types.at(0).elements()[0], data_type::custom_of("list<loop>"));
}

int height_of(const data_type& type)
{
    int highest = 0;
    for (const data_type& element : type.elements())
        highest = std::max(highest, height_of(element));
    return highest + 1;
}

TEST(schema_rows, types_of_types_of_types_end_somewhere)
{
    schema_tables rows;
    rows.keyspace("shop").table("users");
    constexpr int count = 2000;
    for (int i = 0; i < count; ++i)
        rows.type("t" + std::to_string(i), {{"next"}}, {{"t" + std::to_string(i + 1)}});
    rows.column({.name = "c", .type = "t0"});
    const described_schema found = read(rows);
    EXPECT_FALSE(found.notes.empty());
    EXPECT_EQ(found.keyspaces.at(0)->user_types.size(), std::size_t{count});
    for (const data_type& type : found.keyspaces.at(0)->user_types)
        EXPECT_LE(height_of(type), 33) << type.to_string();
    EXPECT_LE(height_of(found.keyspaces.at(0)->find_table("users")->columns.at(0).type), 32);
}

TEST(schema_rows, types_that_have_each_other_twice_take_no_time)
{
    schema_tables rows;
    rows.keyspace("shop").table("users");
    for (int i = 0; i < 30; ++i) {
        const std::string next = i == 29 ? "int" : "t" + std::to_string(i + 1);
        rows.type("t" + std::to_string(i), {{"a", "b"}}, {{next, next}});
    }
    rows.column({.name = "c", .type = "t0"});
    EXPECT_THAT(read(rows).notes, IsEmpty());
}

TEST(schema_rows, that_cannot_be_used_are_left_out)
{
    schema_tables rows;
    rows.keyspace("shop").table("users").table(std::nullopt);
    rows.keyspaces.row(std::nullopt, true, std::nullopt).row("odd", std::nullopt, std::nullopt);
    rows.type(std::nullopt, {{"a"}}, {{"int"}})
        .type("t", {{"a", "b"}}, {{"int"}})
        .type("u", std::nullopt, {{"int"}});
    rows.column({.table = "none", .name = "a"})
        .column({.table = std::nullopt, .name = "a"})
        .column({.name = std::nullopt})
        .column({.name = "b", .type = std::nullopt})
        .column({.name = "c", .kind = std::nullopt})
        .column({.name = "d", .kind = "compact_value"})
        .column({.name = "e", .kind = "partition_key", .position = std::nullopt})
        .column({.name = "d", .type = "text"})
        .column({.name = "f"}, "nowhere");
    const described_schema found = read(rows);
    ASSERT_EQ(found.keyspaces.size(), 2U);
    EXPECT_EQ(found.keyspaces[0]->name, "odd");
    EXPECT_THAT(found.keyspaces[1]->user_types, IsEmpty());
    ASSERT_EQ(found.keyspaces[1]->tables.size(), 1U);
    EXPECT_THAT(names_of(found.keyspaces[1]->tables[0].columns), ElementsAre("e", "d"));
    EXPECT_EQ(found.keyspaces[1]->tables[0].columns[1].type, data_type{type_kind::int_})
        << "the first counts";
    EXPECT_EQ(found.notes.size(), 12U) << ::testing::PrintToString(found.notes);
    EXPECT_THAT(found.notes, ::testing::Contains("keyspace odd: the replication has no class"));
    EXPECT_THAT(found.notes, ::testing::Contains(HasSubstr("'compact_value' is no kind")));
}

TEST(schema_rows, of_any_types_do_no_harm)
{
    const page odd = page_builder{{{"keyspace_name", type_kind::int_},
                                   {"table_name", type_kind::blob},
                                   {"replication", type_kind::text},
                                   {"type", text_list},
                                   {"field_names", type_kind::text}}}
                         .row(1, raw({1, 2}), "none", raw({0, 0, 0, 9}), "x")
                         .build();
    const page shop = page_builder{{{"keyspace_name", type_kind::text}, {"replication", text_map}}}
                          .row("shop", raw({0, 0, 0, 5}))
                          .build();
    const page nameless = page_builder{{{"keyspace_name", type_kind::text}}}.row("shop").build();
    schema_rows_reader reader;
    for (const page* p : {&odd, &shop, &nameless})
        for (const row r : *p)
            reader.add_keyspace(r);
    for (const page* p : {&odd, &nameless})
        for (const row r : *p) {
            reader.add_type(r);
            reader.add_table(r);
            reader.add_view(r);
            reader.add_column(r);
            reader.add_index(r);
        }
    while (!reader.step(100)) {}
    const described_schema found = reader.finish();
    ASSERT_EQ(found.keyspaces.size(), 1U);
    EXPECT_THAT(found.keyspaces[0]->tables, IsEmpty());
    EXPECT_FALSE(found.notes.empty());
}

TEST(schema_rows, of_virtual_keyspaces_have_no_replication)
{
    schema_rows_reader reader;
    const page keyspaces = page_builder{{{"keyspace_name", type_kind::text}}}.row("system_views").build();
    const page tables = page_builder{{{"keyspace_name", type_kind::text},
                                      {"table_name", type_kind::text},
                                      {"comment", type_kind::text}}}
                            .row("system_views", "clients", "who is there")
                            .build();
    for (const row r : keyspaces)
        reader.add_keyspace(r);
    for (const row r : tables)
        reader.add_table(r);
    while (!reader.step(100)) {}
    const described_schema found = reader.finish();
    EXPECT_THAT(found.notes, IsEmpty());
    EXPECT_THAT(found.replications, IsEmpty());
    EXPECT_TRUE(found.keyspaces.at(0)->is_virtual);
    EXPECT_EQ(found.keyspaces.at(0)->tables.at(0).id, std::nullopt);
}

TEST(schema_rows, of_keyspaces_that_are_not_wanted_tell_the_replication_only)
{
    schema_tables rows;
    rows.keyspace("other").keyspace("shop").table("users").column({.name = "a"});
    const described_schema found = read(rows, [](std::string_view name) { return name == "other"; });
    EXPECT_EQ(found.replications.size(), 2U);
    ASSERT_EQ(found.keyspaces.size(), 1U);
    EXPECT_EQ(found.keyspaces[0]->name, "other");
    EXPECT_THAT(found.notes, IsEmpty());
}

std::shared_ptr<const keyspace_metadata> keyspace(const char* name)
{
    keyspace_metadata made;
    made.name = name;
    return std::make_shared<const keyspace_metadata>(std::move(made));
}

TEST(schema, is_updated_by_whole_keyspaces)
{
    const schema before{{keyspace("a"), keyspace("b"), keyspace("d")}};
    const schema now = update_schema(before, {"b", "c", "d", "x"}, {keyspace("c"), keyspace("d")});
    std::vector<std::string> names;
    for (const auto& k : now.keyspaces())
        names.push_back(k->name);
    EXPECT_THAT(names, ElementsAre("a", "c", "d"));
    EXPECT_EQ(now.find("a"), before.find("a")) << "what was not asked for is kept as it is";
    EXPECT_NE(now.find("d"), before.find("d"));
    EXPECT_NE(before.find("b"), nullptr) << "who has the old one goes on with it";
}

TEST(schema, of_nothing_has_nothing)
{
    const schema none;
    EXPECT_THAT(none.keyspaces(), IsEmpty());
    EXPECT_EQ(none.find("a"), nullptr);
    EXPECT_EQ(none.find("a", "b"), nullptr);
}

}  // namespace
}  // namespace async_cassandra::detail
