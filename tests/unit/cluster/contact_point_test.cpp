// SPDX-License-Identifier: Apache-2.0
#include "cluster/contact_point.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace async_cassandra::detail {
namespace {

void expect(std::string_view text, std::string_view host, std::uint16_t port, bool is_address)
{
    const auto point = contact_point::parse(text, 9042);
    ASSERT_TRUE(point) << text;
    EXPECT_EQ(point->host, host) << text;
    EXPECT_EQ(point->port, port) << text;
    EXPECT_EQ(point->address.has_value(), is_address) << text;
    EXPECT_EQ(point->address, inet::parse(host)) << text;
}

TEST(contact_point, names_may_have_a_port)
{
    expect("localhost", "localhost", 9042, false);
    expect("db-1.example.org", "db-1.example.org", 9042, false);
    expect("db-1.example.org:19042", "db-1.example.org", 19042, false);
    expect("db:1", "db", 1, false);
    expect("db:65535", "db", 65535, false);
    expect("db:09042", "db", 9042, false);
}

TEST(contact_point, addresses_never_need_the_resolver)
{
    expect("192.0.2.1", "192.0.2.1", 9042, true);
    expect("192.0.2.1:9043", "192.0.2.1", 9043, true);
    expect("::1", "::1", 9042, true);
    expect("2001:db8::7", "2001:db8::7", 9042, true);
    expect("2001:db8:0:0:0:0:0:7", "2001:db8:0:0:0:0:0:7", 9042, true);
    expect("[::1]", "::1", 9042, true);
    expect("[::1]:9043", "::1", 9043, true);
    expect("[2001:db8::7]:1", "2001:db8::7", 1, true);
}

TEST(contact_point, the_default_port_is_an_argument)
{
    EXPECT_EQ(contact_point::parse("db", 17)->port, 17);
    EXPECT_EQ(contact_point::parse("db:18", 17)->port, 18);
}

TEST(contact_point, everything_else_is_refused)
{
    using namespace std::string_view_literals;
    for (const std::string_view text : {
             ""sv,       ":"sv,         ":9042"sv,       "db:"sv,
             "db:0"sv,   "db:65536"sv,  "db:-1"sv,       "db:+1"sv,
             "db: 1"sv,  "db:1 "sv,     "db:x"sv,        "db:90x"sv,
             "db:9:9"sv, "1:2:3"sv,     "[::1"sv,        "::1]"sv,
             "[]"sv,     "[]:9042"sv,   "[::1]x"sv,      "[::1]9042"sv,
             "[::1]:"sv, "[::1]:0"sv,   "[::1]:x"sv,     "[::1]]:1"sv,
             "a b"sv,    " db"sv,       "db "sv,         "db\n"sv,
             "\tdb"sv,   "http://db"sv, "db/9042"sv,     "fe80::1%eth0"sv,
             "[db]"sv,   "[db]:9042"sv, "[192.0.2.1]"sv, "d\0b"sv,
             "db\x7f"sv, "db\x01"sv,    "db,other"sv,
         })
        EXPECT_FALSE(contact_point::parse(text, 9042)) << "'" << text << "'";
}

}  // namespace
}  // namespace async_cassandra::detail
