// SPDX-License-Identifier: Apache-2.0
#include <async_cassandra/multiprecision.hpp>

#include "unit/types/one_value.hpp"

namespace async_cassandra {
namespace {

using boost::multiprecision::cpp_dec_float_50;
using boost::multiprecision::cpp_int;
using boost::multiprecision::int128_t;
using boost::multiprecision::uint128_t;
using test::bound;
using test::column;
using test::expect_bytes;
using test::marker;
using test::read;
using test::read_error;

TEST(multiprecision, integers_go_both_ways)
{
    for (const auto* text :
         {"0",
          "1",
          "-1",
          "127",
          "128",
          "-128",
          "-129",
          "255",
          "256",
          "-256",
          "18446744073709551616",
          "-18446744073709551616",
          "1000000000000000000000000000000",
          "-123456789012345678901234567890123456789012345678901234567890"}) {
        const varint value = *varint::parse(text);
        EXPECT_EQ(to_cpp_int(value).str(), text);
        EXPECT_EQ(to_varint(cpp_int{text}), value) << text;
    }
    expect_bytes(type_kind::varint, cpp_int{"18446744073709551616"}, "010000000000000000");
    expect_bytes(type_kind::varint, int128_t{-129}, "ff7f");
    expect_bytes(type_kind::bigint, cpp_int{-2}, "fffffffffffffffe");
}

TEST(multiprecision, integers_that_do_not_fit_are_refused)
{
    EXPECT_EQ(
        bound(type_kind::smallint, cpp_int{40'000}),
        marker + "40000 does not fit CQL type smallint (-32768 to 32767)"
    );
    EXPECT_NE(
        read_error<uint128_t>(type_kind::varint, "ff")
            .find("-1 does not fit an integer of 128 bits without a sign"),
        std::string::npos
    );
    EXPECT_NE(
        read_error<int128_t>(type_kind::varint, "010000000000000000000000000000000000000000")
            .find(" does not fit an integer of 128 bits and a sign"),
        std::string::npos
    );
}

TEST(multiprecision, decimals_go_both_ways)
{
    for (const auto* text :
         {"0", "1.23", "-12.345", "1E+3", "-0.01", "12345678901234567890.123456789", "1E-300"}) {
        const decimal value = *decimal::parse(text);
        EXPECT_EQ(to_cpp_dec_float<cpp_dec_float_50>(value), cpp_dec_float_50{text}) << text;
        EXPECT_EQ(to_decimal(cpp_dec_float_50{text}), value) << text;
    }
    expect_bytes(type_kind::decimal, cpp_dec_float_50{"1.23"}, "000000027b");
    EXPECT_EQ(read<cpp_dec_float_50>(type_kind::decimal, "000000030a"), cpp_dec_float_50{"0.01"});
}

TEST(multiprecision, decimals_that_do_not_fit_are_refused)
{
    const std::string long_digits = "0." + std::string(50, '3') + "1";
    EXPECT_NE(
        read_error<cpp_dec_float_50>(
            type_kind::decimal, bound(type_kind::decimal, *decimal::parse(long_digits))
        )
            .find("cannot be kept by a number of 50 digits"),
        std::string::npos
    );
    EXPECT_NE(
        read_error<cpp_dec_float_50>(type_kind::decimal, "8000000001").find("cannot be kept"),
        std::string::npos
    );
    EXPECT_EQ(
        bound(type_kind::decimal, std::numeric_limits<cpp_dec_float_50>::quiet_NaN()),
        marker + "nan is no decimal"
    );
    EXPECT_EQ(
        bound(type_kind::varint, cpp_dec_float_50{1}),
        marker +
            "boost::multiprecision::cpp_dec_float<50> cannot be bound to CQL type varint; legal: "
            "async_cassandra::varint, any integer"
    );
}

}  // namespace
}  // namespace async_cassandra
