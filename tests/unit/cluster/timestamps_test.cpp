// SPDX-License-Identifier: Apache-2.0
#include "cluster/timestamps.hpp"

#include <gtest/gtest.h>

namespace async_cassandra::detail {
namespace {

using namespace std::chrono_literals;

TEST(timestamps, follow_the_clock_and_never_stand_still)
{
    timestamps times;
    const std::chrono::nanoseconds noon{1'700'000'000s};
    EXPECT_EQ(times.next(noon), 1'700'000'000'000'000);
    EXPECT_EQ(times.next(noon), 1'700'000'000'000'001);
    EXPECT_EQ(times.next(noon - 1h), 1'700'000'000'000'002) << "the clock was set back";
    EXPECT_EQ(times.next(noon + 1s), 1'700'000'001'000'000);
}

TEST(timestamps, may_lie_before_1970)
{
    timestamps times;
    EXPECT_EQ(times.next(-1s), -1'000'000);
}

}  // namespace
}  // namespace async_cassandra::detail
