// SPDX-License-Identifier: Apache-2.0
#include <async_cassandra/types/decimal.hpp>

#include "unit/types/page_builder.hpp"

#include <limits>
#include <map>

namespace async_cassandra {
namespace {

using test::from_hex;
using test::to_hex;

// R22
const std::map<std::string, std::string> published{
    {"0", "00"},
    {"1", "01"},
    {"127", "7f"},
    {"128", "0080"},
    {"129", "0081"},
    {"-1", "ff"},
    {"-128", "80"},
    {"-129", "ff7f"},
    {"255", "00ff"},
    {"256", "0100"},
    {"-256", "ff00"},
    {"-32768", "8000"},
    {"32768", "008000"},
    {"9223372036854775807", "7fffffffffffffff"},
    {"9223372036854775808", "008000000000000000"},
    {"-9223372036854775808", "8000000000000000"},
    {"-9223372036854775809", "ff7fffffffffffffff"},
    {"18446744073709551616", "010000000000000000"},
    {"-18446744073709551616", "ff0000000000000000"},
    {"1000000000000000000000000000000", "0c9f2c9cd04674edea40000000"}};

TEST(varint, text_and_bytes_agree_with_the_published_values)
{
    for (const auto& [text, hex] : published) {
        const auto parsed = varint::parse(text);
        ASSERT_TRUE(parsed) << text;
        EXPECT_EQ(to_hex(parsed->bytes()), hex) << text;
        EXPECT_EQ(varint::from_bytes(from_hex(hex)).to_string(), text);
    }
}

TEST(varint, bytes_that_say_nothing_are_dropped)
{
    EXPECT_EQ(varint::from_bytes(from_hex("000000")), varint{0});
    EXPECT_EQ(varint::from_bytes(from_hex("00007f")), varint{127});
    EXPECT_EQ(varint::from_bytes(from_hex("ffff80")), varint{-128});
    EXPECT_EQ(varint::from_bytes(from_hex("ffff7f")), varint{-129});
    EXPECT_EQ(varint::from_bytes({}), varint{});
    EXPECT_EQ(to_hex(varint::from_bytes(from_hex("0000000000000000000000000000000000000001")).bytes()), "01");
}

template <class T>
void expect_limits_fit()
{
    constexpr T least = std::numeric_limits<T>::min();
    constexpr T most = std::numeric_limits<T>::max();
    EXPECT_EQ(varint{least}.to_string(), std::to_string(least));
    EXPECT_EQ(varint{most}.to_string(), std::to_string(most));
    EXPECT_EQ(varint{least}.to<T>(), least);
    EXPECT_EQ(varint{most}.to<T>(), most);
}

TEST(varint, built_in_integers_go_both_ways)
{
    expect_limits_fit<std::int8_t>();
    expect_limits_fit<std::int32_t>();
    expect_limits_fit<std::int64_t>();
    expect_limits_fit<std::uint8_t>();
    expect_limits_fit<std::uint32_t>();
    expect_limits_fit<std::uint64_t>();
    EXPECT_EQ(varint{128}.to<std::int8_t>(), std::nullopt);
    EXPECT_EQ(varint{-1}.to<std::uint64_t>(), std::nullopt);
    EXPECT_EQ(varint::parse("9223372036854775808")->to<std::int64_t>(), std::nullopt);
    EXPECT_EQ(varint::parse("-9223372036854775809")->to<std::int64_t>(), std::nullopt);
    EXPECT_EQ(varint::parse("18446744073709551615")->to<std::uint64_t>(), UINT64_MAX);
    EXPECT_EQ(varint::parse("18446744073709551616")->to<std::uint64_t>(), std::nullopt);
    EXPECT_EQ(varint::parse("1" + std::string(40, '0'))->to<std::int64_t>(), std::nullopt);
}

TEST(varint, text_that_is_no_integer_is_refused)
{
    for (const auto* text :
         {"", "-", "+", "--1", "+-1", "1.0", "0x10", " 1", "1 ", "1e3", "12345678901234567890a"})
        EXPECT_FALSE(varint::parse(text)) << text;
    EXPECT_EQ(varint::parse("+7"), varint{7});
    EXPECT_EQ(varint::parse("-0"), varint{0});
    EXPECT_EQ(varint::parse("000000000000000000000000000012"), varint{12});
}

TEST(varint, is_ordered_as_the_numbers_are)
{
    const std::vector<std::string> ascending{
        "-100000000000000000000000000000000000000000000000",
        "-18446744073709551616",
        "-256",
        "-129",
        "-128",
        "-1",
        "0",
        "1",
        "127",
        "128",
        "255",
        "256",
        "18446744073709551616",
        "100000000000000000000000000000000000000000000000"};
    for (std::size_t i = 0; i < ascending.size(); ++i)
        for (std::size_t k = 0; k < ascending.size(); ++k)
            EXPECT_EQ(*varint::parse(ascending[i]) <=> *varint::parse(ascending[k]), i <=> k);
}

TEST(varint, long_values_are_copied_moved_and_freed)
{
    const std::string digits = "-" + std::string(500, '7');
    varint a = *varint::parse(digits);
    varint b{a};
    EXPECT_EQ(b.to_string(), digits);
    const varint c{std::move(b)};
    EXPECT_EQ(c.to_string(), digits);
    EXPECT_EQ(b, varint{});  // NOLINT(bugprone-use-after-move): what is left is promised
    a = varint{5};
    EXPECT_EQ(a.to_string(), "5");
    a = c;
    const varint& self = a;
    a = self;
    EXPECT_EQ(a, c);
    EXPECT_EQ(std::hash<varint>{}(a), std::hash<varint>{}(c));
}

struct decimal_case {
    std::string text;
    std::string unscaled;
    std::int32_t scale;
};

const std::vector<decimal_case> canonical{
    {"0", "0", 0},
    {"1.23", "123", 2},
    {"-12.345", "-12345", 3},
    {"1E+3", "1", -3},
    {"128", "128", 0},
    {"-0.01", "-1", 2},
    {"1.0", "10", 1},
    {"12345678901234567890.1234567890", "123456789012345678901234567890", 10},
    {"0.000001", "1", 6},
    {"1E-7", "1", 7},
    {"0.00", "0", 2},
    {"0E-7", "0", 7},
    {"0E+3", "0", -3},
    {"-1.2345E+9", "-12345", -5},
    {"1.5E-8", "15", 9},
    {"0.0000015", "15", 7},
    {"1E+2147483648", "1", INT32_MIN},
    {"1E-2147483647", "1", INT32_MAX},
    {"1.2E-2147483646", "12", INT32_MAX}};

TEST(decimal, text_is_as_java_writes_it_and_comes_back)
{
    for (const auto& [text, unscaled, scale] : canonical) {
        const decimal made{*varint::parse(unscaled), scale};
        EXPECT_EQ(made.to_string(), text);
        EXPECT_EQ(decimal::parse(text), made) << text;
    }
}

TEST(decimal, other_forms_are_read)
{
    EXPECT_EQ(decimal::parse(".5"), (decimal{5, 1}));
    EXPECT_EQ(decimal::parse("12."), (decimal{12, 0}));
    EXPECT_EQ(decimal::parse("+1.5e-3"), (decimal{15, 4}));
    EXPECT_EQ(decimal::parse("-.5E+2"), (decimal{-5, -1}));
    EXPECT_NE(decimal::parse("1.0"), decimal::parse("1.00"));
}

TEST(decimal, text_that_is_no_decimal_is_refused)
{
    for (const auto* text :
         {"",
          ".",
          "-",
          "-.",
          "e5",
          "1e",
          "1e+",
          "1e+-5",
          "1.2.3",
          "1,5",
          "0x1",
          " 1",
          "--1",
          "-+1",
          "1-",
          "NaN",
          "1E+2147483649",
          "1E-2147483648",
          "1e99999999999999999999"})
        EXPECT_FALSE(decimal::parse(text)) << text;
}

}  // namespace
}  // namespace async_cassandra
