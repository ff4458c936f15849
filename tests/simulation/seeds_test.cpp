// SPDX-License-Identifier: Apache-2.0
#include "simulation/scenario_run.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>

namespace async_cassandra::testing {
namespace {

/// 200, or what the environment variable AC_SIM_SEEDS says.
std::uint64_t seed_count()
{
    const char* wanted = std::getenv("AC_SIM_SEEDS");
    const std::uint64_t count = wanted == nullptr ? 0 : std::strtoull(wanted, nullptr, 10);
    return count == 0 ? 200 : count;
}

constexpr std::uint64_t parts = 4;

/// In parts, so that they can run side by side.
class seeds : public ::testing::TestWithParam<std::uint64_t> {};

INSTANTIATE_TEST_SUITE_P(all, seeds, ::testing::Range<std::uint64_t>(0, parts));

TEST_P(seeds, keep_every_promise_and_run_alike_twice)
{
    const std::uint64_t count = seed_count();
    scenario_report last;
    std::size_t calls = 0;
    std::size_t failed = 0;
    for (std::uint64_t seed = 1 + GetParam(); seed <= count; seed += parts) {
        EXPECT_EQ(check_seed(seed, &last), "");
        calls += last.calls;
        failed += last.failed_calls;
    }
    // A scenario in which nothing or everything fails shows nothing.
    if (count >= 200) {
        EXPECT_GT(failed, calls / 50);
        EXPECT_LT(failed, calls / 2);
    }
}

}  // namespace
}  // namespace async_cassandra::testing
