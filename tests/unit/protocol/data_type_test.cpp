// SPDX-License-Identifier: Apache-2.0
#include <async_cassandra/types/data_type.hpp>

#include <gtest/gtest.h>

namespace async_cassandra {
namespace {

data_type address()
{
    return data_type::udt_of("shop", "address", {"street", "zip"}, {type_kind::text, type_kind::int_});
}

TEST(data_type, is_written_as_cql_writes_it)
{
    EXPECT_EQ(data_type{}.to_string(), "int");
    EXPECT_EQ(data_type{type_kind::double_}.to_string(), "double");
    EXPECT_EQ(
        data_type::map_of(type_kind::text, data_type::list_of(type_kind::int_)).to_string(),
        "map<text, list<int>>"
    );
    EXPECT_EQ(data_type::set_of(type_kind::uuid).to_string(), "set<uuid>");
    EXPECT_EQ(
        data_type::tuple_of({type_kind::int_, data_type::tuple_of({type_kind::text})}).to_string(),
        "tuple<int, tuple<text>>"
    );
    EXPECT_EQ(address().to_string(), "shop.address");
    EXPECT_EQ(data_type::udt_of("Shop", "a\"b", {}, {}).to_string(), "\"Shop\".\"a\"\"b\"");
    EXPECT_EQ(data_type::custom_of("org.example.Type").to_string(), "'org.example.Type'");
}

TEST(data_type, tells_its_parts)
{
    const data_type type = address();
    EXPECT_EQ(type.kind(), type_kind::udt);
    EXPECT_EQ(type.keyspace(), "shop");
    EXPECT_EQ(type.name(), "address");
    ASSERT_EQ(type.elements().size(), 2U);
    EXPECT_EQ(type.elements()[1], data_type{type_kind::int_});
    EXPECT_EQ(type.field_names()[0], "street");
    EXPECT_TRUE(data_type{}.elements().empty());
    EXPECT_TRUE(data_type{}.name().empty());
}

TEST(data_type, is_equal_when_kind_and_parts_are)
{
    EXPECT_EQ(address(), address());
    EXPECT_NE(
        address(), data_type::udt_of("shop", "address", {"street", "zip"}, {type_kind::text, type_kind::text})
    );
    EXPECT_NE(
        address(), data_type::udt_of("shop", "address", {"street", "zap"}, {type_kind::text, type_kind::int_})
    );
    EXPECT_NE(data_type::list_of(type_kind::int_), data_type::set_of(type_kind::int_));
    EXPECT_NE(data_type::list_of(type_kind::int_), data_type::list_of(type_kind::text));
    EXPECT_EQ(data_type::list_of(address()), data_type::list_of(address()));
    EXPECT_NE(data_type::custom_of("a"), data_type::custom_of("b"));
}

}  // namespace
}  // namespace async_cassandra
