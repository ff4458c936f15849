// SPDX-License-Identifier: Apache-2.0
#include <async_cassandra/types/inet.hpp>

#include <gtest/gtest.h>

namespace async_cassandra {
namespace {

TEST(inet, is_parsed_and_written_in_both_families)
{
    for (const auto* text : {"0.0.0.0", "127.0.0.1", "255.255.255.255"}) {
        const auto address = inet::parse(text);
        ASSERT_TRUE(address.has_value()) << text;
        EXPECT_TRUE(address->is_v4());
        EXPECT_EQ(address->bytes().size(), 4U);
        EXPECT_EQ(address->to_string(), text);
    }
    for (const auto* text :
         {"::", "::1", "2001:db8::ff00:42:8329", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"}) {
        const auto address = inet::parse(text);
        ASSERT_TRUE(address.has_value()) << text;
        EXPECT_TRUE(address->is_v6());
        EXPECT_EQ(address->bytes().size(), 16U);
        EXPECT_EQ(address->to_string(), text);
    }
}

TEST(inet, refuses_what_is_no_address)
{
    using namespace std::string_view_literals;
    for (const auto text :
         {""sv,
          "localhost"sv,
          "127.0.0"sv,
          "127.0.0.256"sv,
          "127.0.0.1 "sv,
          "1::2::3"sv,
          "127.0.0.1\0x"sv,
          "[::1]"sv,
          "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"sv})
        EXPECT_EQ(inet::parse(text), std::nullopt) << text;
}

TEST(inet, is_made_of_4_or_16_bytes)
{
    const std::array<std::byte, 17> bytes{std::byte{192}, std::byte{0}, std::byte{2}, std::byte{7}};
    const auto v4 = inet::from_bytes(std::span{bytes}.first(4));
    ASSERT_TRUE(v4.has_value());
    EXPECT_EQ(v4->to_string(), "192.0.2.7");
    const auto v6 = inet::from_bytes(std::span{bytes}.first(16));
    ASSERT_TRUE(v6.has_value());
    EXPECT_EQ(v6->to_string(), "c000:207::");
    for (const std::size_t size : std::initializer_list<std::size_t>{0, 3, 5, 15, 17})
        EXPECT_EQ(inet::from_bytes(std::span{bytes}.first(size)), std::nullopt) << size;
}

TEST(inet, knows_the_addresses_that_mean_any)
{
    EXPECT_TRUE(inet{}.is_unspecified());
    EXPECT_TRUE(inet::parse("::")->is_unspecified());
    EXPECT_FALSE(inet::parse("::1")->is_unspecified());
    EXPECT_FALSE(inet::parse("0.0.0.1")->is_unspecified());
}

TEST(inet, of_different_families_is_different)
{
    EXPECT_NE(inet::parse("0.0.0.0"), inet::parse("::"));
    EXPECT_EQ(inet::parse("::1"), inet::parse("0:0:0:0:0:0:0:1"));
}

}  // namespace
}  // namespace async_cassandra
