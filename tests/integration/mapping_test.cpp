// SPDX-License-Identifier: Apache-2.0
#include "integration/real_node.hpp"

#include <boost/describe/class.hpp>

#include <gmock/gmock.h>

#include <map>

namespace async_cassandra::integration {

struct by_position {
    std::int64_t id;
    std::string name;
    std::optional<double> score;
};

struct too_short {
    std::int64_t id;
    std::string name;
};

struct keyed {
    std::int64_t id = 0;
};
BOOST_DESCRIBE_STRUCT(keyed, (), (id))

// Members in another order than the columns, one of them inherited.
struct by_name : keyed {
    std::optional<double> score;
    std::string name;
};
BOOST_DESCRIBE_STRUCT(by_name, (keyed), (score, name))

struct wrong_name {
    std::int64_t id = 0;
    std::string label;
    std::optional<double> score;
};
BOOST_DESCRIBE_STRUCT(wrong_name, (), (id, label, score))

struct wrong_type {
    std::int64_t id;
    std::int32_t name;
    std::optional<double> score;
};

namespace {

using testing::ElementsAre;
using testing::FieldsAre;
using testing::HasSubstr;
using testing::Optional;
using testing::Pair;

// Three rows in clustering order; the last one has no score.
class mapping : public real_node_test {
protected:
    void SetUp() override
    {
        real_node_test::SetUp();
        table_ = new_table("part int, id bigint, name text, score double, PRIMARY KEY (part, id)");
        const prepared_statement insert =
            db().prepare("INSERT INTO " + table_ + " (part, id, name, score) VALUES (1, ?, ?, ?)");
        db().execute(insert.bind(1, "Ada", 9.5));
        db().execute(insert.bind(2, "Grace", 8.25));
        db().execute(insert.bind(3, "Linus", null));
    }

