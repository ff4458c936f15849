// SPDX-License-Identifier: Apache-2.0
#include "session/use_statement.hpp"

#include <gtest/gtest.h>

namespace async_cassandra::detail {
namespace {

std::string found(std::string_view cql)
{
    const auto name = keyspace_of_use(cql);
    if (name) {
        EXPECT_TRUE(may_be_use(cql)) << cql;
    }
    return name.value_or("(none)");
}

TEST(use_statement, names_a_keyspace_in_lower_case_or_in_quotes)
{
    EXPECT_EQ(found("USE shop"), "shop");
    EXPECT_EQ(found("use Shop_2;"), "shop_2");
    EXPECT_EQ(found("\n\tUse\r\nshop ; ;"), "shop");
    EXPECT_EQ(found("USE \"My \"\"own\"\"\""), "My \"own\"");
    EXPECT_EQ(found("USE\"Shop\";"), "Shop");
}

TEST(use_statement, may_have_comments_anywhere)
{
    EXPECT_EQ(found("-- first\nUSE/* now */shop -- done"), "shop");
    EXPECT_EQ(found("/* a */ // b\r\n USE shop/**/;--"), "shop");
}

TEST(use_statement, is_nothing_else)
{
    for (const char* text :
         {"",
          "   ",
          "-- USE shop",
          "/* USE shop",
          "UPDATE t SET a = 1",
          "USER shop",
          "USE",
          "USE ;",
          "USE \"shop",
          "USE \"\"",
          "USE 1shop",
          "USE shop x",
          "USE shop.t",
          "SELECT use FROM shop",
          "INSERT INTO use"})
        EXPECT_EQ(found(text), "(none)") << text;
}

TEST(use_statement, is_written_so_that_it_is_read_again)
{
    for (const char* name : {"shop", "Shop", "my \"own\"", "select", "1"})
        EXPECT_EQ(found(use_statement(name)), name);
    EXPECT_EQ(use_statement("shop"), "USE shop");
}

}  // namespace
}  // namespace async_cassandra::detail
