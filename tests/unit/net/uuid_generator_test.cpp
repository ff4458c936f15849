// SPDX-License-Identifier: Apache-2.0
#include <async_cassandra/uuid_generator.hpp>

#include <gtest/gtest.h>

#include <thread>
#include <unordered_set>
#include <vector>

namespace async_cassandra {
namespace {

using namespace std::chrono_literals;

/// A clock that stands where it is put, and chance that counts.
struct fixed_sources {
    uuid::time_point now{1'700'000'000s};
    std::uint64_t chance = 0xFEDC'BA98'7654'3210;

    uuid_generator::sources get()
    {
        return {[this] { return now; }, [this] { return chance++; }};
    }
};

TEST(uuid_generator, version_1_carries_time_and_node)
{
    fixed_sources from;
    uuid_generator make{from.get()};
    const uuid id = make.time_based();
    EXPECT_EQ(id.version(), 1);
    EXPECT_EQ(id.timestamp(), from.now);
    EXPECT_EQ(id.to_string(), "04afc000-833b-11ee-bedc-bb9876543210");
    EXPECT_EQ(uuid::parse(id.to_string()), id);
}

TEST(uuid_generator, version_1_goes_on_when_the_clock_does_not)
{
    fixed_sources from;
    uuid_generator make{from.get()};
    uuid::time_point last = *make.time_based().timestamp();
    for (const auto step : {0s, 0s, -3600s, 0s, 7200s, -1s}) {
        from.now += step;
        const uuid::time_point next = *make.time_based().timestamp();
        EXPECT_GT(next, last);
        last = next;
    }
    EXPECT_EQ(last, uuid::time_point{1'700'000'000s + 3600s} + uuid::time_point::duration{1});
}

TEST(uuid_generator, version_4_is_chance)
{
    fixed_sources from;
    uuid_generator make{from.get()};
    EXPECT_EQ(make.random().to_string(), "fedcba98-7654-4211-bedc-ba9876543212");
    EXPECT_EQ(make.random().version(), 4);
}

TEST(uuid_generator, the_system_never_repeats_itself)
{
    uuid_generator one;
    uuid_generator other;
    std::unordered_set<uuid> seen;
    uuid::time_point last{uuid::time_point::min()};
    for (int i = 0; i < 10'000; ++i) {
        const uuid id = one.time_based();
        EXPECT_GT(*id.timestamp(), last);
        last = *id.timestamp();
        EXPECT_TRUE(seen.insert(id).second);
        EXPECT_TRUE(seen.insert(other.time_based()).second);
        EXPECT_TRUE(seen.insert(one.random()).second);
    }
}

TEST(uuid_generator, threads_never_get_the_same)
{
    fixed_sources from;
    const uuid_generator::sources standing{[&from] { return from.now; }, [] { return 7; }};
    uuid_generator make{standing};
    std::vector<std::vector<uuid>> made(4);
    std::vector<std::thread> threads;
    for (auto& mine : made)
        threads.emplace_back([&make, &mine] {
            for (int i = 0; i < 5000; ++i)
                mine.push_back(make.time_based());
        });
    for (auto& thread : threads)
        thread.join();
    std::unordered_set<uuid> all;
    for (const auto& mine : made)
        all.insert(mine.begin(), mine.end());
    EXPECT_EQ(all.size(), 20'000U);
}

}  // namespace
}  // namespace async_cassandra
