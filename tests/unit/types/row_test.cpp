// SPDX-License-Identifier: Apache-2.0
#include <async_cassandra/row.hpp>

#include "unit/types/money.hpp"
#include "unit/types/page_builder.hpp"
#include "unit/types/query_error_text.hpp"

namespace async_cassandra {
namespace {

using test::money;
using test::page_builder;
using test::query_error_text;

page users()
{
    return page_builder{{{"id", type_kind::bigint}, {"name", type_kind::text}, {"age", type_kind::int_}}}
        .row(1, "Ada", 36)
        .row(2, "Alan", null)
        .build();
}

TEST(row, gives_values_by_position_and_by_name)
{
    const page p = users();
    const row first = *p.begin();
    EXPECT_EQ(first.size(), 3U);
    EXPECT_EQ(first.get<std::int64_t>(0), 1);
    EXPECT_EQ(first.get<std::string>(1), "Ada");
    EXPECT_EQ(first.get<std::int32_t>(2), 36);
    EXPECT_EQ(first.get<std::int64_t>("age"), 36);
    EXPECT_EQ(first.get<std::string_view>("name"), "Ada");
    EXPECT_EQ(first.columns().names(), "id, name, age");
}

TEST(row, tells_null_and_raw_bytes)
{
    const page p = users();
    const row second = *std::next(p.begin());
    EXPECT_FALSE(second.is_null(1));
    EXPECT_TRUE(second.is_null(2));
    EXPECT_TRUE(second.is_null("age"));
    EXPECT_EQ(second.raw(2), std::nullopt);
    ASSERT_TRUE(second.raw("name"));
    EXPECT_EQ(test::to_hex(*second.raw("name")), "416c616e");
    EXPECT_EQ(second.get<std::optional<int>>("age"), std::nullopt);
}

TEST(row, names_the_columns_when_one_is_not_there)
{
    const page p = users();
    const row first = *p.begin();
    EXPECT_EQ(
        query_error_text([&] { (void)first.get<int>(3); }),
        "no column at position 3: the row has 3 columns (id, name, age)"
    );
    EXPECT_EQ(
        query_error_text([&] { (void)first.get<int>("Age"); }),
        "no column 'Age': the row has 3 columns (id, name, age)"
    );
    EXPECT_EQ(
        query_error_text([&] { (void)first.is_null(9); }),
        "no column at position 9: the row has 3 columns (id, name, age)"
    );
    EXPECT_EQ(
        query_error_text([&] { (void)first.raw("x"); }),
        "no column 'x': the row has 3 columns (id, name, age)"
    );
}

TEST(row, names_the_column_it_cannot_read)
{
    const page p = users();
    EXPECT_EQ(
        query_error_text([&] { (void)(*p.begin()).get<std::string>("age"); }),
        "column 'age' (position 2): CQL type int cannot be read as std::string; legal: std::int32_t, "
        "std::int64_t"
    );
    EXPECT_EQ(
        query_error_text([&] { (void)(*std::next(p.begin())).get<int>("age"); }),
        "column 'age' (position 2): null cannot be read as std::int32_t; use std::optional<std::int32_t>"
    );
}

TEST(row, becomes_a_tuple)
{
    const page p = users();
    const auto [id, name, age] = (*p.begin()).as<std::int64_t, std::string_view, std::optional<int>>();
    EXPECT_EQ(id, 1);
    EXPECT_EQ(name, "Ada");
    EXPECT_EQ(age, 36);
}

TEST(row, becomes_a_tuple_of_exactly_its_columns)
{
    const page p = users();
    EXPECT_EQ(
        query_error_text([&] { (void)(*p.begin()).as<std::int64_t, std::string>(); }),
        "as<> names 2 types, but the row has 3 columns (id, name, age)"
    );
    EXPECT_EQ(
        query_error_text([&] { (void)(*p.begin()).as<std::int64_t>(); }),
        "as<> names 1 type, but the row has 3 columns (id, name, age)"
    );
}

TEST(row, reads_users_types_and_keeps_what_their_codec_threw)
{
    const page p = page_builder{{{"price", type_kind::bigint}}}
                       .row(5)
                       .row(money::unencodable)
                       .row(money::throws_int)
                       .build();
    auto it = p.begin();
    EXPECT_EQ((*it).get<money>(0), money{5});
    EXPECT_EQ(std::get<0>((*it).as<money>()), money{5});
    ++it;
    try {
        (void)(*it).get<money>("price");
        FAIL();
    } catch (const query_error& e) {
        EXPECT_EQ(e.details().what, "column 'price' (position 0): reading money failed: nobody has that");
        EXPECT_THROW(std::rethrow_exception(e.details().cause), std::domain_error);
    }
    ++it;
    try {
        (void)(*it).get<std::optional<money>>("price");
        FAIL();
    } catch (const query_error& e) {
        EXPECT_EQ(
            e.details().what,
            "column 'price' (position 0): reading std::optional<money> threw no std::exception"
        );
        EXPECT_THROW(std::rethrow_exception(e.details().cause), int);
    }
}

TEST(row, of_a_type_without_codec_names_it_as_the_compiler_does)
{
    const page p =
        page_builder{{{"v", data_type::list_of(type_kind::bigint)}}}.row(std::vector<int>{1}).build();
    EXPECT_EQ((*p.begin()).get<std::vector<money>>(0), std::vector<money>{money{1}});
}

}  // namespace
}  // namespace async_cassandra
