// SPDX-License-Identifier: Apache-2.0
#include "protocol/reader.hpp"

#include "unit/protocol/vectors.hpp"

#include <gtest/gtest.h>

namespace async_cassandra {
namespace {

using protocol::reader;

// A reader over bytes that a sanitizer guards.
class guarded {
public:
    explicit guarded(std::string_view hex) : data_(test::from_hex(hex)), in(data_.span()) {}

private:
    test::exact_bytes data_;

public:
    reader in;
};

TEST(reader, reads_numbers_in_network_order)
{
    guarded g{"01020304050607fffffffefffffffffffffffd"};
    EXPECT_EQ(g.in.u8(), 1);
    EXPECT_EQ(g.in.u16(), 0x0203);
    EXPECT_EQ(g.in.u32(), 0x04050607U);
    EXPECT_EQ(g.in.i32(), -2);
    EXPECT_EQ(g.in.i64(), -3);
    EXPECT_EQ(g.in.remaining(), 0U);
    EXPECT_FALSE(g.in.failed());
}

TEST(reader, keeps_the_first_error_and_reads_nothing_after_it)
{
    guarded g{"0001020304"};
    static_cast<void>(g.in.u16());
    EXPECT_EQ(g.in.i64(), 0);
    EXPECT_TRUE(g.in.failed());
    EXPECT_STREQ(g.in.error().rule, "a number reaches beyond the end");
    EXPECT_EQ(g.in.error().offset, 2U);
    EXPECT_EQ(g.in.u8(), 0);
    EXPECT_EQ(g.in.remaining(), 0U);
    g.in.fail("another rule");
    EXPECT_STREQ(g.in.error().rule, "a number reaches beyond the end");
}

TEST(reader, gives_strings_as_views)
{
    guarded g{"00026162000000000003636465"};
    EXPECT_EQ(g.in.string(), "ab");
    EXPECT_EQ(g.in.string(), "");
    EXPECT_EQ(g.in.long_string(), "cde");
    EXPECT_FALSE(g.in.failed());
}

TEST(reader, tells_null_bytes_from_empty_ones)
{
    guarded g{"fffffffffffffffe0000000000000001aa"};
    EXPECT_FALSE(g.in.bytes().has_value());
    EXPECT_FALSE(g.in.bytes().has_value());
    const auto empty = g.in.bytes();
    ASSERT_TRUE(empty.has_value());
    EXPECT_TRUE(empty->empty());
    const auto one = g.in.bytes();
    ASSERT_TRUE(one.has_value());
    EXPECT_EQ(test::to_hex(*one), "aa");
    EXPECT_FALSE(g.in.failed());
}

TEST(reader, refuses_lengths_beyond_the_end)
{
    guarded short_string{"000361"};
    EXPECT_EQ(short_string.in.string(), "");
    EXPECT_TRUE(short_string.in.failed());
    guarded short_bytes{"7fffffff61"};
    EXPECT_FALSE(short_bytes.in.bytes().has_value());
    EXPECT_TRUE(short_bytes.in.failed());
    guarded negative{"ffffffff61"};
    EXPECT_EQ(negative.in.long_string(), "");
    EXPECT_STREQ(negative.in.error().rule, "a [long string] has a negative length");
}

TEST(reader, reads_addresses_of_both_families)
{
    guarded g{"040a000001000023521020010db80000000000000000000000010000235204c0000201"};
    EXPECT_EQ(to_string(g.in.inet()), "10.0.0.1:9042");
    EXPECT_EQ(to_string(g.in.inet()), "[2001:db8::1]:9042");
    EXPECT_EQ(g.in.inetaddr().to_string(), "192.0.2.1");
    EXPECT_FALSE(g.in.failed());
}

TEST(reader, refuses_addresses_of_other_lengths_and_ports_that_are_none)
{
    guarded odd{"050a00000100"};
    static_cast<void>(odd.in.inetaddr());
    EXPECT_STREQ(odd.in.error().rule, "an address has neither 4 nor 16 bytes");
    for (const auto* hex : {"040a00000100010000", "040a000001ffffffff"}) {
        guarded port{hex};
        static_cast<void>(port.in.inet());
        EXPECT_STREQ(port.in.error().rule, "a port is not in 0 .. 65535");
    }
}

TEST(reader, reads_lists_and_maps)
{
    guarded list{"0002000161000162"};
    EXPECT_EQ(list.in.string_list(), (std::vector<std::string>{"a", "b"}));
    guarded map{"0001000161000162"};
    const auto pairs = map.in.string_map();
    ASSERT_EQ(pairs.size(), 1U);
    EXPECT_EQ(pairs[0], (std::pair<std::string, std::string>{"a", "b"}));
    guarded multimap{"00010001610002000162000163"};
    const auto entries = multimap.in.string_multimap();
    ASSERT_EQ(entries.size(), 1U);
    EXPECT_EQ(entries[0].second, (std::vector<std::string>{"b", "c"}));
    guarded payload{"000200016100000001ff000162ffffffff"};
    const auto values = payload.in.bytes_map();
    ASSERT_EQ(values.size(), 2U);
    EXPECT_EQ(values[0].second, test::from_hex("ff"));
    EXPECT_TRUE(values[1].second.empty());
}

TEST(reader, refuses_a_count_that_the_bytes_cannot_hold)
{
    for (const auto& read : {
             +[](reader& in) { static_cast<void>(in.string_list()); },
             +[](reader& in) { static_cast<void>(in.string_map()); },
             +[](reader& in) { static_cast<void>(in.string_multimap()); },
             +[](reader& in) { static_cast<void>(in.bytes_map()); },
         }) {
        guarded g{"ffff000161"};
        read(g.in);
        EXPECT_STREQ(g.in.error().rule, "a count promises more than there is");
    }
}

TEST(reader, skips_and_gives_uuids)
{
    guarded g{"ffff5b9a8a207c1e11eeb9620242ac120002"};
    g.in.skip(2);
    EXPECT_EQ(test::to_hex(g.in.uuid()), "5b9a8a207c1e11eeb9620242ac120002");
    EXPECT_EQ(g.in.position(), 18U);
    g.in.skip(1);
    EXPECT_TRUE(g.in.failed());
}

}  // namespace
}  // namespace async_cassandra
