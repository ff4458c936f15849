// SPDX-License-Identifier: Apache-2.0
#include "cluster/node_rows.hpp"
#include "cluster/schema_rows.hpp"
#include "integration/real_node.hpp"

#include <gmock/gmock.h>

#include <string>

// What a real node's system tables hold is read without a remark, and agrees with what it says elsewhere.
namespace async_cassandra::integration {
namespace {

using detail::described_nodes;
using detail::described_schema;
using detail::node_rows_reader;
using detail::schema_rows_reader;
using ::testing::IsEmpty;

class system_tables : public real_node_test {
protected:
    using add_row = void (schema_rows_reader::*)(const row&);

    void add_all(schema_rows_reader& into, const std::string& table, add_row add) const
    {
        const result_set rows = db().execute(statement{"SELECT * FROM " + table});
        for (const row r : rows)
            (into.*add)(r);
    }

    [[nodiscard]] described_schema read_schema() const
    {
        schema_rows_reader reader;
        for (const char* of : {"system_schema", "system_virtual_schema"}) {
            const std::string tables = of;
            const bool is_virtual = tables == "system_virtual_schema";
            add_all(reader, tables + ".keyspaces", &schema_rows_reader::add_keyspace);
            if (!is_virtual)
                add_all(reader, tables + ".types", &schema_rows_reader::add_type);
            add_all(reader, tables + ".tables", &schema_rows_reader::add_table);
            if (!is_virtual)
                add_all(reader, tables + ".views", &schema_rows_reader::add_view);
            add_all(reader, tables + ".columns", &schema_rows_reader::add_column);
            if (!is_virtual)
                add_all(reader, tables + ".indexes", &schema_rows_reader::add_index);
        }
        while (!reader.step(1000)) {}
        return reader.finish();
    }
};

TEST_P(system_tables, tell_the_nodes)
{
    node_rows_reader reader{node_endpoint(), node_endpoint().port};
    const result_set local = db().execute(statement{"SELECT * FROM system.local WHERE key = 'local'"});
    for (const row r : local)
        reader.add_local(r);
    const result_set peers = db().execute(statement{"SELECT * FROM system.peers_v2"});
    for (const row r : peers)
        reader.add_peer(r);
    const described_nodes found = reader.finish();
    EXPECT_THAT(found.notes, IsEmpty());
    EXPECT_TRUE(detail::is_murmur3(found.partitioner));
    EXPECT_EQ(found.nodes.size(), 1 + peers.size());
    EXPECT_EQ(found.local, local.one()->get<uuid>("host_id"));
    for (const detail::node_description& each : found.nodes) {
        EXPECT_FALSE(each.tokens.empty());
        EXPECT_EQ(each.tokens.size(), each.facts.token_count);
        EXPECT_TRUE(each.facts.schema_version.has_value());
        EXPECT_FALSE(each.facts.data_center.empty());
        EXPECT_FALSE(each.facts.rack.empty());
        EXPECT_FALSE(each.facts.release_version.empty());
    }
}

// Two ways lead to the type of a column: its name in the schema tables, and its number on the wire.
TEST_P(system_tables, tell_the_types_of_all_columns_as_results_do)
{
    const std::string type = unique_name("inner");
    db().execute(statement{"CREATE TYPE " + type + " (a int, \"B\" frozen<map<text, tuple<int, varint>>>)"});
    const std::string outer = unique_name("outer");
    db().execute(statement{
        "CREATE TYPE " + outer + " (one frozen<" + type + ">, many list<frozen<" + type + ">>)"});
    const std::string table = new_table(
        "id uuid PRIMARY KEY, o frozen<" + outer + ">, l list<frozen<set<" + outer +
        ">>>, v vector<float, 3>, w frozen<vector<text, 2>>, \"Odd name\" frozen<tuple<duration, inet>>, "
        "c 'org.apache.cassandra.db.marshal.IntegerType'"
    );
    const described_schema found = read_schema();
    EXPECT_THAT(found.notes, IsEmpty());
    std::size_t compared = 0;
    for (const auto& keyspace : found.keyspaces)
        for (const table_metadata& t : keyspace->tables) {
            // Other tests drop their tables while this one looks.
            if (!keyspace->name.starts_with("system") && t.name != table)
                continue;
            statement all{"SELECT * FROM \"" + t.keyspace + "\".\"" + t.name + "\""};
            // Some of the server's own keyspaces want more nodes than there are.
            all.consistency(consistency::one);
            const result_set rows = db().execute_page(std::move(all));
            EXPECT_EQ(rows.columns().size(), t.columns.size()) << t.keyspace << "." << t.name;
            for (const column& c : rows.columns()) {
                const column_metadata* const known = t.find_column(c.name);
                ASSERT_NE(known, nullptr) << t.keyspace << "." << t.name << "." << c.name;
                EXPECT_EQ(known->type, c.type) << known->cql_type << " of " << t.name << "." << c.name;
                ++compared;
            }
        }
    EXPECT_GT(compared, 300U);
}

TEST_P(system_tables, tell_keys_views_and_indexes)
{
    const std::string table = unique_name("keys");
    db().execute(statement{
        "CREATE TABLE " + table +
        " (b int, a text, d int, c int, s text STATIC, v int, PRIMARY KEY ((b, a), d, c)) WITH CLUSTERING "
        "ORDER BY (d "
        "DESC, c ASC) AND comment = 'it''s'"});
    db().execute(statement{"CREATE INDEX " + table + "_v ON " + table + " (v)"});
    const schema all{read_schema().keyspaces};
    const table_metadata* const found = all.find(keyspace_name, table);
    ASSERT_NE(found, nullptr);
    EXPECT_EQ(found->comment, "it's");
    ASSERT_EQ(found->columns.size(), 6U);
    EXPECT_EQ(found->partition_key().size(), 2U);
    EXPECT_EQ(found->partition_key()[0].name, "b");
    EXPECT_EQ(found->clustering_key().size(), 2U);
    EXPECT_EQ(found->clustering_key()[0].name, "d");
    EXPECT_TRUE(found->clustering_key()[0].descending);
    EXPECT_FALSE(found->clustering_key()[1].descending);
    EXPECT_EQ(found->columns[4].kind, column_kind::static_);
    ASSERT_EQ(found->indexes.size(), 1U);
    EXPECT_EQ(found->indexes[0].options.at("target"), "v");
    EXPECT_TRUE(all.find("system_views")->is_virtual);
    EXPECT_FALSE(all.find("system")->is_virtual);
    EXPECT_EQ(read_schema().replications.at("system").strategy, detail::replication_strategy::local);
    EXPECT_NE(read_schema().replications.at(keyspace_name).strategy, detail::replication_strategy::unknown);
}

AC_BOTH_VERSIONS(system_tables);

}  // namespace
}  // namespace async_cassandra::integration
