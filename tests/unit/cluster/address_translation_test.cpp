// SPDX-License-Identifier: Apache-2.0
#include "cluster/address_translation.hpp"

#include <gmock/gmock.h>

#include <stdexcept>

namespace async_cassandra::detail {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const endpoint told{*inet::parse("10.0.0.7"), 9042};
const endpoint reached{*inet::parse("192.0.2.7"), 19042};

TEST(address_translation, leaves_addresses_as_they_are_without_a_function)
{
    const auto found = address_translation{nullptr}.translate(told);
    EXPECT_EQ(found.address, told);
    EXPECT_THAT(found.problem, IsEmpty());
}

TEST(address_translation, asks_each_time)
{
    endpoint answer = reached;
    address_translation translation{[&](const endpoint& asked) {
        EXPECT_EQ(asked, told);
        return answer;
    }};
    EXPECT_EQ(translation.translate(told).address, reached);
    answer.port = 1;
    EXPECT_EQ(translation.translate(told).address, answer);
}

TEST(address_translation, gives_what_it_gave_before_when_the_function_throws)
{
    int calls = 0;
    address_translation translation{[&](const endpoint&) {
        switch (++calls) {
        case 2: return reached;
        case 1:
        case 3: throw std::runtime_error{"no table"};
        default: throw 42;
        }
    }};
    const auto first = translation.translate(told);
    EXPECT_EQ(first.address, std::nullopt);
    EXPECT_THAT(first.problem, AllOf(HasSubstr("10.0.0.7:9042"), HasSubstr("no table")));
    EXPECT_THAT(translation.translate(told).problem, IsEmpty());
    const auto third = translation.translate(told);
    EXPECT_EQ(third.address, reached);
    EXPECT_THAT(third.problem, HasSubstr("no table"));
    EXPECT_THAT(translation.translate(told).problem, HasSubstr("no std::exception"));
}

TEST(address_translation, takes_no_address_where_nobody_can_be)
{
    endpoint answer{inet{}, 9042};
    address_translation translation{[&](const endpoint&) { return answer; }};
    EXPECT_EQ(translation.translate(told).address, std::nullopt);
    answer = {reached.address, 0};
    const auto found = translation.translate(told);
    EXPECT_EQ(found.address, std::nullopt);
    EXPECT_THAT(found.problem, HasSubstr("192.0.2.7:0"));
}

}  // namespace
}  // namespace async_cassandra::detail
