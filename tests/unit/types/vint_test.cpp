// SPDX-License-Identifier: Apache-2.0
#include "types/vint.hpp"

#include "unit/types/page_builder.hpp"

#include <limits>

namespace async_cassandra::types {
namespace {

using test::from_hex;
using test::to_hex;

struct unsigned_case {
    std::uint64_t value;
    const char* hex;
};

struct signed_case {
    std::int64_t value;
    const char* hex;
};

// R22
TEST(vint, unsigned_bytes_are_the_published_ones)
{
    for (const auto& [value, hex] : std::initializer_list<unsigned_case>{
             {0, "00"},
             {1, "01"},
             {127, "7f"},
             {128, "8080"},
             {200, "80c8"},
             {16383, "bfff"},
             {16384, "c04000"},
             {256000, "c3e800"},
             {2097151, "dfffff"},
             {2097152, "e0200000"},
             {268435456, "f010000000"},
             {34359738368, "f80800000000"},
             {4398046511104, "fc040000000000"},
             {562949953421312, "fe02000000000000"},
             {72057594037927935, "feffffffffffffff"},
             {72057594037927936, "ff0100000000000000"},
             {9223372036854775808U, "ff8000000000000000"},
             {18446744073709551615U, "ffffffffffffffffff"}}) {
        value_sink out;
        append_unsigned_vint(out, value);
        EXPECT_EQ(to_hex(out.bytes()), hex);
        const auto bytes = from_hex(hex);
        std::span<const std::byte> rest{bytes};
        EXPECT_EQ(take_unsigned_vint(rest), value);
        EXPECT_TRUE(rest.empty());
        for (std::size_t cut = 0; cut < bytes.size(); ++cut) {
            rest = std::span{bytes}.first(cut);
            EXPECT_EQ(take_unsigned_vint(rest), std::nullopt) << hex << " cut to " << cut;
        }
    }
}

// R22
TEST(vint, signed_bytes_are_the_published_ones)
{
    for (const auto& [value, hex] : std::initializer_list<signed_case>{
             {0, "00"},
             {-1, "01"},
             {1, "02"},
             {-2, "03"},
             {2, "04"},
             {63, "7e"},
             {64, "8080"},
             {-64, "7f"},
             {-65, "8081"},
             {2147483647, "f0fffffffe"},
             {-2147483648, "f0ffffffff"},
             {std::numeric_limits<std::int64_t>::max(), "fffffffffffffffffe"},
             {std::numeric_limits<std::int64_t>::min(), "ffffffffffffffffff"}}) {
        value_sink out;
        append_vint(out, value);
        EXPECT_EQ(to_hex(out.bytes()), hex);
        const auto bytes = from_hex(hex);
        std::span<const std::byte> rest{bytes};
        EXPECT_EQ(take_vint(rest), value);
        EXPECT_TRUE(rest.empty());
    }
}

TEST(vint, leaves_what_follows)
{
    const auto bytes = from_hex("80c87a");
    std::span<const std::byte> rest{bytes};
    EXPECT_EQ(take_unsigned_vint(rest), 200U);
    EXPECT_EQ(to_hex(rest), "7a");
}

}  // namespace
}  // namespace async_cassandra::types
