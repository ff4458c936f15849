// SPDX-License-Identifier: Apache-2.0
#include "bench_report.hpp"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

namespace async_cassandra::cli {
namespace {

using ::testing::HasSubstr;
using namespace std::chrono_literals;

bench_figures some_figures()
{
    bench_figures figures;
    for (int i = 1; i <= 1000; ++i)
        figures.tally.latencies.record(i * 1us);
    figures.tally.requests = 1000;
    figures.tally.errors = 3;
    figures.tally.errors_by_class = {{"connection_error", 2}, {"write_timeout", 1}};
    figures.tally.rows = 5'000'000;
    figures.tally.checksum = 0xfedcba9876543210;
    figures.seconds = 2;
    figures.cpu_us = 400;
    figures.peak_mib = 12.5;
    figures.mib_at_end = 12;
    return figures;
}

TEST(bench_report, has_every_field_of_the_json_object)
{
    bench_options options;
    options.operation = bench_operation::stream;
    options.in_flight = 2;
    const std::string text = to_json(options, some_figures());
    EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 1);
    const auto json = nlohmann::json::parse(text);
    EXPECT_EQ(json["op"], "stream");
    EXPECT_EQ(json["protocol"], 5);
    EXPECT_EQ(json["threads"], 1);
    EXPECT_EQ(json["in_flight"], 2);
    EXPECT_EQ(json["requests"], 1000);
    EXPECT_EQ(json["errors"], 3);
    EXPECT_EQ(json["errors_by_class"], (nlohmann::json{{"connection_error", 2}, {"write_timeout", 1}}));
    EXPECT_EQ(json["longest_ms"], 1.0);
    EXPECT_EQ(json["seconds"], 2.0);
    EXPECT_EQ(json["requests_per_second"], 500.0);
    EXPECT_EQ(json["cpu_us_per_request"], 0.4);
    EXPECT_NEAR(json["latency_us"]["p50"], 500, 2);
    EXPECT_NEAR(json["latency_us"]["p90"], 900, 4);
    EXPECT_NEAR(json["latency_us"]["p99"], 990, 4);
    EXPECT_NEAR(json["latency_us"]["p999"], 999, 4);
    EXPECT_EQ(json["latency_us"]["max"], 1000.0);
    EXPECT_EQ(json["peak_rss_mib"], 12.5);
    EXPECT_EQ(json["rows"], 5'000'000);
    EXPECT_EQ(json["rows_per_second"], 2'500'000.0);
    EXPECT_EQ(json["cpu_us_per_row"], 0.00008);
    EXPECT_EQ(json["checksum"], "fedcba9876543210");
}

TEST(bench_report, has_no_figures_of_streams_for_other_operations)
{
    bench_options options;
    options.operation = bench_operation::insert;
    const auto json = nlohmann::json::parse(to_json(options, some_figures()));
    EXPECT_FALSE(json.contains("checksum"));
    EXPECT_FALSE(json.contains("rows"));
}

TEST(bench_report, is_valid_when_nothing_was_done)
{
    const auto json = nlohmann::json::parse(to_json(bench_options{}, bench_figures{}));
    EXPECT_EQ(json["requests_per_second"], 0.0);
    EXPECT_EQ(json["latency_us"]["max"], 0.0);
    EXPECT_EQ(json["longest_ms"], 0.0);
    EXPECT_EQ(json["errors_by_class"], nlohmann::json::object());
}

TEST(bench_report, tells_a_person_the_same)
{
    const std::string text = to_text(bench_options{}, some_figures());
    EXPECT_THAT(text, HasSubstr("1,000 in 2.00 s: 500 a second, 3 failed"));
    EXPECT_THAT(text, HasSubstr("failed    2 connection_error\n"));
    EXPECT_THAT(text, HasSubstr("failed    1 write_timeout\n"));
    EXPECT_THAT(text, HasSubstr("max 1.00 ms"));
    EXPECT_THAT(text, HasSubstr("0.400 us a request"));
}

TEST(bench_tally, adds_up_what_failed_by_class)
{
    bench_tally sum;
    bench_tally one;
    one.errors_by_class = {{"connection_error", 2}};
    sum.merge(one);
    one.errors_by_class = {{"connection_error", 1}, {"unavailable", 4}};
    sum.merge(one);
    EXPECT_EQ(
        sum.errors_by_class,
        (std::map<std::string, std::uint64_t>{{"connection_error", 3}, {"unavailable", 4}})
    );
}

TEST(grouped, puts_commas_between_thousands)
{
    EXPECT_EQ(grouped(0), "0");
    EXPECT_EQ(grouped(999), "999");
    EXPECT_EQ(grouped(1000), "1,000");
    EXPECT_EQ(grouped(123456), "123,456");
    EXPECT_EQ(grouped(1234567), "1,234,567");
}

}  // namespace
}  // namespace async_cassandra::cli
