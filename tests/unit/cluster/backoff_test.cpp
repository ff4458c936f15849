// SPDX-License-Identifier: Apache-2.0
#include "cluster/backoff.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>

namespace async_cassandra::detail {
namespace {

using namespace std::chrono_literals;

TEST(backoff, bounds_double_from_the_base_to_the_most)
{
    backoff subject{100ms, 1500ms};
    for (const auto bound : {100ms, 200ms, 400ms, 800ms, 1500ms, 1500ms}) {
        EXPECT_EQ(subject.bound(), bound);
        EXPECT_LE(subject.next(12345), bound);
    }
}

TEST(backoff, a_pause_is_anything_between_zero_and_the_bound)
{
    EXPECT_EQ((backoff{100ms, 1s}.next(0)), 0ms);
    EXPECT_EQ((backoff{100ms, 1s}.next(100)), 100ms);
    EXPECT_EQ((backoff{100ms, 1s}.next(101)), 0ms);
    for (std::uint64_t chance = 0; chance < 1000; ++chance) {
        const auto pause = backoff{100ms, 1s}.next(chance * 0x9E3779B97F4A7C15U);
        EXPECT_GE(pause, 0ms);
        EXPECT_LE(pause, 100ms);
    }
    EXPECT_LE((backoff{24h, 24h}.next(UINT64_MAX)), 24h);
}

TEST(backoff, the_whole_range_is_used)
{
    bool low = false;
    bool high = false;
    for (std::uint64_t chance = 0; chance < 1000; ++chance) {
        const auto pause = backoff{100ms, 1s}.next(chance * 0x9E3779B97F4A7C15U);
        low = low || pause < 10ms;
        high = high || pause > 90ms;
    }
    EXPECT_TRUE(low && high);
}

TEST(backoff, begins_anew_when_a_connection_works_again)
{
    backoff subject{100ms, 30s};
    for (int i = 0; i < 50; ++i)
        static_cast<void>(subject.next(7));
    EXPECT_EQ(subject.bound(), 30s);
    subject.reset();
    EXPECT_EQ(subject.bound(), 100ms);
}

}  // namespace
}  // namespace async_cassandra::detail
