// SPDX-License-Identifier: Apache-2.0
#include <async_cassandra/columns.hpp>

#include <gtest/gtest.h>

namespace async_cassandra {
namespace {

TEST(columns, are_found_by_exact_name)
{
    const columns list{{{"ks", "t", "id", {}}, {"ks", "t", "Name", {}}, {"ks", "u", "id", {}}}};
    EXPECT_EQ(list.find("id"), 0U);
    EXPECT_EQ(list.find("Name"), 1U);
    EXPECT_EQ(list.find("name"), std::nullopt);
    EXPECT_EQ(list.names(), "id, Name, id");
    EXPECT_EQ(list.size(), 3U);
}

TEST(columns, may_be_none)
{
    const columns none;
    EXPECT_TRUE(none.empty());
    EXPECT_EQ(none.find(""), std::nullopt);
    EXPECT_EQ(none.names(), "");
}

}  // namespace
}  // namespace async_cassandra
