// SPDX-License-Identifier: Apache-2.0
#include "types/cql_type.hpp"

#include <gmock/gmock.h>

#include <map>

namespace async_cassandra::types {
namespace {

using ::testing::HasSubstr;

std::optional<nested_type> find_shop_type(std::string_view name)
{
    static const std::map<std::string, data_type, std::less<>> known{
        {"address", data_type::udt_of("shop", "address", {"zip"}, {type_kind::int_})},
        {"My \"Type\"", data_type::udt_of("shop", "My \"Type\"", {"a"}, {type_kind::text})},
    };
    const auto found = known.find(name);
    if (found == known.end())
        return std::nullopt;
    return nested_type{found->second, 2};
}

data_type parse(std::string_view text, int height = 1)
{
    const find_user_type find = find_shop_type;
    cql_type_parser parser{text, find};
    const auto made = parser.parse();
    EXPECT_EQ(parser.rule(), nullptr) << text << ": " << parser.rule();
    if (!made)
        return type_kind::custom;
    EXPECT_EQ(made->height, height) << text;
    return made->type;
}

std::string refusal(std::string_view text)
{
    const find_user_type find = find_shop_type;
    cql_type_parser parser{text, find};
    EXPECT_FALSE(parser.parse().has_value()) << text;
    return parser.rule() == nullptr ? "" : parser.rule();
}

TEST(cql_type, of_every_scalar)
{
    for (const type_kind kind :
         {type_kind::ascii,   type_kind::bigint,    type_kind::blob,    type_kind::boolean,
          type_kind::counter, type_kind::decimal,   type_kind::double_, type_kind::float_,
          type_kind::int_,    type_kind::timestamp, type_kind::uuid,    type_kind::text,
          type_kind::varint,  type_kind::timeuuid,  type_kind::inet,    type_kind::date,
          type_kind::time,    type_kind::smallint,  type_kind::tinyint, type_kind::duration})
        EXPECT_EQ(parse(data_type{kind}.to_string()), data_type{kind});
    EXPECT_EQ(parse("varchar"), data_type{type_kind::text});
    EXPECT_EQ(parse(" INT\t"), data_type{type_kind::int_});
}

TEST(cql_type, of_collections_sees_through_frozen)
{
    const auto list = data_type::list_of(type_kind::int_);
    EXPECT_EQ(parse("list<int>", 2), list);
    EXPECT_EQ(parse("frozen<list<int>>", 2), list);
    EXPECT_EQ(parse("set<frozen<list<int>>>", 3), data_type::set_of(list));
    EXPECT_EQ(
        parse("frozen<map<text, tuple<int, address>>>", 4),
        data_type::map_of(
            type_kind::text, data_type::tuple_of({type_kind::int_, find_shop_type("address")->type})
        )
    );
    EXPECT_EQ(parse("vector<float, 3>", 2), data_type::vector_of(type_kind::float_, 3));
    EXPECT_EQ(parse("map < text ,\nint >", 2), data_type::map_of(type_kind::text, type_kind::int_));
}

TEST(cql_type, of_users_are_found_by_name)
{
    EXPECT_EQ(parse("address", 2), find_shop_type("address")->type);
    EXPECT_EQ(parse("ADDRESS", 2), find_shop_type("address")->type) << "lower case without quotes";
    EXPECT_EQ(parse("frozen<\"My \"\"Type\"\"\">", 2), find_shop_type("My \"Type\"")->type);
    EXPECT_THAT(refusal("\"Address\""), HasSubstr("no such type"));
    EXPECT_THAT(refusal("list<other>"), HasSubstr("no such type"));
}

TEST(cql_type, of_a_class_is_read_as_on_the_wire)
{
    EXPECT_EQ(parse("'org.example.Odd(a,b)'"), data_type::custom_of("org.example.Odd(a,b)"));
    EXPECT_EQ(parse("'org.apache.cassandra.db.marshal.Int32Type'"), data_type{type_kind::int_});
    EXPECT_EQ(
        parse(
            "list<'org.apache.cassandra.db.marshal.ListType(org.apache.cassandra.db.marshal.UTF8Type)'>", 3
        ),
        data_type::list_of(data_type::list_of(type_kind::text))
    );
    EXPECT_EQ(parse("empty"), data_type::custom_of("org.apache.cassandra.db.marshal.EmptyType"));
}

TEST(cql_type, that_is_none_is_refused)
{
    for (const char* text :
         {"",
          " ",
          "int int",
          "int,",
          "list",
          "list<",
          "list<int",
          "list<int>>",
          "list<int,int>",
          "map<int>",
          "map<int,int,int>",
          "tuple<>",
          "tuple<int,>",
          "frozen<>",
          "vector<float>",
          "int<int>",
          "address<int>",
          "\"",
          "\"address",
          "''",
          "'org.example.Odd",
          "'",
          "<int>",
          "a-b",
          "shop.address",
          "list<int>\"\""})
        EXPECT_NE(refusal(text), "") << text;
    for (const char* text :
         {"vector<float, 0>",
          "vector<float, x>",
          "vector<float, -1>",
          "vector<float, 4294967297>",
          "vector<float, 2147483648>",
          "vector<uuid, 2147483647>",
          "vector<float, >"})
        EXPECT_THAT(refusal(text), HasSubstr("impossible dimension")) << text;
}

std::string nested(const std::string& what, int times, const std::string& innermost)
{
    std::string text = innermost;
    for (int i = 0; i < times; ++i)
        text = what + "<" + text + ">";
    return text;
}

TEST(cql_type, nests_32_deep_and_no_deeper)
{
    EXPECT_EQ(parse(nested("list", 31, "int"), 32).kind(), type_kind::list);
    EXPECT_THAT(refusal(nested("list", 32, "int")), HasSubstr("too deeply"));
    EXPECT_EQ(parse(nested("list", 30, "address"), 32).kind(), type_kind::list);
    EXPECT_THAT(refusal(nested("list", 31, "address")), HasSubstr("too deeply"))
        << "its fields are a step deeper";
    EXPECT_THAT(refusal(nested("frozen", 2000, "int")), HasSubstr("too deeply"));
    EXPECT_THAT(refusal(std::string(100'000, '<')), HasSubstr("malformed"));
    const std::string package = "org.apache.cassandra.db.marshal.";
    EXPECT_THAT(
        refusal(nested("list", 31, "'" + package + "ListType(" + package + "Int32Type)'")),
        HasSubstr("too deeply")
    );
}

}  // namespace
}  // namespace async_cassandra::types
