// SPDX-License-Identifier: Apache-2.0
#include <async_cassandra/result_set.hpp>

#include "unit/types/page_builder.hpp"
#include "unit/types/query_error_text.hpp"

#include <algorithm>
#include <ranges>

namespace async_cassandra {
namespace {

using test::column_list;
using test::page_builder;
using test::query_error_text;

const column_list user_columns{{"id", type_kind::int_}, {"name", type_kind::text}};

static_assert(std::forward_iterator<row_iterator>);
static_assert(std::ranges::forward_range<const page>);
static_assert(std::ranges::forward_range<const result_set>);
static_assert(std::ranges::common_range<const result_set>);
static_assert(std::is_nothrow_move_constructible_v<result_set>);
static_assert(std::is_nothrow_move_assignable_v<result_set>);
static_assert(!std::is_copy_constructible_v<result_set>);

template <class Range>
concept as_works_on = requires(Range&& r) { std::forward<Range>(r).template as<int, std::string>(); };
static_assert(as_works_on<const page&> && as_works_on<result_set&>);
static_assert(!as_works_on<page> && !as_works_on<result_set>, "a range-for over a temporary would dangle");

template <class Result>
concept one_works_on = requires(Result&& r) { std::forward<Result>(r).one(); };
static_assert(one_works_on<const result_set&> && !one_works_on<result_set>);

page numbered(const std::shared_ptr<const columns>& list, int first, int count)
{
    page_builder builder{list};
    for (int i = first; i < first + count; ++i)
        builder.row(i, "user " + std::to_string(i));
    return builder.build();
}

std::vector<int> ids_of(const result_set& r)
{
    std::vector<int> ids;
    for (const row row : r)
        ids.push_back(row.get<int>("id"));
    return ids;
}

std::vector<int> typed_ids_of(const result_set& r)
{
    std::vector<int> ids;
    for (auto [id, name] : r.as<int, std::string_view>()) {
        EXPECT_EQ(name, "user " + std::to_string(id));
        ids.push_back(id);
    }
    return ids;
}

std::vector<int> iota(int count)
{
    std::vector<int> all;
    for (int i = 0; i < count; ++i)
        all.push_back(i);
    return all;
}

TEST(page, iterates_its_rows)
{
    const page p = numbered(test::make_columns(user_columns), 0, 3);
    EXPECT_EQ(p.size(), 3U);
    EXPECT_FALSE(p.empty());
    EXPECT_EQ(std::distance(p.begin(), p.end()), 3);
    EXPECT_EQ(p.columns().names(), "id, name");
    EXPECT_GT(p.byte_size(), 0U);
}

TEST(page, knows_whether_more_follow_and_where)
{
    const page p = page_builder{user_columns}.more("state").row(1, "a").warning("slow").build();
    EXPECT_TRUE(p.has_more_pages());
    const paging_state state = p.paging_state();
    EXPECT_EQ(test::to_hex(state.bytes()), "7374617465");
    EXPECT_EQ(paging_state{state.bytes()}, state);
    EXPECT_EQ(p.warnings(), std::vector<std::string>{"slow"});
    EXPECT_EQ((*p.begin()).get<int>(0), 1);

    const page last = page_builder{user_columns}.row(1, "a").build();
    EXPECT_FALSE(last.has_more_pages());
    EXPECT_TRUE(last.paging_state().empty());
    EXPECT_TRUE(last.warnings().empty());
}

TEST(page, without_rows_still_has_columns)
{
    const page p = page_builder{user_columns}.more("x").build();
    EXPECT_TRUE(p.empty());
    EXPECT_TRUE(p.begin() == p.end());
    EXPECT_EQ(p.columns().size(), 2U);
    EXPECT_TRUE(p.has_more_pages());
    for ([[maybe_unused]] const auto& row : p.as<int, std::string>())
        FAIL();
}

TEST(page, default_made_has_nothing)
{
    const page p;
    EXPECT_TRUE(p.empty());
    EXPECT_TRUE(p.begin() == p.end());
    EXPECT_EQ(p.columns().size(), 0U);
    EXPECT_EQ(p.byte_size(), 0U);
    EXPECT_TRUE(p.paging_state().empty());
}

TEST(result_set, is_void_when_default_made)
{
    const result_set r;
    EXPECT_EQ(r.kind(), result_kind::void_);
    EXPECT_TRUE(r.empty());
    EXPECT_TRUE(r.begin() == r.end());
    EXPECT_EQ(r.one(), std::nullopt);
    EXPECT_EQ(r.page_count(), 0U);
    EXPECT_TRUE(r.warnings().empty());
    EXPECT_EQ(r.keyspace(), "");
    EXPECT_EQ(r.change(), nullptr);
    EXPECT_EQ(
        query_error_text([&] { (void)r.as<int, int>(); }), "as<> names 2 types, but the row has 0 columns"
    );
}

TEST(result_set, walks_one_page)
{
    const result_set r{numbered(test::make_columns(user_columns), 0, 4)};
    EXPECT_EQ(r.kind(), result_kind::rows);
    EXPECT_EQ(r.size(), 4U);
    EXPECT_EQ(r.page_count(), 1U);
    EXPECT_EQ(ids_of(r), iota(4));
    EXPECT_EQ(typed_ids_of(r), iota(4));
    ASSERT_TRUE(r.one());
    EXPECT_EQ(r.one()->get<int>(0), 0);
}

TEST(result_set, walks_several_pages_in_order_with_empty_ones_anywhere)
{
    const auto list = test::make_columns(user_columns);
    for (const std::vector<int>& sizes : std::vector<std::vector<int>>{
             {2, 3}, {0, 3}, {3, 0}, {0, 0, 2, 0, 0, 1, 0}, {1, 1, 1, 1}, {0, 0}, {1, 0, 0}}) {
        result_set r;
        int first = 0;
        for (std::size_t i = 0; i < sizes.size(); ++i) {
            page p = numbered(list, first, sizes[i]);
            first += sizes[i];
            if (i == 0)
                r = result_set{std::move(p)};
            else
                r.append(std::move(p));
        }
        EXPECT_EQ(r.size(), static_cast<std::size_t>(first));
        EXPECT_EQ(r.empty(), first == 0);
        EXPECT_EQ(r.page_count(), sizes.size());
        EXPECT_EQ(ids_of(r), iota(first));
        EXPECT_EQ(typed_ids_of(r), iota(first));
        EXPECT_EQ(r.one().has_value(), first > 0);
        EXPECT_EQ(std::distance(r.begin(), r.end()), first);
    }
}

TEST(result_set, rows_outlive_moves_of_the_result)
{
    const auto list = test::make_columns(user_columns);
    result_set r{numbered(list, 0, 1)};
    const row first = *r.begin();
    r.append(numbered(list, 1, 1));
    const row second = *std::next(r.begin());
    r.append(numbered(list, 2, 1));
    const result_set moved{std::move(r)};
    EXPECT_EQ(first.get<std::string_view>(1), "user 0");
    EXPECT_EQ(second.get<std::string_view>(1), "user 1");
    EXPECT_EQ(ids_of(moved), iota(3));
}

TEST(result_set, keeps_its_columns_when_nobody_else_does)
{
    auto list = test::make_columns(user_columns);
    const result_set r{numbered(list, 0, 2)};
    list.reset();
    EXPECT_EQ(typed_ids_of(r), iota(2));
}

TEST(result_set, checks_types_before_the_first_row_is_decoded)
{
    const result_set empty{page_builder{user_columns}.build()};
    EXPECT_EQ(
        query_error_text([&] { (void)empty.as<int, int>(); }),
        "column 'name' (position 1): CQL type text cannot be read as std::int32_t; legal: std::string, "
        "std::string_view"
    );
}

TEST(result_set, checks_every_page_whose_columns_differ)
{
    result_set r{page_builder{user_columns}.row(1, "a").build()};
    r.append(page_builder{{{"id", type_kind::int_}, {"name", type_kind::blob}}}.row(2, blob{}).build());
    EXPECT_EQ(
        query_error_text([&] { (void)r.as<int, std::string>(); }),
        "column 'name' (position 1): CQL type blob cannot be read as std::string; legal: "
        "std::vector<std::byte>, std::span<const std::byte>"
    );
    const row second = *std::next(r.begin());
    EXPECT_EQ(second.get<blob>("name"), blob{});

    result_set wider{page_builder{user_columns}.row(1, "a").build()};
    wider.append(page_builder{{{"id", type_kind::bigint}, {"name", type_kind::text}}}.row(2, "b").build());
    std::int64_t sum = 0;
    for (auto [id, name] : wider.as<std::int64_t, std::string_view>())
        sum += id;
    EXPECT_EQ(sum, 3);
}

TEST(result_set, can_be_walked_without_decoding)
{
    const result_set r{numbered(test::make_columns(user_columns), 0, 5)};
    const auto rows = r.as<int, std::string_view>();
    auto it = rows.begin();
    ++it;
    it++;
    EXPECT_EQ(std::get<0>(*it), 2);
    EXPECT_EQ(std::get<0>(*it), 2);
    ++it;
    EXPECT_EQ(std::get<0>(*it), 3);
    EXPECT_EQ(std::ranges::distance(rows), 5);
}

TEST(result_set, works_with_ranges)
{
    const result_set r{numbered(test::make_columns(user_columns), 0, 5)};
    const auto even = std::ranges::count_if(r, [](const row& row) { return row.get<int>(0) % 2 == 0; });
    EXPECT_EQ(even, 3);
    std::vector<std::string> names;
    for (const std::string_view name : r | std::views::drop(3) | std::views::transform([](row row) {
                                           return row.get<std::string_view>(1);
                                       }))
        names.emplace_back(name);
    EXPECT_EQ(names, (std::vector<std::string>{"user 3", "user 4"}));
}

TEST(result_set, null_in_a_typed_row_names_the_column)
{
    const result_set r{page_builder{user_columns}.row(1, "a").row(2, null).build()};
    const auto rows = r.as<int, std::string>();
    auto it = rows.begin();
    EXPECT_EQ(std::get<1>(*it), "a");
    ++it;
    EXPECT_EQ(
        query_error_text([&] { (void)*it; }),
        "column 'name' (position 1): null cannot be read as std::string; use std::optional<std::string>"
    );
    ++it;
    EXPECT_TRUE(it == rows.end());
}

TEST(result_set, reads_more_columns_than_fit_in_registers)
{
    const page p =
        page_builder{{{"a", type_kind::tinyint},
                      {"b", type_kind::smallint},
                      {"c", type_kind::int_},
                      {"d", type_kind::bigint},
                      {"e", type_kind::boolean},
                      {"f", type_kind::float_},
                      {"g", type_kind::double_},
                      {"h", type_kind::uuid},
                      {"i", type_kind::inet},
                      {"j", type_kind::timestamp},
                      {"k", data_type::set_of(type_kind::text)}}}
            .row(1, 2, 3, 4, true, 5.0F, 6.0, uuid{}, inet{}, timestamp{}, std::vector<std::string>{"x"})
            .build();
    int rows = 0;
    for (const auto& row : p
                               .as<std::int64_t,
                                   std::int64_t,
                                   std::int64_t,
                                   std::int64_t,
                                   bool,
                                   double,
                                   double,
                                   uuid,
                                   inet,
                                   timestamp,
                                   std::vector<std::string>>()) {
        EXPECT_EQ(std::get<0>(row), 1);
        EXPECT_EQ(std::get<1>(row), 2);
        EXPECT_EQ(std::get<2>(row), 3);
        EXPECT_EQ(std::get<3>(row), 4);
        EXPECT_EQ(std::get<5>(row), 5.0);
        EXPECT_EQ(std::get<10>(row), std::vector<std::string>{"x"});
        ++rows;
    }
    EXPECT_EQ(rows, 1);
}

TEST(result_set, adds_up_its_pages)
{
    const auto list = test::make_columns(user_columns);
    page first = page_builder{list}.row(1, "a").warning("one").more("s1").build();
    page second = page_builder{list}.row(2, "b").warning("two").more("s2").build();
    const std::size_t bytes = first.byte_size() + second.byte_size();
    result_set r{std::move(first)};
    EXPECT_EQ(test::to_hex(r.paging_state().bytes()), "7331");
    r.append(std::move(second));
    EXPECT_EQ(r.byte_size(), bytes);
    EXPECT_EQ(r.warnings(), (std::vector<std::string>{"one", "two"}));
    EXPECT_TRUE(r.has_more_pages());
    EXPECT_EQ(test::to_hex(r.paging_state().bytes()), "7332");
}

TEST(result_set, tells_the_keyspace_and_the_schema_change)
{
    const result_set used{
        detail::other_result{result_kind::set_keyspace, "shop", std::nullopt, {{"w"}, std::nullopt, {}}}};
    EXPECT_EQ(used.kind(), result_kind::set_keyspace);
    EXPECT_EQ(used.keyspace(), "shop");
    EXPECT_EQ(used.warnings(), std::vector<std::string>{"w"});
    EXPECT_TRUE(used.empty());

    const result_set created{detail::other_result{
        result_kind::schema_change, "", schema_change{"CREATED", "TABLE", "shop", "users", {}}, {}}};
    EXPECT_EQ(created.kind(), result_kind::schema_change);
    ASSERT_NE(created.change(), nullptr);
    EXPECT_EQ(created.change()->name, "users");
}

}  // namespace
}  // namespace async_cassandra
