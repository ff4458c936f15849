// SPDX-License-Identifier: Apache-2.0
#include "cluster/replication.hpp"

#include <gmock/gmock.h>

namespace async_cassandra::detail {
namespace {

using ::testing::HasSubstr;

replication parse(const std::map<std::string, std::string>& options)
{
    std::string reason;
    replication made = parse_replication(options, reason);
    EXPECT_EQ(reason, "");
    return made;
}

std::string refusal(const std::map<std::string, std::string>& options)
{
    std::string reason;
    EXPECT_EQ(parse_replication(options, reason), replication{});
    return reason;
}

TEST(replication, is_read_with_and_without_the_package)
{
    const replication expected{replication_strategy::simple, {3, 0}, {}};
    EXPECT_EQ(
        parse({{"class", "org.apache.cassandra.locator.SimpleStrategy"}, {"replication_factor", "3"}}),
        expected
    );
    EXPECT_EQ(parse({{"class", "SimpleStrategy"}, {"replication_factor", "3"}}), expected);
}

TEST(replication, of_data_centers_is_equal_when_the_factors_are)
{
    const replication made = parse(
        {{"class", "org.apache.cassandra.locator.NetworkTopologyStrategy"},
         {"dc2", "2"},
         {"dc1", "3"},
         {"dc3", "0"}}
    );
    EXPECT_EQ(
        made, (replication{replication_strategy::network_topology, {}, {{"dc1", {3, 0}}, {"dc2", {2, 0}}}})
    );
    EXPECT_NE(made, parse({{"class", "NetworkTopologyStrategy"}, {"dc1", "3"}, {"dc2", "3"}}));
    EXPECT_LT(made, parse({{"class", "NetworkTopologyStrategy"}, {"dc1", "3"}, {"dc2", "3"}}));
}

TEST(replication, keeps_transient_replicas_apart)
{
    EXPECT_EQ(
        parse({{"class", "NetworkTopologyStrategy"}, {"dc1", "3/1"}}),
        (replication{replication_strategy::network_topology, {}, {{"dc1", {3, 1}}}})
    );
}

TEST(replication, without_factors)
{
    EXPECT_EQ(
        parse({{"class", "org.apache.cassandra.locator.LocalStrategy"}}).strategy, replication_strategy::local
    );
    EXPECT_EQ(
        parse({{"class", "org.apache.cassandra.locator.EverywhereStrategy"}}).strategy,
        replication_strategy::everywhere
    );
}

TEST(replication, that_makes_no_sense_is_unknown_and_says_why)
{
    EXPECT_THAT(refusal({}), HasSubstr("no class"));
    EXPECT_THAT(refusal({{"class", "org.example.OddStrategy"}}), HasSubstr("'org.example.OddStrategy'"));
    EXPECT_THAT(refusal({{"class", "SimpleStrategy"}}), HasSubstr("no replication_factor"));
    for (const char* factor :
         {"", "x", "3x", "-1", " 3", "3/", "/1", "3/3", "3/4", "1/2/3", "4294967296", "2147483648"}) {
        EXPECT_THAT(
            refusal({{"class", "SimpleStrategy"}, {"replication_factor", factor}}), HasSubstr("is none")
        ) << factor;
        EXPECT_THAT(refusal({{"class", "NetworkTopologyStrategy"}, {"dc1", factor}}), HasSubstr("of 'dc1'"))
            << factor;
    }
}

}  // namespace
}  // namespace async_cassandra::detail
