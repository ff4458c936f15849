// SPDX-License-Identifier: Apache-2.0
#include "base/asio_environment.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>

#include <gmock/gmock.h>

#include <memory>
#include <string>
#include <vector>

// The production alarm, on times that have passed already: nothing here waits.
namespace async_cassandra::base {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;

class alarm_test : public ::testing::Test {
protected:
    asio::io_context context{1};
    std::unique_ptr<environment> env = make_asio_environment(context.get_executor());
    std::vector<std::string> rung;
};

// How late ticks are is up to the machine: a virtual one may be without a processor for long.
TEST_F(alarm_test, coarse_time_is_now_or_a_little_later)
{
    for (int i = 0; i < 1000; ++i) {
        const time_point before = env->now();
        const time_point coarse = env->coarse_now();
        const time_point after = env->now();
        ASSERT_GE(coarse, before - 1s);
        ASSERT_LE(coarse, after + environment::coarseness);
    }
}

TEST_F(alarm_test, rings_once_and_never_within_set)
{
    const auto one = env->make_alarm([&] { rung.emplace_back(env->on_executor() ? "there" : "elsewhere"); });
    one->set(env->now() - 1s);
    EXPECT_TRUE(rung.empty());
    context.run();
    EXPECT_THAT(rung, ElementsAre("there"));
}

TEST_F(alarm_test, a_cleared_alarm_is_silent_even_when_its_time_has_come)
{
    std::unique_ptr<alarm> second;
    const auto first = env->make_alarm([&] {
        rung.emplace_back("first");
        second->clear();
    });
    second = env->make_alarm([&] { rung.emplace_back("second"); });
    first->set(env->now() - 2s);
    second->set(env->now() - 1s);
    context.run();
    EXPECT_THAT(rung, ElementsAre("first"));
}

TEST_F(alarm_test, an_alarm_that_is_set_anew_when_its_time_has_come_rings_once)
{
    std::unique_ptr<alarm> second;
    const auto first = env->make_alarm([&] {
        rung.emplace_back("first");
        second->set(env->now() - 1s);
    });
    second = env->make_alarm([&] { rung.emplace_back("second"); });
    first->set(env->now() - 2s);
    second->set(env->now() - 1s);
    context.run();
    EXPECT_THAT(rung, ElementsAre("first", "second"));
}

TEST_F(alarm_test, a_destroyed_alarm_is_silent_even_when_its_time_has_come)
{
    std::unique_ptr<alarm> second;
    const auto first = env->make_alarm([&] {
        rung.emplace_back("first");
        second.reset();
    });
    second = env->make_alarm([&] { rung.emplace_back("second"); });
    first->set(env->now() - 2s);
    second->set(env->now() - 1s);
    context.run();
    EXPECT_THAT(rung, ElementsAre("first"));
}

TEST_F(alarm_test, may_destroy_itself_while_it_rings)
{
    std::unique_ptr<alarm> one;
    auto held = std::make_shared<int>(7);
    one = env->make_alarm([&, held] {
        one.reset();
        rung.push_back(std::to_string(*held));
    });
    one->set(env->now() - 1s);
    held.reset();
    context.run();
    EXPECT_THAT(rung, ElementsAre("7"));
}

TEST_F(alarm_test, a_pending_alarm_keeps_nothing_alive_after_its_end)
{
    auto held = std::make_shared<int>(7);
    const std::weak_ptr<int> watch = held;
    auto one = env->make_alarm([held] {});
    one->set(env->now() + 1h);
    held.reset();
    one.reset();
    context.run();
    EXPECT_TRUE(watch.expired());
}

TEST_F(alarm_test, an_environment_knows_where_it_runs_on_a_context_and_on_a_strand)
{
    const auto strand = asio::make_strand(context);
    const auto on_strand = make_asio_environment(strand);
    bool here = false;
    bool strand_here = false;
    bool strand_elsewhere = true;
    EXPECT_FALSE(env->on_executor());
    EXPECT_FALSE(on_strand->on_executor());
    asio::post(context, [&] {
        here = env->on_executor();
        strand_elsewhere = on_strand->on_executor();
    });
    asio::post(strand, [&] { strand_here = on_strand->on_executor(); });
    context.run();
    EXPECT_TRUE(here);
    EXPECT_TRUE(strand_here);
    EXPECT_FALSE(strand_elsewhere);
}

}  // namespace
}  // namespace async_cassandra::base
