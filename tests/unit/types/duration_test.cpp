// SPDX-License-Identifier: Apache-2.0
#include <async_cassandra/types/duration.hpp>
#include <async_cassandra/types/value_error.hpp>

#include <gtest/gtest.h>

#include <vector>

namespace async_cassandra {
namespace {

using namespace std::chrono_literals;

struct text_case {
    duration value;
    std::string cql;
    std::string iso;
};

const std::vector<text_case>& cases()
{
    static const std::vector<text_case> all{
        {{}, "0ns", "PT0S"},
        {{1, 2, 3ns}, "1mo2d3ns", "P1M2DT0.000000003S"},
        {{-1, -2, -3ns}, "-1mo2d3ns", "-P1M2DT0.000000003S"},
        {{14, 0, 0ns}, "1y2mo", "P1Y2M"},
        {{0, 400, 0ns}, "400d", "P400D"},
        {{0, 0, 320688s}, "89h4m48s", "PT89H4M48S"},
        {{0, 0, 1h + 1ms + 1us}, "1h1ms1us", "PT1H0.001001S"},
        {{0, 0, -90min}, "-1h30m", "-PT1H30M"},
        {{INT32_MAX, INT32_MAX, std::chrono::nanoseconds::max()},
         "178956970y7mo2147483647d2562047h47m16s854ms775us807ns",
         "P178956970Y7M2147483647DT2562047H47M16.854775807S"},
        {{INT32_MIN, INT32_MIN, std::chrono::nanoseconds::min()},
         "-178956970y8mo2147483648d2562047h47m16s854ms775us808ns",
         "-P178956970Y8M2147483648DT2562047H47M16.854775808S"}};
    return all;
}

TEST(duration, both_forms_of_text_come_back)
{
    for (const auto& [value, cql, iso] : cases()) {
        EXPECT_EQ(value.to_string(), cql);
        EXPECT_EQ(value.to_iso_string(), iso);
        EXPECT_EQ(duration::parse(cql), value) << cql;
        EXPECT_EQ(duration::parse(iso), value) << iso;
    }
}

TEST(duration, every_form_of_cql_is_read)
{
    EXPECT_EQ(
        duration::parse("1Y2MO3W4D5H6M7S8MS9US10NS"), (duration{14, 25, 5h + 6min + 7s + 8ms + 9us + 10ns})
    );
    EXPECT_EQ(duration::parse("5\u00b5s"), (duration{0, 0, 5us}));
    EXPECT_EQ(duration::parse("5\u03bcs"), (duration{0, 0, 5us}));
    EXPECT_EQ(duration::parse("36h"), (duration{0, 0, 36h}));
    EXPECT_EQ(duration::parse("0d"), duration{});
    EXPECT_EQ(duration::parse("P3W"), (duration{0, 21, 0ns}));
    EXPECT_EQ(duration::parse("P1Y2M3DT4H5M6S"), (duration{14, 3, 4h + 5min + 6s}));
    EXPECT_EQ(duration::parse("PT1.5S"), (duration{0, 0, 1500ms}));
    EXPECT_EQ(duration::parse("P0001-02-03T04:05:06"), (duration{14, 3, 4h + 5min + 6s}));
    EXPECT_EQ(duration::parse("-P0001-02-03T04:05:06"), (duration{-14, -3, -(4h + 5min + 6s)}));
}

TEST(duration, text_that_is_none_is_refused)
{
    for (const auto* text :
         {"",
          "-",
          "5",
          "d",
          "1x",
          "1d1mo",
          "1d2d",
          "1us2\u00b5s",
          "1 d",
          "--1d",
          "1d-2h",
          "1.5s",
          "P",
          "PT",
          "P1",
          "P1S",
          "PT1D",
          "P1DT",
          "P1D2Y",
          "P1M1M",
          "PT1.S",
          "PT1.5",
          "PT1.5M",
          "P1.5D",
          "PT1S2H",
          "PT1.0000000001S",
          "P1-02-03T04:05:06",
          "P0001-02-03",
          "P0001-02-03T04:05:067",
          "1d ",
          "178956971y",
          "2147483648d",
          "9223372036854775808ns",
          "99999999999999999999d",
          "300000000000h"})
        EXPECT_FALSE(duration::parse(text)) << text;
}

TEST(duration, parts_of_different_sign_are_refused)
{
    EXPECT_THROW((duration{1, -1, 0ns}), value_error);
    EXPECT_THROW((duration{-1, 0, 1ns}), value_error);
    try {
        (void)duration{0, 1, -5ns};
        FAIL();
    } catch (const value_error& e) {
        EXPECT_STREQ(
            e.what(), "the parts of a duration must all be of one sign: 0 months, 1 days, -5 nanoseconds"
        );
    }
}

}  // namespace
}  // namespace async_cassandra
