// SPDX-License-Identifier: Apache-2.0
#include <async_cassandra/consistency.hpp>

#include <gtest/gtest.h>

namespace async_cassandra {
namespace {

TEST(consistency, has_its_name_in_cql_both_ways)
{
    for (std::uint16_t value = 0; value <= 0x000A; ++value) {
        const auto level = static_cast<consistency>(value);
        EXPECT_NE(to_string(level), "UNKNOWN") << value;
        EXPECT_EQ(parse_consistency(to_string(level)), level);
    }
    EXPECT_EQ(to_string(consistency::local_quorum), "LOCAL_QUORUM");
    EXPECT_EQ(to_string(static_cast<consistency>(11)), "UNKNOWN");
}

TEST(consistency, is_parsed_in_any_case)
{
    EXPECT_EQ(parse_consistency("quorum"), consistency::quorum);
    EXPECT_EQ(parse_consistency("Local_One"), consistency::local_one);
    EXPECT_EQ(parse_consistency(""), std::nullopt);
    EXPECT_EQ(parse_consistency("LOCAL"), std::nullopt);
    EXPECT_EQ(parse_consistency("ONE "), std::nullopt);
    EXPECT_EQ(parse_consistency("UNKNOWN"), std::nullopt);
}

}  // namespace
}  // namespace async_cassandra
