// SPDX-License-Identifier: Apache-2.0
#include "bench_schedule.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace async_cassandra::cli {
namespace {

using std::chrono::nanoseconds;
using namespace std::chrono_literals;

constexpr bench_clock::time_point start{1'000s};

std::vector<bench_clock::time_point> take_all(open_schedule& schedule, bench_clock::time_point now)
{
    std::vector<bench_clock::time_point> taken;
    while (const auto due = schedule.take(now))
        taken.push_back(*due);
    return taken;
}

TEST(share_of, adds_up_to_the_whole)
{
    for (const std::uint64_t whole : {0U, 1U, 7U, 8U, 1000U}) {
        for (const std::uint64_t parts : {1U, 2U, 3U, 8U}) {
            std::uint64_t sum = 0;
            for (std::uint64_t part = 0; part < parts; ++part)
                sum += share_of(whole, part, parts);
            EXPECT_EQ(sum, whole);
        }
    }
}

TEST(open_schedule, lets_nothing_leave_early_and_counts_from_when_it_was_due)
{
    open_schedule schedule{{.rate = 1000, .requests = 5, .duration = {}}, 0, 1};
    schedule.begin(start);
    EXPECT_EQ(take_all(schedule, start), std::vector{start});
    EXPECT_EQ(schedule.next_due(), start + 1ms);
    EXPECT_TRUE(take_all(schedule, start + 1ms - 1ns).empty());
    EXPECT_EQ(take_all(schedule, start + 3500us), (std::vector{start + 1ms, start + 2ms, start + 3ms}));
    EXPECT_FALSE(schedule.is_over(start + 3500us));
    EXPECT_EQ(take_all(schedule, start + 1h), std::vector{start + 4ms});
    EXPECT_TRUE(schedule.is_over(start + 1h));
    EXPECT_FALSE(schedule.take_unsent());
}

TEST(open_schedule, does_not_drift_when_the_interval_is_no_whole_number)
{
    open_schedule schedule{{.rate = 3, .requests = 3'000'001, .duration = {}}, 0, 1};
    schedule.begin(start);
    bench_clock::time_point last{};
    for (int i = 0; i <= 3'000'000; ++i)
        last = schedule.take(start + 24h * 365).value();
    EXPECT_LE(std::chrono::abs(last - (start + 1'000'000s)), 1us);
}

TEST(open_schedule, is_split_among_threads_without_changing_it)
{
    const open_schedule::settings whole{.rate = 700, .requests = 100, .duration = {}};
    open_schedule undivided{whole, 0, 1};
    undivided.begin(start);
    std::vector<bench_clock::time_point> together;
    for (std::uint64_t part = 0; part < 3; ++part) {
        open_schedule schedule{whole, part, 3};
        schedule.begin(start);
        const auto taken = take_all(schedule, start + 1h);
        together.insert(together.end(), taken.begin(), taken.end());
    }
    std::ranges::sort(together);
    EXPECT_EQ(together, take_all(undivided, start + 1h));
}

TEST(open_schedule, has_as_many_requests_as_the_duration_holds)
{
    open_schedule schedule{{.rate = 10, .requests = {}, .duration = 1s}, 0, 1};
    schedule.begin(start);
    EXPECT_EQ(take_all(schedule, start + 999ms).size(), 10U);
    EXPECT_TRUE(schedule.is_over(start + 999ms));
}

TEST(open_schedule, tells_how_long_those_waited_that_never_left)
{
    open_schedule schedule{{.rate = 10, .requests = {}, .duration = 1s}, 0, 1};
    schedule.begin(start);
    EXPECT_EQ(take_all(schedule, start + 750ms).size(), 8U);
    EXPECT_TRUE(schedule.is_over(start + 1s));
    EXPECT_FALSE(schedule.take(start + 1s)) << "the time is up";
    EXPECT_EQ(schedule.take_unsent(), nanoseconds{200ms});
    EXPECT_EQ(schedule.take_unsent(), nanoseconds{100ms});
    EXPECT_FALSE(schedule.take_unsent());
}

TEST(closed_pacing, ends_after_its_requests)
{
    closed_pacing pacing{2, std::nullopt};
    pacing.begin(start);
    EXPECT_EQ(pacing.take(start + 5s), start + 5s);
    EXPECT_EQ(pacing.take(start + 6s), start + 6s);
    EXPECT_TRUE(pacing.is_over(start + 6s));
    EXPECT_FALSE(pacing.take(start + 7s));
}

TEST(closed_pacing, ends_with_the_time)
{
    closed_pacing pacing{std::nullopt, 1s};
    pacing.begin(start);
    EXPECT_TRUE(pacing.take(start + 999ms));
    EXPECT_FALSE(pacing.take(start + 1s));
    EXPECT_TRUE(pacing.is_over(start + 1s));
}

}  // namespace
}  // namespace async_cassandra::cli
