// SPDX-License-Identifier: Apache-2.0
#include <async_cassandra/types/codec.hpp>

#include "unit/types/one_value.hpp"

#include <limits>

namespace async_cassandra {
namespace {

using namespace std::chrono_literals;
using std::chrono::days;
using std::chrono::sys_days;
using std::chrono::year_month_day;
using test::bound;
using test::column;
using test::expect_bytes;
using test::marker;
using test::read;
using test::read_error;

constexpr std::int64_t last_day = std::numeric_limits<std::int32_t>::max();

sys_days day(std::int64_t count)
{
    return sys_days{days{count}};
}

// R22
TEST(date_codec, bytes_are_the_published_ones_over_the_whole_range)
{
    expect_bytes(type_kind::date, day(0), "80000000");
    expect_bytes(type_kind::date, day(19782), "80004d46");
    expect_bytes(type_kind::date, day(-1), "7fffffff");
    expect_bytes(type_kind::date, day(-last_day - 1), "00000000");
    expect_bytes(type_kind::date, day(last_day), "ffffffff");
    expect_bytes(type_kind::date, year_month_day{2024y / 2 / 29}, "80004d46");
    expect_bytes(type_kind::date, year_month_day{9999y / 12 / 31}, "802cc0a0");
    expect_bytes(type_kind::date, year_month_day{std::chrono::year::max() / 12 / 31}, "80aba461");
    expect_bytes(type_kind::date, year_month_day{std::chrono::year::min() / 1 / 1}, "7f3e67bc");
}

TEST(date_codec, days_that_one_side_does_not_have_are_refused)
{
    EXPECT_EQ(
        bound(type_kind::date, day(last_day + 1)),
        marker + "2147483648 days since 1970-01-01 is beyond what CQL type date holds"
    );
    EXPECT_EQ(
        bound(type_kind::date, day(-last_day - 2)),
        marker + "-2147483649 days since 1970-01-01 is beyond what CQL type date holds"
    );
    EXPECT_EQ(
        bound(type_kind::date, year_month_day{2023y / 2 / 29}),
        marker + "year 2023, month 2, day 29 is no day of the calendar"
    );
    EXPECT_EQ(
        read_error<year_month_day>(type_kind::date, "ffffffff"),
        column +
            "day 2147483647 since 1970-01-01 is beyond the years -32767 to 32767 of "
            "std::chrono::year_month_day; read it as std::chrono::sys_days"
    );
    EXPECT_EQ(
        read_error<year_month_day>(type_kind::date, "80aba462").substr(0, 60),
        (column + "day 11248738 since 1970-01-01 is beyond").substr(0, 60)
    );
}

TEST(date_codec, a_day_is_bound_to_timestamp_as_its_midnight)
{
    EXPECT_EQ(bound(type_kind::timestamp, day(-1)), "fffffffffad9a400");
    EXPECT_EQ(bound(type_kind::timestamp, day(last_day)), "02932dfffad9a400");
    EXPECT_NE(
        bound(
            type_kind::timestamp, sys_days{days{std::numeric_limits<days::rep>::max()}}
        ).find("is beyond what CQL type timestamp holds"),
        std::string::npos
    );
    EXPECT_NE(
        bound(type_kind::timestamp, std::chrono::sys_seconds{std::chrono::seconds::max()})
            .find("is beyond what CQL type timestamp holds"),
        std::string::npos
    );
}

// R22
TEST(time_codec, bytes_are_the_published_ones)
{
    expect_bytes(type_kind::time, 13h + 30min + 54s + 234567891ns, "00002c40325e44d3");
    expect_bytes(type_kind::time, 86'399'999'999'999ns, "00004e94914effff");
    expect_bytes(type_kind::time, 0ns, "0000000000000000");
    EXPECT_EQ(bound(type_kind::time, 23h), "00004b4e60966000");
    EXPECT_EQ(bound(type_kind::time, 86'399'999ms), "00004e94913fbdc0");
}

TEST(time_codec, what_is_no_time_of_day_is_refused)
{
    EXPECT_EQ(
        bound(type_kind::time, 86'400'000'000'000ns),
        marker + "86400000000000 std::chrono::nanoseconds is beyond what CQL type time holds"
    );
    for (const auto& text :
         {bound(type_kind::time, -1ns),
          bound(type_kind::time, 24h),
          bound(type_kind::time, 86'400s),
          bound(type_kind::time, std::chrono::hours::max()),
          bound(type_kind::time, -1h)})
        EXPECT_NE(text.find("is beyond what CQL type time holds"), std::string::npos) << text;
    EXPECT_NE(
        read_error<std::chrono::nanoseconds>(type_kind::time, "ffffffffffffffff").find("is beyond"),
        std::string::npos
    );
    EXPECT_NE(
        read_error<std::chrono::nanoseconds>(type_kind::time, "00004e94914f0000").find("is beyond"),
        std::string::npos
    );
    EXPECT_FALSE(readable<std::chrono::seconds>);
    EXPECT_FALSE(bindable<std::chrono::duration<double>>);
}

// R22
TEST(duration_codec, bytes_are_the_published_ones)
{
    expect_bytes(type_kind::duration, duration{1, 2, 3ns}, "020406");
    expect_bytes(type_kind::duration, duration{-1, -2, -3ns}, "010305");
    expect_bytes(type_kind::duration, duration{}, "000000");
    expect_bytes(type_kind::duration, duration{63, 64, 8191ns}, "7e8080bffe");
    expect_bytes(type_kind::duration, duration{-64, -65, -8193ns}, "7f8081c04001");
    expect_bytes(type_kind::duration, duration{0, 0, 320'688s}, "0000fe024753fca5c000");
    expect_bytes(
        type_kind::duration,
        duration{INT32_MAX, INT32_MAX, std::chrono::nanoseconds::max()},
        "f0fffffffef0fffffffefffffffffffffffffe"
    );
    expect_bytes(
        type_kind::duration,
        duration{INT32_MIN, INT32_MIN, std::chrono::nanoseconds::min()},
        "f0fffffffff0ffffffffffffffffffffffffff"
    );
}

TEST(duration_codec, malformed_bytes_are_refused)
{
    const auto error = [](std::string_view hex) { return read_error<duration>(type_kind::duration, hex); };
    for (const auto* hex : {"", "02", "0204", "020480", "02040600", "ffffffffff", "0204ff00"})
        EXPECT_EQ(error(hex), column + "malformed duration: it is not three variable-length integers") << hex;
    EXPECT_EQ(error("f1000000000000"), column + "malformed duration: its months or days exceed 32 bits");
    EXPECT_EQ(error("00f10000000000"), column + "malformed duration: its months or days exceed 32 bits");
    for (const auto* hex : {"010400", "020300", "020005", "010006", "000106"})
        EXPECT_EQ(error(hex), column + "malformed duration: its parts are not all of one sign") << hex;
}

TEST(time_codecs, the_empty_value_is_no_value)
{
    EXPECT_EQ(read<std::optional<date>>(type_kind::date, ""), std::nullopt);
    EXPECT_EQ(read<std::optional<time_of_day>>(type_kind::time, ""), std::nullopt);
    EXPECT_EQ(
        read_error<date>(type_kind::date, ""),
        column +
            "the value of CQL type date is empty (zero bytes, not null); std::optional reads it as no value"
    );
    EXPECT_EQ(
        read_error<date>(type_kind::date, "0000"),
        column + "malformed value: CQL type date takes 4 bytes, these are 2"
    );
    EXPECT_EQ(
        read_error<time_of_day>(type_kind::time, "00"),
        column + "malformed value: CQL type time takes 8 bytes, these are 1"
    );
}

TEST(time_codecs, a_mismatch_names_the_legal_choices)
{
    EXPECT_EQ(
        read_error<std::int32_t>(type_kind::date, "80000000"),
        column +
            "CQL type date cannot be read as std::int32_t; legal: std::chrono::sys_days, "
            "std::chrono::year_month_day"
    );
    EXPECT_NE(
        bound(type_kind::duration, 1h)
            .find("cannot be bound to CQL type duration; legal: async_cassandra::duration"),
        std::string::npos
    );
    EXPECT_EQ(
        read_error<duration>(type_kind::time, "0000000000000000"),
        column + "CQL type time cannot be read as async_cassandra::duration; legal: std::chrono::nanoseconds"
    );
}

}  // namespace
}  // namespace async_cassandra
