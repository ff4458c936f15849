// SPDX-License-Identifier: Apache-2.0
#include "base/timer_wheel.hpp"

#include "support/seeded_random.hpp"

#include <gmock/gmock.h>

#include <array>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <vector>

namespace async_cassandra::base {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using time_point = timer_wheel::time_point;

constexpr time_point start{1000h};

class timer final : public timer_node {
public:
    timer() = default;
    explicit timer(std::function<void(time_point)> action) : action_(std::move(action)) {}
    void on_timer(time_point now) noexcept override { action_(now); }
    void does(std::function<void(time_point)> action) { action_ = std::move(action); }

private:
    std::function<void(time_point)> action_ = [](time_point) {};
};

class timer_wheel_test : public ::testing::Test {
protected:
    timer& add(int name, std::chrono::nanoseconds when)
    {
        timers_.push_back(std::make_unique<timer>([this, name](time_point) { fired.push_back(name); }));
        wheel.set(*timers_.back(), start + when);
        return *timers_.back();
    }

    timer_wheel wheel{start};
    std::vector<int> fired;

private:
    std::vector<std::unique_ptr<timer>> timers_;
};

TEST_F(timer_wheel_test, nothing_is_next_when_nothing_is_set)
{
    EXPECT_EQ(wheel.next(), std::nullopt);
    wheel.advance(start + 24h);
    EXPECT_EQ(wheel.next(), std::nullopt);
}

TEST_F(timer_wheel_test, knows_how_many_are_set)
{
    EXPECT_EQ(wheel.size(), 0U);
    timer& first = add(1, 5ms);
    timer& second = add(2, 10h);
    add(3, 7ms);
    EXPECT_EQ(wheel.size(), 3U);
    wheel.set(first, start + 20min);
    EXPECT_EQ(wheel.size(), 3U) << "it moved";
    wheel.advance(start + 7ms);
    EXPECT_EQ(wheel.size(), 2U) << "one fired";
    timer_wheel::clear(first);
    timer_wheel::clear(first);
    EXPECT_EQ(wheel.size(), 1U);
    {
        timer gone;
        wheel.set(gone, start + 1h);
        EXPECT_EQ(wheel.size(), 2U);
    }
    EXPECT_EQ(wheel.size(), 1U) << "one was destroyed";
    wheel.advance(start + 9h);
    EXPECT_EQ(wheel.size(), 1U) << "distant ones move closer, and stay set";
    second.does([&](time_point) { EXPECT_EQ(wheel.size(), 0U) << "one that fires is not set"; });
    wheel.advance(start + 11h);
    EXPECT_EQ(wheel.size(), 0U);
}

TEST_F(timer_wheel_test, counts_one_that_sets_itself_again)
{
    timer again;
    again.does([&](time_point now) { wheel.set(again, now + 5ms); });
    wheel.set(again, start + 5ms);
    wheel.advance(start + 100ms);
    EXPECT_EQ(wheel.size(), 1U);
}

TEST_F(timer_wheel_test, fires_in_order_of_time_whatever_the_order_of_setting)
{
    add(3, 30ms);
    add(1, 10ms);
    add(5, 5s);
    add(2, 20ms);
    add(4, 1023ms);
    wheel.advance(start + 10s);
    EXPECT_THAT(fired, ElementsAre(1, 2, 3, 4, 5));
}

TEST_F(timer_wheel_test, timers_of_one_tick_fire_in_the_order_they_were_set)
{
    add(1, 10ms);
    add(2, 10ms);
    add(3, 9500us);
    wheel.advance(start + 10ms);
    EXPECT_THAT(fired, ElementsAre(1, 2, 3));
}

TEST_F(timer_wheel_test, never_fires_early_and_at_most_one_tick_late)
{
    add(1, 7400us);
    wheel.advance(start + 7399us);
    EXPECT_THAT(fired, IsEmpty());
    ASSERT_TRUE(wheel.next());
    EXPECT_GE(*wheel.next(), start + 7400us);
    EXPECT_LE(*wheel.next(), start + 8400us);
    wheel.advance(*wheel.next() - 1ns);
    EXPECT_THAT(fired, IsEmpty());
    wheel.advance(*wheel.next());
    EXPECT_THAT(fired, ElementsAre(1));
}

TEST_F(timer_wheel_test, a_clock_before_the_start_fires_nothing)
{
    add(1, 0ms);
    wheel.advance(start - 1ms);
    EXPECT_THAT(fired, IsEmpty());
    wheel.advance(start);
    EXPECT_THAT(fired, ElementsAre(1));
}

TEST_F(timer_wheel_test, a_time_in_the_past_fires_with_the_next_advance)
{
    wheel.advance(start + 5s);
    add(1, 1s);
    add(2, -1h);
    ASSERT_TRUE(wheel.next());
    EXPECT_LE(*wheel.next(), start + 5s + 1ms);
    wheel.advance(start + 5s + 1ms);
    EXPECT_THAT(fired, ElementsAre(1, 2));
}

TEST_F(timer_wheel_test, far_timers_come_closer_and_fire_on_their_tick)
{
    for (const auto when : {1024ms, 1025ms, 1535ms, 1536ms, 2047ms, 2048ms, 10'000ms, 86'400'000ms})
        add(static_cast<int>(when.count()), when);
    std::vector<int> expected;
    for (const int when : {1024, 1025, 1535, 1536, 2047, 2048, 10'000, 86'400'000}) {
        wheel.advance(start + std::chrono::milliseconds{when} - 1ns);
        EXPECT_EQ(fired, expected);
        wheel.advance(start + std::chrono::milliseconds{when});
        expected.push_back(when);
        EXPECT_EQ(fired, expected);
    }
}

TEST_F(timer_wheel_test, following_next_reaches_every_timer_without_reading_the_clock_otherwise)
{
    add(1, 3ms);
    add(2, 4s);
    add(3, 1h);
    int steps = 0;
    while (const auto next = wheel.next()) {
        wheel.advance(*next);
        ASSERT_LT(++steps, 8000);
    }
    EXPECT_THAT(fired, ElementsAre(1, 2, 3));
}

TEST_F(timer_wheel_test, a_set_timer_moves_and_a_cleared_one_is_silent)
{
    timer& moved = add(1, 10ms);
    timer& cleared = add(2, 10ms);
    timer& far = add(3, 10s);
    wheel.set(moved, start + 50ms);
    timer_wheel::clear(cleared);
    timer_wheel::clear(cleared);
    wheel.set(far, start + 20ms);
    wheel.advance(start + 40ms);
    EXPECT_THAT(fired, ElementsAre(3));
    wheel.advance(start + 1min);
    EXPECT_THAT(fired, ElementsAre(3, 1));
}

TEST_F(timer_wheel_test, a_destroyed_timer_is_silent)
{
    auto gone = std::make_unique<timer>([](time_point) { FAIL() << "fired after its end"; });
    wheel.set(*gone, start + 5ms);
    gone.reset();
    wheel.advance(start + 1s);
    EXPECT_EQ(wheel.next(), std::nullopt);
}

TEST_F(timer_wheel_test, a_firing_timer_may_clear_and_destroy_those_of_its_own_tick)
{
    timer first;
    timer cleared{[](time_point) { FAIL() << "was cleared"; }};
    auto destroyed = std::make_unique<timer>([](time_point) { FAIL() << "was destroyed"; });
    first.does([&](time_point) {
        timer_wheel::clear(cleared);
        destroyed.reset();
    });
    wheel.set(first, start + 5ms);
    wheel.set(cleared, start + 5ms);
    wheel.set(*destroyed, start + 5ms);
    add(1, 5ms);
    wheel.advance(start + 5ms);
    EXPECT_THAT(fired, ElementsAre(1));
}

TEST_F(timer_wheel_test, a_firing_timer_may_set_itself_and_move_one_of_its_own_tick)
{
    timer again;
    timer& other = add(9, 5ms);
    std::vector<std::chrono::milliseconds> times;
    again.does([&](time_point now) {
        times.push_back(std::chrono::duration_cast<std::chrono::milliseconds>(now - start));
        if (times.size() == 1)
            wheel.set(other, now + 100ms);
        if (times.size() < 4)
            wheel.set(again, now + 5ms);
    });
    wheel.set(again, start + 4ms);
    for (auto now = start; now <= start + 1s; now += 1ms)
        wheel.advance(now);
    EXPECT_THAT(times, ElementsAre(4ms, 9ms, 14ms, 19ms));
    EXPECT_THAT(fired, ElementsAre(9));
}

TEST_F(timer_wheel_test, a_timer_that_sets_itself_to_now_does_not_hold_up_a_long_jump)
{
    timer again;
    int count = 0;
    again.does([&](time_point now) {
        ++count;
        wheel.set(again, now);
    });
    wheel.set(again, start);
    wheel.advance(start + 1500ms);
    // It is told the time of the jump, so each round is due on the tick that follows.
    EXPECT_GE(count, 1);
    EXPECT_LE(count, 1501);
    ASSERT_TRUE(wheel.next());
    EXPECT_EQ(*wheel.next(), start + 1501ms);
}

TEST_F(timer_wheel_test, timers_set_while_a_long_jump_fires_others_keep_their_times)
{
    timer setter;
    timer late{[&](time_point now) {
        EXPECT_GE(now, start + 1h + 700ms);
        fired.push_back(1);
    }};
    timer later{[&](time_point now) {
        EXPECT_GE(now, start + 2h);
        fired.push_back(2);
    }};
    setter.does([&](time_point now) {
        wheel.set(late, now + 700ms);
        wheel.set(later, now + 1h);
    });
    wheel.set(setter, start + 1ms);
    wheel.advance(start + 1h);
    EXPECT_THAT(fired, IsEmpty());
    wheel.advance(start + 1h + 699ms);
    EXPECT_THAT(fired, IsEmpty());
    wheel.advance(start + 1h + 701ms);
    EXPECT_THAT(fired, ElementsAre(1));
    wheel.advance(start + 2h + 1ms);
    EXPECT_THAT(fired, ElementsAre(1, 2));
}

// The same calls on the wheel and on a sorted list.
class against_a_model : public ::testing::TestWithParam<std::uint64_t> {
protected:
    struct entry {
        std::unique_ptr<timer> node;
        std::optional<time_point> due;
    };

    void set(std::size_t i, time_point when)
    {
        wheel_.set(*entries_[i].node, when);
        entries_[i].due = std::max(when, now_);  // a time that has passed means now
    }

    void clear(std::size_t i)
    {
        timer_wheel::clear(*entries_[i].node);
        entries_[i].due.reset();
    }

    void fire(std::size_t i, time_point now)
    {
        ASSERT_TRUE(entries_[i].due) << "fired though it was not set";
        EXPECT_LE(*entries_[i].due, now) << "early";
        EXPECT_LE(last_, *entries_[i].due + 1ms) << "out of order";
        last_ = std::max(last_, *entries_[i].due);
        entries_[i].due.reset();
        if (random_.chance(1, 4))
            set(random_.between(0, entries_.size() - 1), now + some_time());
        if (random_.chance(1, 8))
            clear(random_.between(0, entries_.size() - 1));
    }

    std::chrono::nanoseconds some_time()
    {
        static constexpr std::array<std::chrono::nanoseconds, 6> bounds{1ms, 10ms, 1100ms, 3s, 20s, 5min};
        return random_.between(0ns, bounds[random_.between(0, bounds.size() - 1)]);
    }

    void advance(time_point now)
    {
        last_ = {};
        now_ = now;
        wheel_.advance(now);
        std::optional<time_point> earliest;
        for (const entry& e : entries_) {
            if (!e.due)
                continue;
            EXPECT_GT(*e.due + 1ms, now) << "more than a tick late";
            earliest = std::min(earliest.value_or(*e.due), *e.due);
        }
        const auto next = wheel_.next();
        ASSERT_EQ(next.has_value(), earliest.has_value());
        if (next) {
            EXPECT_LE(*next, std::max(*earliest, now) + 1ms);
        }
    }

    testing::seeded_random random_{GetParam()};
    timer_wheel wheel_{start};
    std::vector<entry> entries_;
    time_point now_ = start;
    time_point last_{};
};

TEST_P(against_a_model, every_timer_fires_once_in_order_and_on_time)
{
    for (std::size_t i = 0; i < 200; ++i)
        entries_.push_back(
            {std::make_unique<timer>([this, i](time_point now) { fire(i, now); }), std::nullopt}
        );
    time_point now = start;
    for (int step = 0; step < 1500 && !HasFailure(); ++step) {
        const std::size_t i = random_.between(0, entries_.size() - 1);
        if (random_.chance(1, 3))
            advance(now += some_time());
        else if (random_.chance(1, 3))
            clear(i);
        else
            set(i, now + some_time() - random_.between(0ns, 5ms));
        if (const auto next = wheel_.next(); next && random_.chance(1, 4))
            advance(now = std::max(now, *next));
    }
}

INSTANTIATE_TEST_SUITE_P(seeds, against_a_model, ::testing::Range(std::uint64_t{1}, std::uint64_t{21}));

}  // namespace
}  // namespace async_cassandra::base
