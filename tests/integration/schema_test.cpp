// SPDX-License-Identifier: Apache-2.0
#include "integration/real_node.hpp"

#include <boost/asio/use_future.hpp>

#include <gmock/gmock.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

// What the client knows of a real node's keyspaces, how it changes them, and moves between them.
namespace async_cassandra::integration {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

class keyspaces_and_schema : public real_node_test {
protected:
    static constexpr const char* replication =
        " WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}";

    void set_keyspace(const std::string& name) const
    {
        db().sessions().set_keyspace(name, asio::use_future).get();
    }
    [[nodiscard]] std::string value_of(statement what) const
    {
        const result_set rows = db().execute(std::move(what));
        return rows.one().value().get<std::string>("v");
    }
    /// Keyspaces a and b of this test, each with a table t whose row 1 says a or b.
    struct two_keyspaces {
        std::string a;
        std::string b;
    };
    [[nodiscard]] two_keyspaces make_two() const
    {
        const two_keyspaces made{unique_name("ks_a"), unique_name("KS_b")};
        for (const auto& [name, value] : {std::pair{made.a, "a"}, std::pair{made.b, "b"}}) {
            db().execute("CREATE KEYSPACE \"" + name + "\"" + replication);
            db().execute("CREATE TABLE \"" + name + "\".t (k int PRIMARY KEY, v text)");
            db().execute("INSERT INTO \"" + name + "\".t (k, v) VALUES (1, '" + std::string{value} + "')");
        }
        return made;
    }
};

AC_BOTH_VERSIONS(keyspaces_and_schema);

TEST_P(keyspaces_and_schema, a_session_moves)
{
    const two_keyspaces made = make_two();
    set_keyspace(made.a);
    EXPECT_EQ(db().sessions().keyspace(), made.a);
    EXPECT_EQ(value_of("SELECT v FROM t WHERE k = 1"), "a");
    const result_set used = db().execute("USE \"" + made.b + "\";");
    EXPECT_EQ(used.kind(), result_kind::set_keyspace);
    EXPECT_EQ(used.keyspace(), made.b);
    EXPECT_EQ(db().sessions().keyspace(), made.b);
    EXPECT_EQ(value_of("SELECT v FROM t WHERE k = 1"), "b");

    const auto e = thrown_by<invalid_request>([&] { set_keyspace("no_such_keyspace"); });
    EXPECT_THAT(e->what(), HasSubstr("no_such_keyspace"));
    EXPECT_THAT(
        thrown_by<invalid_request>([&] { db().execute("USE no_such_keyspace"); })->what(),
        HasSubstr("no_such_keyspace")
    );
    EXPECT_EQ(db().sessions().keyspace(), made.b);
    EXPECT_EQ(value_of("SELECT v FROM t WHERE k = 1"), "b");

    const session other = connect(db().clusters(), made.a);
    set_keyspace(made.a);
    db().execute("DROP KEYSPACE \"" + made.b + "\"");
    (void)thrown_by<invalid_request>([&] { set_keyspace(made.b); });
    EXPECT_EQ(other.keyspace(), made.a);
}

// R24
TEST_P(keyspaces_and_schema, a_prepared_statement_stays_where_it_was_prepared)
{
    const two_keyspaces made = make_two();
    const std::string text = "SELECT v FROM t WHERE k = ?";
    set_keyspace(made.a);
    const prepared_statement in_a = db().prepare(text);
    set_keyspace(made.b);
    const prepared_statement in_b = db().prepare(text);
    for (const std::string& now : {made.a, made.b, std::string{keyspace_name}}) {
        set_keyspace(now);
        EXPECT_EQ(value_of(in_a.bind(1)), "a");
        EXPECT_EQ(value_of(in_b.bind(1)), "b");
    }
    // The node forgets both.
    db().execute("ALTER TABLE \"" + made.a + "\".t ADD w int");
    db().execute("ALTER TABLE \"" + made.b + "\".t ADD w int");
    EXPECT_EQ(value_of(in_a.bind(1)), "a");
    EXPECT_EQ(value_of(in_b.bind(1)), "b");
}

TEST_P(keyspaces_and_schema, what_a_statement_makes_is_known_when_it_ends)
{
    for (int i = 0; i < 5; ++i) {
        const std::string table = unique_name("known");
        const result_set made = db().execute("CREATE TABLE " + table + " (k int PRIMARY KEY, v text)");
        EXPECT_TRUE(made.schema_in_agreement());
        const schema now = db().clusters().schema();
        ASSERT_NE(now.find(keyspace_name, table), nullptr);
        // Where there are several nodes, each is asked: none has not heard of the table.
        for (int k = 0; k < 6; ++k) {
            db().execute("INSERT INTO " + table + " (k, v) VALUES (" + std::to_string(k) + ", 'v')");
            EXPECT_EQ(db().execute("SELECT v FROM " + table + " WHERE k = " + std::to_string(k)).size(), 1U);
        }
        db().execute("ALTER TABLE " + table + " ADD w int");
        const schema altered = db().clusters().schema();
        EXPECT_NE(altered.find(keyspace_name, table)->find_column("w"), nullptr);
        db().execute("DROP TABLE " + table);
        const schema after = db().clusters().schema();
        EXPECT_EQ(after.find(keyspace_name, table), nullptr);
    }
}

TEST_P(keyspaces_and_schema, all_keyspaces_of_the_server_are_known_virtual_ones_too)
{
    std::set<std::string> expected;
    for (const char* table : {"system_schema.keyspaces", "system_virtual_schema.keyspaces"}) {
        const result_set rows = db().execute(std::string{"SELECT keyspace_name FROM "} + table);
        for (const row r : rows)
            if (const auto name = r.get<std::string>(0); name.starts_with("system") || name == keyspace_name)
                expected.insert(name);  // other tests make and drop keyspaces meanwhile
    }
    EXPECT_GE(expected.size(), 8U);
    const blocking_client fresh{config()};
    std::set<std::string> found;
    std::size_t columns_of_virtual_tables = 0;
    const schema now = fresh.clusters().schema();
    for (const auto& each : now.keyspaces()) {
        found.insert(each->name);
        for (const table_metadata& t : each->tables)
            columns_of_virtual_tables += each->is_virtual ? t.columns.size() : 0;
    }
    EXPECT_TRUE(std::includes(found.begin(), found.end(), expected.begin(), expected.end()));
    const result_set all = fresh.execute("SELECT column_name FROM system_virtual_schema.columns");
    EXPECT_EQ(columns_of_virtual_tables, all.size());
}

TEST_P(keyspaces_and_schema, a_filter_leaves_all_others_out)
{
    cluster_config some = config();
    some.schema_keyspaces = {keyspace_name, "system_views"};
    const blocking_client chosen{some};
    const schema now = chosen.clusters().schema();
    ASSERT_EQ(now.keyspaces().size(), 2U);
    EXPECT_NE(now.find(keyspace_name), nullptr);
    EXPECT_TRUE(now.find("system_views")->is_virtual);
    const std::string table = unique_name("chosen");
    chosen.execute("CREATE TABLE " + std::string{keyspace_name} + "." + table + " (k int PRIMARY KEY)");
    const schema after = chosen.clusters().schema();
    EXPECT_NE(after.find(keyspace_name, table), nullptr);

    cluster_config none = config();
    none.schema_metadata = false;
    const blocking_client without{none, keyspace_name};
    const schema nothing = without.clusters().schema();
    EXPECT_THAT(nothing.keyspaces(), IsEmpty());
    const topology where = without.clusters().topology();
    EXPECT_EQ(where.replicas(keyspace_name, 1).size(), 1U);
}

}  // namespace
}  // namespace async_cassandra::integration
