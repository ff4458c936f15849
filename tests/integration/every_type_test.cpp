// SPDX-License-Identifier: Apache-2.0
// Every type through the server: as literal, as bound value and as result. R22
#include "integration/every_type.hpp"

#include <async_cassandra/types/literal.hpp>
#include <async_cassandra/types/value.hpp>

#include "integration/real_node.hpp"

#include <nlohmann/json.hpp>

namespace async_cassandra::integration {
namespace {

using bytes = std::optional<std::vector<std::byte>>;

class every_type : public real_node_test {
protected:
    // One table with a column for each type; each value has a row of its own.
    void SetUp() override
    {
        real_node_test::SetUp();
        for (const char* const statement : type_statements())
            db().execute(statement);
        std::string columns = "id text PRIMARY KEY";
        for (std::size_t i = 0; i < integration::every_type().size(); ++i)
            columns += ", " + column(i) + " " + integration::every_type()[i].type;
        db().execute("CREATE TABLE IF NOT EXISTS every_type (" + columns + ")");
    }

    [[nodiscard]] static std::string column(std::size_t type) { return "c" + std::to_string(type); }

    [[nodiscard]] static std::string insert_cql(
        std::size_t type, const std::string& id, const std::string& content
    )
    {
        return "INSERT INTO every_type (id, " + column(type) + ") VALUES ('" + id + "', " + content + ")";
    }

    [[nodiscard]] result_set select(std::size_t type, const std::string& id) const
    {
        return db().execute("SELECT " + column(type) + " FROM every_type WHERE id = '" + id + "'");
    }

    /// The cell that a statement leaves in a row of its own; `write` gives the statement for the row's key.
    template <class Write>
    [[nodiscard]] bytes stored(std::size_t type, const Write& write) const
    {
        const std::string id = unique_name("row");
        db().execute(write(id));
        const result_set rows = select(type, id);
        const auto raw = rows.one()->raw(0);
        return raw ? bytes{{raw->begin(), raw->end()}} : std::nullopt;
    }

    [[nodiscard]] bytes stored_literal(std::size_t type, const std::string& literal) const
    {
        return stored(type, [&](const std::string& id) { return statement{insert_cql(type, id, literal)}; });
    }

    template <class T>
    [[nodiscard]] bytes stored_bound(std::size_t type, const T& content) const
    {
        const prepared_statement insert =
            db().prepare("INSERT INTO every_type (id, " + column(type) + ") VALUES (?, ?)");
        return stored(type, [&](const std::string& id) { return statement{insert.bind(id, content)}; });
    }

    /// Whether our JSON of the cell is the server's.
    void expect_json_of_server(std::size_t type, const std::string& literal) const
    {
        const std::string id = unique_name("json");
        db().execute(insert_cql(type, id, literal));
        const result_set rows = select(type, id);
        std::string ours;
        append_json(ours, rows.columns()[0].type, rows.one()->raw(0));
        const result_set json =
            db().execute("SELECT JSON " + column(type) + " FROM every_type WHERE id = '" + id + "'");
        ours = "{\"" + column(type) + "\": " + ours + "}";
        const auto server = json.one()->get<std::string>(0);
        if (ours != server) {  // The same text may have numbers beyond those of nlohmann::json.
            EXPECT_EQ(nlohmann::json::parse(ours), nlohmann::json::parse(server));
        }
    }
};

AC_BOTH_VERSIONS(every_type);

TEST_P(every_type, a_value_is_the_same_as_literal_as_bound_value_and_as_result)
{
    for (std::size_t type = 0; type < integration::every_type().size(); ++type) {
        const literals_of_type& row = integration::every_type()[type];
        for (const auto& literal : row.literals) {
            SCOPED_TRACE(std::string{row.type} + " = " + literal.given);
            const std::string id = unique_name("result");
            db().execute(insert_cql(type, id, literal.given));
            const result_set rows = select(type, id);
            const data_type cql = rows.columns()[0].type;
            const auto raw = rows.one()->raw(0);
            ASSERT_TRUE(raw.has_value());
            const bytes expected{{raw->begin(), raw->end()}};

            // Written here, read by the server.
            EXPECT_EQ(to_cql_literal(cql, raw), literal.written);
            EXPECT_EQ(stored_literal(type, to_cql_literal(cql, raw)), expected);
            // Read here. By itself, text is taken as it stands.
            const bool is_text = cql.kind() == type_kind::text || cql.kind() == type_kind::ascii;
            std::string plain;
            append_plain_text(plain, cql, raw);
            if (!is_text) {
                EXPECT_EQ(stored_bound(type, encode_literal(literal.written, cql)), expected);
                if (std::string_view{literal.given} != "''") {
                    EXPECT_EQ(stored_bound(type, encode_literal(literal.given, cql)), expected);
                }
            } else if (plain != "null") {
                EXPECT_EQ(stored_bound(type, encode_literal(plain, cql)), expected);
            }
            EXPECT_EQ(stored_bound(type, rows.one()->get<value>(0)), expected);
        }
    }
}

// Cassandra 5.0.9 fails on SELECT JSON of the empty boolean.
TEST_P(every_type, json_is_what_the_server_writes)
{
    for (std::size_t type = 0; type < integration::every_type().size(); ++type) {
        const literals_of_type& row = integration::every_type()[type];
        for (const auto& literal : row.literals) {
            SCOPED_TRACE(std::string{row.type} + " = " + literal.given);
            if (std::string_view{literal.given} != "blob_as_boolean(0x)")
                expect_json_of_server(type, literal.given);
        }
    }
}

TEST_P(every_type, null_is_null_however_it_is_written_and_unset_leaves_what_is_there)
{
    for (std::size_t type = 0; type < integration::every_type().size(); ++type) {
        SCOPED_TRACE(integration::every_type()[type].type);
        EXPECT_EQ(stored_literal(type, "null"), std::nullopt);
        EXPECT_EQ(stored_bound(type, null), std::nullopt);
        EXPECT_EQ(stored_bound(type, value{}), std::nullopt);
        EXPECT_EQ(stored_bound(type, unset), std::nullopt);
        expect_json_of_server(type, "null");

        const std::string id = unique_name("unset");
        const char* const literal = integration::every_type()[type].literals[0].given;
        db().execute(insert_cql(type, id, literal));
        const prepared_statement insert =
            db().prepare("INSERT INTO every_type (id, " + column(type) + ") VALUES (?, ?)");
        db().execute(insert.bind(id, unset));
        const result_set kept = select(type, id);
        EXPECT_FALSE(kept.one()->is_null(0));
        db().execute(insert.bind(id, null));
        const result_set removed = select(type, id);
        EXPECT_TRUE(removed.one()->is_null(0));
        EXPECT_TRUE(removed.one()->get<value>(0).is_null());
        EXPECT_EQ(to_cql_literal(removed.columns()[0].type, removed.one()->raw(0)), "null");
    }
}

}  // namespace
}  // namespace async_cassandra::integration
