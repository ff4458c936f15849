// SPDX-License-Identifier: Apache-2.0
#include <async_cassandra/row_mapping.hpp>

#include "unit/types/page_builder.hpp"
#include "unit/types/query_error_text.hpp"

#include <boost/describe/class.hpp>

namespace async_cassandra {

namespace {
using test::column_list;
using test::page_builder;
using test::query_error_text;
}  // namespace

struct plain_user {
    std::int64_t id;
    std::string name;
    std::optional<std::int32_t> age;
};

struct one_column {
    std::int32_t id;
};

struct described_base {
    std::int64_t id = 0;
};
BOOST_DESCRIBE_STRUCT(described_base, (), (id))

struct described_user : described_base {
    std::optional<std::int32_t> age;
    std::string name;
};
BOOST_DESCRIBE_STRUCT(described_user, (described_base), (name, age))

namespace {

const column_list person_columns{
    {"id", type_kind::bigint}, {"name", type_kind::text}, {"age", type_kind::int_}};

TEST(plain_struct, takes_columns_by_position)
{
    const page p = page_builder{person_columns}.row(1, "Ada", 36).row(2, "Alan", null).build();
    std::vector<plain_user> users;
    for (plain_user u : p.as<plain_user>())
        users.push_back(std::move(u));
    ASSERT_EQ(users.size(), 2U);
    EXPECT_EQ(users[0].id, 1);
    EXPECT_EQ(users[0].name, "Ada");
    EXPECT_EQ(users[0].age, 36);
    EXPECT_EQ(users[1].age, std::nullopt);
    EXPECT_EQ((*p.begin()).as<plain_user>().name, "Ada");
}

TEST(plain_struct, binds_structurally)
{
    const page p = page_builder{person_columns}.row(1, "Ada", 36).build();
    for (const auto& [id, name, age] : p.as<plain_user>()) {
        EXPECT_EQ(id, 1);
        EXPECT_EQ(name, "Ada");
        EXPECT_EQ(age, 36);
    }
}

TEST(plain_struct, ignores_the_names_of_columns)
{
    const page p = page_builder{{{"a", type_kind::bigint}, {"b", type_kind::text}, {"c", type_kind::int_}}}
                       .row(1, "x", 2)
                       .build();
    EXPECT_EQ((*p.begin()).as<plain_user>().age, 2);
}

TEST(plain_struct, may_have_one_member)
{
    const page p = page_builder{{{"id", type_kind::int_}}}.row(7).build();
    EXPECT_EQ((*p.begin()).as<one_column>().id, 7);
}

TEST(plain_struct, of_another_size_is_an_error_that_names_both)
{
    const page p = page_builder{{{"id", type_kind::bigint}, {"name", type_kind::text}}}.row(1, "Ada").build();
    EXPECT_EQ(
        query_error_text([&] { (void)p.as<plain_user>(); }),
        "struct async_cassandra::plain_user has 3 members, but the row has 2 columns (id, name)"
    );
}

TEST(plain_struct, of_another_type_names_the_column)
{
    const page p =
        page_builder{{{"id", type_kind::bigint}, {"name", type_kind::text}, {"age", type_kind::text}}}
            .row(1, "Ada", "old")
            .build();
    EXPECT_EQ(
        query_error_text([&] { (void)p.as<plain_user>(); }),
        "column 'age' (position 2): CQL type text cannot be read as std::optional<std::int32_t>; legal: "
        "std::string, std::string_view"
    );
}

TEST(described_struct, takes_columns_by_name_in_any_order)
{
    const page p =
        page_builder{{{"age", type_kind::int_}, {"id", type_kind::bigint}, {"name", type_kind::text}}}
            .row(36, 1, "Ada")
            .row(null, 2, "Alan")
            .build();
    std::vector<described_user> users;
    for (auto u : p.as<described_user>())
        users.push_back(std::move(u));
    ASSERT_EQ(users.size(), 2U);
    EXPECT_EQ(users[0].id, 1);
    EXPECT_EQ(users[0].name, "Ada");
    EXPECT_EQ(users[0].age, 36);
    EXPECT_EQ(users[1].id, 2);
    EXPECT_EQ(users[1].name, "Alan");
    EXPECT_EQ(users[1].age, std::nullopt);
    EXPECT_EQ((*p.begin()).as<described_user>().name, "Ada");
}

TEST(described_struct, of_another_count_is_an_error_that_names_both)
{
    const page p = page_builder{{{"id", type_kind::bigint}, {"name", type_kind::text}}}.row(1, "Ada").build();
    EXPECT_EQ(
        query_error_text([&] { (void)p.as<described_user>(); }),
        "struct async_cassandra::described_user has 3 members (id, name, age), but the row has 2 columns "
        "(id, "
        "name)"
    );
}

TEST(described_struct, with_another_name_is_an_error_that_names_both)
{
    const page p =
        page_builder{{{"id", type_kind::bigint}, {"name", type_kind::text}, {"years", type_kind::int_}}}
            .row(1, "Ada", 36)
            .build();
    EXPECT_EQ(
        query_error_text([&] { (void)p.as<described_user>(); }),
        "struct async_cassandra::described_user has 3 members (id, name, age): no column 'age', the row has "
        "3 "
        "columns (id, name, years)"
    );
}

TEST(described_struct, of_another_type_names_the_column_where_it_stands)
{
    const page p =
        page_builder{{{"age", type_kind::int_}, {"id", type_kind::text}, {"name", type_kind::text}}}
            .row(36, "1", "Ada")
            .build();
    EXPECT_EQ(
        query_error_text([&] { (void)p.as<described_user>(); }),
        "column 'id' (position 1): CQL type text cannot be read as std::int64_t; legal: std::string, "
        "std::string_view"
    );
}

TEST(described_struct, refuses_pages_whose_columns_moved)
{
    result_set r{page_builder{person_columns}.row(1, "Ada", 36).build()};
    r.append(page_builder{{{"name", type_kind::text}, {"id", type_kind::bigint}, {"age", type_kind::int_}}}
                 .row("Alan", 2, 41)
                 .build());
    EXPECT_EQ(
        query_error_text([&] { (void)r.as<described_user>(); }),
        "struct async_cassandra::described_user: the columns changed between two pages of the result (now "
        "name, "
        "id, age); read page by page"
    );
}

TEST(described_struct, goes_over_pages_with_equal_columns)
{
    result_set r{page_builder{person_columns}.row(1, "Ada", 36).build()};
    r.append(page_builder{person_columns}.row(2, "Alan", 41).build());
    std::int64_t sum = 0;
    for (const auto& u : r.as<described_user>())
        sum += u.id;
    EXPECT_EQ(sum, 3);
}

}  // namespace
}  // namespace async_cassandra
