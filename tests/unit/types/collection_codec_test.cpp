// SPDX-License-Identifier: Apache-2.0
#include <async_cassandra/types/collection_codec.hpp>

#include "unit/types/page_builder.hpp"
#include "unit/types/query_error_text.hpp"

#include <deque>
#include <list>
#include <map>
#include <set>
#include <unordered_map>
#include <unordered_set>

namespace async_cassandra {
namespace {

using test::page_builder;
using test::query_error_text;
using test::raw;

const data_type ints = data_type::list_of(type_kind::int_);
const data_type names = data_type::set_of(type_kind::text);
const data_type ages = data_type::map_of(type_kind::text, type_kind::int_);

template <class T>
T read(const data_type& type, const auto& cell)
{
    const page p = page_builder{{{"v", type}}}.row(cell).build();
    return (*p.begin()).template get<T>(0);
}

template <class T>
void expect_round_trip(const data_type& type, const T& value)
{
    EXPECT_EQ(read<T>(type, value), value);
}

template <class T>
std::string bind_error(const data_type& type, const T& value)
{
    const columns markers{{{"", "", "v", type}}};
    detail::bound_values values;
    detail::bind_all(values, markers, value);
    return values.error();
}

TEST(collections, go_through_any_standard_container)
{
    expect_round_trip(ints, std::vector<int>{1, 2, 3});
    expect_round_trip(ints, std::deque<std::int64_t>{-1, 1});
    expect_round_trip(ints, std::list<int>{});
    expect_round_trip(names, std::set<std::string>{"a", "b"});
    expect_round_trip(names, std::unordered_set<std::string>{"a", "b"});
    expect_round_trip(names, std::vector<std::string>{"b", "a"});
    expect_round_trip(ages, std::map<std::string, int>{{"ada", 36}, {"alan", 41}});
    expect_round_trip(ages, std::unordered_map<std::string, std::int64_t>{{"ada", 36}});
    expect_round_trip(data_type::list_of(type_kind::boolean), std::vector<bool>{true, false, true});
    expect_round_trip(data_type::set_of(type_kind::uuid), std::unordered_set<uuid>{uuid{}});
}

TEST(collections, are_bound_from_arrays_and_spans)
{
    const std::array<std::int64_t, 2> two{1, 2};
    EXPECT_EQ(read<std::vector<int>>(ints, two), (std::vector{1, 2}));
    EXPECT_EQ(read<std::vector<int>>(ints, std::span{two}), (std::vector{1, 2}));
    EXPECT_EQ(read<std::vector<int>>(ints, std::set<int>{2, 1}), (std::vector{1, 2}));
}

TEST(collections, nest)
{
    const data_type deep =
        data_type::map_of(type_kind::text, data_type::list_of(data_type::set_of(type_kind::int_)));
    expect_round_trip(
        deep, std::map<std::string, std::vector<std::set<int>>>{{"a", {{1, 2}, {}}}, {"b", {}}, {"", {{3}}}}
    );
    const data_type keyed = data_type::map_of(data_type::list_of(type_kind::int_), type_kind::blob);
    expect_round_trip(keyed, std::map<std::vector<int>, blob>{{{1, 2}, blob{std::byte{1}}}});
}

TEST(collections, of_views_see_the_page)
{
    const page p = page_builder{{{"v", names}}}.row(std::set<std::string>{"a", "bc"}).build();
    const auto views = (*p.begin()).get<std::vector<std::string_view>>(0);
    ASSERT_EQ(views.size(), 2U);
    EXPECT_EQ(views[1], "bc");
    const auto cell = *(*p.begin()).raw(0);
    EXPECT_GE(reinterpret_cast<const std::byte*>(views[1].data()), cell.data());
    EXPECT_LE(reinterpret_cast<const std::byte*>(views[1].data()) + 2, cell.data() + cell.size());
}

TEST(collections, null_elements_are_read_as_optional_only)
{
    const auto with_null = raw({0, 0, 0, 2, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 4, 0, 0, 0, 7});
    EXPECT_EQ(
        read<std::vector<std::optional<int>>>(ints, with_null),
        (std::vector<std::optional<int>>{std::nullopt, 7})
    );
    EXPECT_EQ(
        query_error_text([&] { (void)read<std::vector<int>>(ints, with_null); }),
        "column 'v' (position 0): null inside list<int> cannot be read as std::int32_t; use "
        "std::optional<std::int32_t> for its elements"
    );
}

TEST(collections, null_elements_cannot_be_bound)
{
    EXPECT_EQ(
        bind_error(ints, std::vector<std::optional<int>>{1, std::nullopt}),
        "marker 'v' (position 0): null inside list<int>: the server refuses null in collections"
    );
}

TEST(collections, null_as_a_whole_says_that_empty_collections_are_kept_as_null)
{
    EXPECT_EQ(read<std::optional<std::vector<int>>>(ints, null), std::nullopt);
    EXPECT_EQ(
        query_error_text([] { (void)read<std::vector<int>>(ints, null); }),
        "column 'v' (position 0): null cannot be read as std::vector<std::int32_t>; use "
        "std::optional<std::vector<std::int32_t>> (the server keeps an empty collection as null)"
    );
}

TEST(collections, wrong_types_name_the_container_and_the_legal_elements)
{
    EXPECT_EQ(
        query_error_text([] { (void)read<std::vector<std::string>>(ints, std::vector<int>{}); }),
        "column 'v' (position 0): CQL type list<int> cannot be read as std::vector<std::string>; legal: a "
        "sequence such as std::vector<T>, T with a legal type for int: std::int32_t, std::int64_t"
    );
    EXPECT_EQ(
        query_error_text([] { (void)read<std::set<int>>(ints, std::vector<int>{}); }),
        "column 'v' (position 0): CQL type list<int> cannot be read as std::set<std::int32_t>; legal: a "
        "sequence "
        "such as std::vector<T>, T with a legal type for int: std::int32_t, std::int64_t"
    );
    EXPECT_EQ(
        bind_error(ages, std::vector<int>{}),
        "marker 'v' (position 0): std::vector<std::int32_t> cannot be bound to CQL type map<text, int>; "
        "legal: a "
        "map such as std::map<K, V>, K with a legal type for text: std::string, std::string_view, const "
        "char*; V "
        "with a legal type for int: any integer whose value fits"
    );
    EXPECT_EQ(
        bind_error(names, std::map<int, int>{}),
        "marker 'v' (position 0): std::map<std::int32_t, std::int32_t> cannot be bound to CQL type "
        "set<text>; "
        "legal: a sequence or set such as std::vector<T> or std::set<T>, T with a legal type for text: "
        "std::string, std::string_view, const char*"
    );
}

TEST(collections, an_element_that_does_not_fit_is_named)
{
    EXPECT_EQ(
        bind_error(data_type::list_of(type_kind::tinyint), std::vector<int>{1, 300}),
        "marker 'v' (position 0): 300 does not fit CQL type tinyint (-128 to 127)"
    );
}

TEST(collections, malformed_bytes_are_refused_without_reading_beyond_them)
{
    const auto error = [](const raw_value& cell) {
        return query_error_text([&] { (void)read<std::optional<std::vector<int>>>(ints, cell); });
    };
    const std::string prefix = "column 'v' (position 0): malformed list<int>: ";
    EXPECT_EQ(error(raw({})), prefix + "the count is cut off");
    EXPECT_EQ(error(raw({0, 0, 1})), prefix + "the count is cut off");
    EXPECT_EQ(error(raw({0xff, 0xff, 0xff, 0xff})), prefix + "the count is negative");
    EXPECT_EQ(
        error(raw({0x7f, 0xff, 0xff, 0xff, 0, 0, 0, 0})),
        prefix + "it counts more elements than its bytes can hold"
    );
    EXPECT_EQ(
        error(raw({0, 0, 0, 1, 0, 0, 0, 5, 1, 2, 3, 4})),
        prefix + "an element is longer than the bytes that are left"
    );
    EXPECT_EQ(error(raw({0, 0, 0, 2, 0, 0, 0, 4, 0, 0, 0, 1, 0, 0})), prefix + "an element is cut off");
    EXPECT_EQ(
        error(raw({0, 0, 0, 1, 0, 0, 0, 4, 0, 0, 0, 1, 9})),
        prefix + "bytes are left over after its last element"
    );
    EXPECT_EQ(
        error(raw({0, 0, 0, 1, 0, 0, 0, 2, 0, 1})),
        "column 'v' (position 0): malformed value: CQL type int takes 4 bytes, these are 2"
    );
}

TEST(collections, malformed_maps_are_refused)
{
    EXPECT_EQ(
        query_error_text([] {
            (void)read<std::map<std::string, int>>(ages, raw({0, 0, 0, 1, 0, 0, 0, 0}));
        }),
        "column 'v' (position 0): malformed map<text, int>: it counts more elements than its bytes can hold"
    );
}

}  // namespace
}  // namespace async_cassandra