    [[nodiscard]] result_set select(
        const std::string& what = "id, name, score", std::int32_t page_size = 5000
    ) const
    {
        return db().execute(
            statement{"SELECT " + what + " FROM " + table_ + " WHERE part = 1"}.page_size(page_size)
        );
    }

private:
    std::string table_;
};

AC_BOTH_VERSIONS(mapping);

TEST_P(mapping, cells_are_read_by_name_and_by_position)
{
    const result_set rows = select();
    ASSERT_EQ(rows.size(), 3U);
    const row first = *rows.one();
    EXPECT_EQ(first.get<std::int64_t>("id"), 1);
    EXPECT_EQ(first.get<std::string>(1), "Ada");
    EXPECT_EQ(first.get<std::string_view>("name"), "Ada");
    EXPECT_EQ(first.get<double>("score"), 9.5);
    EXPECT_EQ(rows.columns().names(), "id, name, score");
}

TEST_P(mapping, tuples_take_the_columns_in_order)
{
    const result_set rows = select();
    std::vector<std::string> seen;
    for (auto [id, name, score] : rows.as<std::int64_t, std::string_view, std::optional<double>>())
        seen.push_back(std::to_string(id) + " " + std::string{name} + (score ? "" : " without score"));
    EXPECT_THAT(seen, ElementsAre("1 Ada", "2 Grace", "3 Linus without score"));
}

TEST_P(mapping, a_single_column_reads_as_a_tuple_of_one)
{
    const result_set rows = select("name");
    std::vector<std::string> names;
    for (auto [name] : rows.as<std::string>())
        names.push_back(name);
    EXPECT_THAT(names, ElementsAre("Ada", "Grace", "Linus"));
}

TEST_P(mapping, an_aggregate_takes_the_columns_by_position)
{
    const result_set rows = select();
    std::vector<by_position> users;
    for (by_position user : rows.as<by_position>())
        users.push_back(std::move(user));
    ASSERT_EQ(users.size(), 3U);
    EXPECT_EQ(users[1].id, 2);
    EXPECT_EQ(users[1].name, "Grace");
    EXPECT_THAT(users[1].score, Optional(8.25));
    EXPECT_EQ(users[2].score, std::nullopt);
}

TEST_P(mapping, a_described_struct_takes_the_columns_by_name_in_any_order)
{
    for (const char* columns : {"id, name, score", "score, id, name"}) {
        const result_set rows = select(columns);
        const by_name user = rows.one()->as<by_name>();
        EXPECT_EQ(user.id, 1);
        EXPECT_EQ(user.name, "Ada");
        EXPECT_THAT(user.score, Optional(9.5));
    }
}

TEST_P(mapping, structs_are_read_across_pages)
{
    const result_set rows = select("id, name, score", 2);
    EXPECT_GE(rows.page_count(), 2U);
    std::vector<std::pair<std::int64_t, std::string>> seen;
    for (const by_name& user : rows.as<by_name>())
        seen.emplace_back(user.id, user.name);
    EXPECT_THAT(seen, ElementsAre(Pair(1, "Ada"), Pair(2, "Grace"), Pair(3, "Linus")));
}

TEST_P(mapping, functions_and_aggregates_have_columns_with_the_servers_names)
{
    const result_set rows = select("count(*), max(id) AS last");
    EXPECT_EQ(rows.one()->get<std::int64_t>("count"), 3);
    EXPECT_EQ(rows.one()->get<std::int64_t>("last"), 3);
}

TEST_P(mapping, a_mismatch_in_count_names_both_sides)
{
    const result_set rows = select();
    EXPECT_EQ(
        thrown_by<query_error>([&] { (void)rows.as<too_short>(); })->details().what,
        "struct async_cassandra::integration::too_short has 2 members, but the row has 3 columns (id, name, "
        "score)"
    );
    const auto tuple = thrown_by<query_error>([&] { (void)rows.as<std::int64_t, std::string>(); });
    EXPECT_THAT(tuple->details().what, HasSubstr("2 types, but the row has 3 columns (id, name, score)"));
}

TEST_P(mapping, a_mismatch_in_name_names_both_sides)
{
    const result_set rows = select();
    const auto error = thrown_by<query_error>([&] { (void)rows.as<wrong_name>(); });
    EXPECT_EQ(
        error->details().what,
        "struct async_cassandra::integration::wrong_name has 3 members (id, label, score): no column "
        "'label', "
        "the row has 3 columns (id, name, score)"
    );
}

TEST_P(mapping, a_mismatch_in_type_names_the_column_and_what_is_legal)
{
    const result_set rows = select();
    const auto error = thrown_by<query_error>([&] { (void)rows.as<wrong_type>(); });
    EXPECT_THAT(
        error->details().what,
        HasSubstr("column 'name' (position 1): CQL type text cannot be read as std::int32_t")
    );
    EXPECT_THAT(error->details().what, HasSubstr("std::string"));
}

TEST_P(mapping, a_cell_that_cannot_be_read_names_the_column)
{
    const result_set rows = select("id, name, score");
    const row last = *std::next(rows.begin(), 2);
    EXPECT_EQ(
        thrown_by<query_error>([&] { (void)last.get<double>("score"); })->details().what,
        "column 'score' (position 2): null cannot be read as double; use std::optional<double>"
    );
    EXPECT_EQ(
        thrown_by<query_error>([&] { (void)last.get<double>("Score"); })->details().what,
        "no column 'Score': the row has 3 columns (id, name, score)"
    );
    EXPECT_EQ(
        thrown_by<query_error>([&] { (void)last.get<double>(3); })->details().what,
        "no column at position 3: the row has 3 columns (id, name, score)"
    );
}

TEST_P(mapping, a_result_without_rows_still_checks_the_types)
{
    const result_set rows = db().execute("SELECT key, cluster_name FROM system.local WHERE key = 'nobody'");
    EXPECT_TRUE(rows.empty());
    EXPECT_EQ(rows.one(), std::nullopt);
    EXPECT_NO_THROW((void)(rows.as<std::string, std::string>()));
    EXPECT_THROW((void)(rows.as<std::string, std::int32_t>()), query_error);
}

}  // namespace
}  // namespace async_cassandra::integration
