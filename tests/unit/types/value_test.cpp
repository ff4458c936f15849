// SPDX-License-Identifier: Apache-2.0
#include <async_cassandra/types/value.hpp>

#include "unit/types/page_builder.hpp"
#include "unit/types/query_error_text.hpp"

namespace async_cassandra {
namespace {

using test::page_builder;
using test::query_error_text;

const data_type address =
    data_type::udt_of("shop", "address", {"street", "zip"}, {type_kind::text, type_kind::int_});

/// Bound to a column of the type and read again.
value through(const data_type& type, const value& content)
{
    const page p = page_builder{{{"v", type}}}.row(content).build();
    return (*p.begin()).get<value>(0);
}

std::string refused(const data_type& type, const value& content)
{
    detail::bound_values out;
    const auto markers = test::make_columns({{"v", type}});
    detail::bind_all(out, *markers, content);
    return out.error();
}

TEST(value, holds_the_alternative_of_its_column)
{
    EXPECT_EQ(through(type_kind::int_, std::int32_t{7}).get<std::int32_t>(), 7);
    EXPECT_EQ(through(type_kind::bigint, std::int32_t{7}).get<std::int64_t>(), 7);
    EXPECT_EQ(through(type_kind::varint, std::int32_t{7}).get<varint>(), varint{7});
    EXPECT_EQ(through(type_kind::text, "Ada").get<std::string>(), "Ada");
    EXPECT_EQ(through(data_type::custom_of("x.Y"), blob(3)).get<blob>(), blob(3));
    EXPECT_EQ(through(type_kind::date, date{}).get<date>(), date{});
    EXPECT_EQ(through(type_kind::int_, std::int32_t{7}).get_if<std::string>(), nullptr);
    EXPECT_THROW((void)value{true}.get<std::string>(), std::bad_variant_access);
}

TEST(value, tells_null_from_empty)
{
    EXPECT_TRUE(through(type_kind::int_, {}).is_null());
    EXPECT_EQ(through(type_kind::int_, empty_t{}), value{empty_t{}});
    EXPECT_EQ(through(type_kind::text, empty_t{}), value{""});
    EXPECT_NE(value{}, value{empty_t{}});
    EXPECT_EQ(value{}, value{null});
    EXPECT_NE(
        refused(data_type::list_of(type_kind::int_), empty_t{})
            .find("an empty value cannot be bound to CQL type list<int>"),
        std::string::npos
    );
}

TEST(value, holds_what_is_made_of_others)
{
    const value one{std::int32_t{1}};
    const value list{list_value{{one, std::int32_t{2}}}};
    EXPECT_EQ(through(data_type::list_of(type_kind::int_), list), list);
    EXPECT_EQ(through(data_type::set_of(type_kind::int_), list), list);
    EXPECT_EQ(through(data_type::vector_of(type_kind::int_, 2), list), list);
    const value map{map_value{{{"a", list}, {"b", list_value{}}}}};
    EXPECT_EQ(through(data_type::map_of(type_kind::text, data_type::list_of(type_kind::int_)), map), map);
    const value tuple{tuple_value{{one, value{}}}};
    EXPECT_EQ(through(data_type::tuple_of({type_kind::int_, type_kind::text}), tuple), tuple);
    EXPECT_EQ(through(data_type::tuple_of({type_kind::int_, type_kind::text}), tuple_value{{one}}), tuple);
    const value udt{udt_value{{{"street", "X"}, {"zip", value{}}}}};
    EXPECT_EQ(through(address, udt), udt);
    EXPECT_EQ(through(address, udt_value{{{"zip", value{}}, {"street", "X"}}}), udt);
    EXPECT_EQ(through(address, udt_value{{{"street", "X"}}}), udt);
}

TEST(value, is_visited)
{
    const auto is_text = [](const auto& content) {
        return std::is_same_v<std::remove_cvref_t<decltype(content)>, std::string>;
    };
    EXPECT_TRUE(value{"x"}.visit(is_text));
    EXPECT_FALSE(value{1.5}.visit(is_text));
}

TEST(value, says_what_it_cannot_be_bound_to)
{
    const auto expect = [](const std::string& text, const char* part) {
        EXPECT_NE(text.find(part), std::string::npos) << text;
    };
    expect(refused(type_kind::int_, "x"), "std::string");
    expect(refused(type_kind::tinyint, std::int32_t{300}), "300 does not fit CQL type tinyint");
    expect(refused(type_kind::int_, list_value{}), "a list cannot be bound to CQL type int");
    expect(refused(type_kind::text, map_value{}), "a map cannot be bound to CQL type text");
    expect(refused(address, tuple_value{}), "a tuple cannot be bound to CQL type shop.address");
    expect(refused(type_kind::text, udt_value{}), "a user-defined value cannot be bound to CQL type text");
    expect(
        refused(address, udt_value{{{"stret", "X"}}}),
        "a field stret cannot be bound to CQL type shop.address"
    );
    expect(refused(data_type::list_of(type_kind::int_), list_value{{value{}}}), "null");
    expect(
        refused(data_type::vector_of(type_kind::int_, 2), list_value{{std::int32_t{1}}}), "vector<int, 2>"
    );
    expect(
        refused(data_type::tuple_of({type_kind::int_}), tuple_value{{value{}, value{}}}),
        "a tuple of 2 fields cannot be bound to CQL type tuple<int>"
    );
}

TEST(value, nests_at_most_32_deep)
{
    data_type type = type_kind::int_;
    value content{std::int32_t{1}};
    for (int i = 0; i < 32; ++i) {
        type = data_type::list_of(type);
        content = list_value{{content}};
    }
    EXPECT_EQ(through(type, content), content);
    const std::string text = refused(data_type::list_of(type), list_value{{content}});
    EXPECT_NE(text.find("nest at most 32 deep"), std::string::npos) << text;
}

TEST(value, refuses_bytes_that_are_no_value_of_the_type)
{
    const auto decode = [](const data_type& type, std::initializer_list<int> bytes) {
        const auto raw = test::bytes_of(bytes);
        (void)codec<value>::decode(type, raw);
    };
    EXPECT_THROW(decode(type_kind::int_, {1}), value_error);
    EXPECT_THROW(decode(data_type::list_of(type_kind::int_), {0, 0, 0, 1, 0, 0, 0, 9}), value_error);
    EXPECT_THROW(decode(data_type::vector_of(type_kind::text, 2), {1, 'a', 9}), value_error);
    EXPECT_THROW(decode(address, {0, 0, 0, 9, 1}), value_error);
}

}  // namespace
}  // namespace async_cassandra
