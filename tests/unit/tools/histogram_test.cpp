// SPDX-License-Identifier: Apache-2.0
#include "histogram.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

namespace async_cassandra::cli {
namespace {

using std::chrono::nanoseconds;
using namespace std::chrono_literals;

TEST(histogram, says_zero_when_nothing_was_recorded)
{
    const histogram empty;
    EXPECT_EQ(empty.count(), 0U);
    EXPECT_EQ(empty.percentile(0.5), 0ns);
    EXPECT_EQ(empty.max(), 0ns);
}

TEST(histogram, is_exact_below_512_nanoseconds)
{
    for (int value = 0; value < 512; ++value) {
        histogram h;
        h.record(nanoseconds{value});
        h.record(1s);
        EXPECT_EQ(h.percentile(0.5), nanoseconds{value});
    }
}

TEST(histogram, never_understates_and_errs_by_less_than_a_256th)
{
    for (std::int64_t value = 1; value < (std::int64_t{1} << 40); value += 1 + value / 37) {
        histogram h;
        h.record(nanoseconds{value});
        h.record(nanoseconds{(std::int64_t{1} << 40) - 1}
        );  // so that the maximum does not cut the bucket off
        const auto told = h.percentile(0.5).count();
        ASSERT_GE(told, value);
        ASSERT_LT(static_cast<double>(told - value), static_cast<double>(value) / 256 + 1e-9) << value;
    }
}

TEST(histogram, knows_both_ends_of_every_power_of_two)
{
    for (int bits = 9; bits < 40; ++bits) {
        for (const std::int64_t value : {(std::int64_t{1} << bits) - 1, std::int64_t{1} << bits}) {
            histogram h;
            h.record(nanoseconds{value});
            EXPECT_EQ(h.percentile(1), nanoseconds{value});
        }
    }
}

TEST(histogram, keeps_the_largest_exactly_and_tells_no_percentile_above_it)
{
    histogram h;
    h.record(1'000'001ns);
    EXPECT_EQ(h.max(), 1'000'001ns);
    EXPECT_EQ(h.percentile(0.999), 1'000'001ns);
}

TEST(histogram, counts_what_is_out_of_range_at_the_ends)
{
    histogram h;
    h.record(-5ns);
    h.record(24h);
    EXPECT_EQ(h.count(), 2U);
    EXPECT_EQ(h.percentile(0.5), 0ns);
    EXPECT_EQ(h.max(), nanoseconds{(std::int64_t{1} << 40) - 1});
}

TEST(histogram, takes_the_rank_that_the_fraction_says)
{
    histogram h;
    for (int value = 1; value <= 100; ++value)
        h.record(nanoseconds{value});
    EXPECT_EQ(h.percentile(0), 1ns);
    EXPECT_EQ(h.percentile(0.01), 1ns);
    EXPECT_EQ(h.percentile(0.5), 50ns);
    EXPECT_EQ(h.percentile(0.501), 51ns);
    EXPECT_EQ(h.percentile(0.99), 99ns);
    EXPECT_EQ(h.percentile(1), 100ns);
    EXPECT_EQ(h.percentile(7), 100ns);
}

TEST(histogram, agrees_with_the_sorted_values)
{
    std::mt19937_64 random{1};
    std::lognormal_distribution<double> spread{12, 2};
    std::vector<std::int64_t> values;
    histogram h;
    for (int i = 0; i < 20'000; ++i) {
        values.push_back(static_cast<std::int64_t>(spread(random)));
        h.record(nanoseconds{values.back()});
    }
    std::ranges::sort(values);
    for (const double fraction : {0.1, 0.5, 0.9, 0.99, 0.999}) {
        const auto rank = static_cast<std::size_t>(std::ceil(fraction * static_cast<double>(values.size())));
        const auto exact = static_cast<double>(values[rank - 1]);
        const auto told = static_cast<double>(h.percentile(fraction).count());
        EXPECT_GE(told, exact);
        EXPECT_LE(told, exact * (1 + 1.0 / 256));
    }
}

TEST(histogram, merges_what_several_threads_counted)
{
    histogram all;
    histogram one;
    histogram other;
    for (int value = 0; value < 1000; ++value) {
        const nanoseconds duration{value * value};
        all.record(duration);
        (value % 3 == 0 ? one : other).record(duration);
    }
    one.merge(other);
    EXPECT_EQ(one.count(), all.count());
    EXPECT_EQ(one.max(), all.max());
    for (const double fraction : {0.01, 0.5, 0.99})
        EXPECT_EQ(one.percentile(fraction), all.percentile(fraction));
}

}  // namespace
}  // namespace async_cassandra::cli
