// SPDX-License-Identifier: Apache-2.0
#include "support/simulated_world.hpp"

#include <boost/asio/post.hpp>

#include <gmock/gmock.h>

#include <memory>
#include <vector>

namespace async_cassandra::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(simulated_world, time_begins_at_a_fixed_point_and_passes_only_when_driven)
{
    simulated_world world;
    EXPECT_EQ(world.environment()->now(), simulation_core::start);
    EXPECT_EQ(world.environment()->wall_now(), simulation_core::wall_start);
    world.run_for(90min);
    EXPECT_EQ(world.environment()->now(), simulation_core::start + 90min);
    EXPECT_EQ(world.environment()->wall_now(), simulation_core::wall_start + 90min);
}

TEST(simulated_world, alarms_ring_in_order_of_time_and_then_of_setting)
{
    simulated_world world;
    std::vector<int> rung;
    std::vector<std::unique_ptr<base::alarm>> alarms;
    const std::vector<std::chrono::milliseconds> times{30ms, 10ms, 20ms, 10ms};
    for (std::size_t i = 0; i < times.size(); ++i) {
        alarms.push_back(world.environment()->make_alarm([&rung, i] { rung.push_back(static_cast<int>(i)); })
        );
        alarms.back()->set(world.now() + times[i]);
    }
    world.run_for(9ms);
    EXPECT_THAT(rung, IsEmpty());
    world.run_for(1ms);
    EXPECT_THAT(rung, ElementsAre(1, 3));
    EXPECT_TRUE(world.run_until_idle());
    EXPECT_THAT(rung, ElementsAre(1, 3, 2, 0));
    EXPECT_EQ(world.elapsed(), 30ms);
}

TEST(simulated_world, an_alarm_rings_once_for_the_last_time_set)
{
    simulated_world world;
    std::vector<std::chrono::nanoseconds> rung;
    const auto alarm = world.environment()->make_alarm([&] { rung.push_back(world.elapsed()); });
    alarm->set(world.now() + 5ms);
    alarm->set(world.now() + 50ms);
    world.run_for(20ms);
    EXPECT_THAT(rung, IsEmpty());
    alarm->set(world.now() - 1ms);
    world.run_for(1s);
    EXPECT_THAT(rung, ElementsAre(20ms));
    alarm->set(world.now() + 1ms);
    alarm->clear();
    world.run_for(1s);
    EXPECT_THAT(rung, ElementsAre(20ms));
}

TEST(simulated_world, a_destroyed_alarm_is_silent_and_an_alarm_may_destroy_another)
{
    simulated_world world;
    bool second_rang = false;
    auto second = world.environment()->make_alarm([&] { second_rang = true; });
    const auto first = world.environment()->make_alarm([&] { second.reset(); });
    first->set(world.now() + 1ms);
    second->set(world.now() + 1ms);
    world.run_for(1s);
    EXPECT_FALSE(second_rang);
}

TEST(simulated_world, callbacks_run_on_the_executor_and_never_within_the_call)
{
    simulated_world world;
    bool on_executor = false;
    const auto alarm =
        world.environment()->make_alarm([&] { on_executor = world.environment()->on_executor(); });
    alarm->set(world.now());
    EXPECT_FALSE(on_executor);
    EXPECT_FALSE(world.environment()->on_executor());
    world.run_for(0ms);
    EXPECT_TRUE(on_executor);
}

TEST(simulated_world, run_until_stops_at_once_and_tells_when_it_was_in_vain)
{
    simulated_world world;
    bool done = false;
    world.after(10ms, [&] { done = true; });
    world.after(11ms, [] {});
    EXPECT_TRUE(world.run_until([&] { return done; }, 1s));
    EXPECT_EQ(world.elapsed(), 10ms);
    EXPECT_FALSE(world.run_until([] { return false; }, 1s));
    EXPECT_EQ(world.elapsed(), 1010ms);
}

TEST(simulated_world, what_is_overdue_after_a_stall_runs_late_but_in_order)
{
    simulated_world world;
    std::vector<std::chrono::nanoseconds> rung;
    const auto note = [&] { rung.push_back(world.elapsed()); };
    const auto a = world.environment()->make_alarm(note);
    const auto b = world.environment()->make_alarm(note);
    a->set(world.now() + 10ms);
    b->set(world.now() + 300ms);
    world.stall(200ms);
    EXPECT_TRUE(world.run_until_idle());
    EXPECT_THAT(rung, ElementsAre(200ms, 300ms));
}

TEST(simulated_world, entropy_comes_from_the_seed)
{
    simulated_world a{1};
    simulated_world b{1};
    simulated_world c{2};
    const auto first = a.environment()->entropy();
    EXPECT_EQ(first, b.environment()->entropy());
    EXPECT_NE(first, c.environment()->entropy());
}

TEST(simulated_world, the_client_may_outlive_it)
{
    auto world = std::make_unique<simulated_world>();
    const auto environment = world->environment();
    bool rang = false;
    const auto alarm = environment->make_alarm([&] { rang = true; });
    alarm->set(world->now());
    auto destroyed = std::make_shared<int>(1);
    const std::weak_ptr<int> watch = destroyed;
    auto connecting = environment->connect({}, {}, [kept = std::move(destroyed)](auto, auto) {});
    world.reset();
    EXPECT_FALSE(rang);
    alarm->set(environment->now());
    EXPECT_FALSE(environment->on_executor());
    connecting.reset();
    EXPECT_TRUE(watch.expired());
}

TEST(simulated_world, a_client_that_never_rests_is_found)
{
    simulated_world world;
    struct again {
        asio::any_io_executor executor;
        void operator()() const { asio::post(executor, *this); }
    };
    asio::post(world.environment()->executor(), again{world.environment()->executor()});
    EXPECT_THROW(world.run_for(1ms), std::runtime_error);
}

}  // namespace
}  // namespace async_cassandra::testing
