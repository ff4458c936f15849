// SPDX-License-Identifier: Apache-2.0
#include <async_cassandra/types/codec.hpp>

#include "unit/types/one_value.hpp"

namespace async_cassandra {
namespace {

using test::bound;
using test::column;
using test::expect_bytes;
using test::marker;
using test::read;
using test::read_error;

// R22
TEST(varint_codec, bytes_are_the_published_ones)
{
    for (const auto& [text, hex] : std::initializer_list<std::pair<const char*, const char*>>{
             {"0", "00"},
             {"128", "0080"},
             {"-1", "ff"},
             {"-129", "ff7f"},
             {"-32768", "8000"},
             {"9223372036854775808", "008000000000000000"},
             {"-9223372036854775809", "ff7fffffffffffffff"},
             {"18446744073709551616", "010000000000000000"},
             {"1000000000000000000000000000000", "0c9f2c9cd04674edea40000000"}})
        expect_bytes(type_kind::varint, *varint::parse(text), hex);
    EXPECT_EQ(read<varint>(type_kind::varint, "000000000000000000000000000000000000000001"), varint{1});
}

TEST(varint_codec, built_in_integers_are_bound_and_integer_columns_read)
{
    EXPECT_EQ(bound(type_kind::varint, std::int8_t{-128}), "80");
    EXPECT_EQ(bound(type_kind::varint, UINT64_MAX), "00ffffffffffffffff");
    EXPECT_EQ(bound(type_kind::varint, INT64_MIN), "8000000000000000");
    EXPECT_EQ(read<varint>(type_kind::tinyint, "80"), varint{-128});
    EXPECT_EQ(read<varint>(type_kind::counter, "8000000000000000"), varint{INT64_MIN});
    EXPECT_EQ(bound(type_kind::bigint, varint{INT64_MIN}), "8000000000000000");
    EXPECT_EQ(
        bound(type_kind::tinyint, varint{128}), marker + "128 does not fit CQL type tinyint (-128 to 127)"
    );
    EXPECT_EQ(
        bound(type_kind::bigint, *varint::parse("9223372036854775808")),
        marker +
            "9223372036854775808 does not fit CQL type bigint (-9223372036854775808 to 9223372036854775807)"
    );
}

TEST(varint_codec, is_not_narrowed_when_read)
{
    EXPECT_EQ(
        read_error<std::int64_t>(type_kind::varint, "01"),
        column + "CQL type varint cannot be read as std::int64_t; legal: async_cassandra::varint"
    );
    EXPECT_EQ(
        bound(type_kind::varint, 1.5),
        marker + "double cannot be bound to CQL type varint; legal: async_cassandra::varint, any integer"
    );
}

// R22
TEST(decimal_codec, bytes_are_the_published_ones)
{
    for (const auto& [text, hex] : std::initializer_list<std::pair<const char*, const char*>>{
             {"0", "0000000000"},
             {"1.23", "000000027b"},
             {"-12.345", "00000003cfc7"},
             {"1E+3", "fffffffd01"},
             {"128", "000000000080"},
             {"-0.01", "00000002ff"},
             {"1.0", "000000010a"},
             {"12345678901234567890.1234567890", "0000000a018ee90ff6c373e0ee4e3f0ad2"}})
        expect_bytes(type_kind::decimal, *decimal::parse(text), hex);
}

TEST(big_numbers, empty_and_short_values_are_not_read_beyond)
{
    EXPECT_EQ(read<std::optional<varint>>(type_kind::varint, ""), std::nullopt);
    EXPECT_EQ(read<std::optional<decimal>>(type_kind::decimal, ""), std::nullopt);
    EXPECT_EQ(
        read_error<varint>(type_kind::varint, ""),
        column +
            "the value of CQL type varint is empty (zero bytes, not null); std::optional reads it as no value"
    );
    for (const auto* hex : {"00", "000000", "00000000"})
        EXPECT_EQ(
            read_error<decimal>(type_kind::decimal, hex),
            column + "malformed value: CQL type decimal takes 5 or more bytes, these are " +
                std::to_string(std::string_view{hex}.size() / 2)
        );
}

}  // namespace
}  // namespace async_cassandra
