// SPDX-License-Identifier: Apache-2.0
#include "cluster/node_fsm.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace async_cassandra::detail {
namespace {

using namespace std::chrono_literals;
using base::node_status;

/// "drain connect probe wait 100ms down: the last connection was lost".
std::string text(const node_fsm::actions& a)
{
    std::string out;
    const auto add = [&](const std::string& word) { out += (out.empty() ? "" : " ") + word; };
    if (a.drain)
        add("drain");
    if (a.connect)
        add("connect");
    if (a.probe)
        add("probe");
    if (a.scheduled)
        add("wait " + std::to_string(a.scheduled->count()) + "ms");
    if (a.changed)
        add(std::string{to_string(a.changed->now)} + ": " + std::string{to_string(a.changed->reason)});
    return out;
}

class node_fsm_test : public ::testing::Test {
protected:
    /// Chance that draws the longest pause from this bound, and another one from any other bound.
    static constexpr std::uint64_t longest(std::chrono::milliseconds bound)
    {
        return (static_cast<std::uint64_t>(bound.count()) + 1) * 1'000'003 - 1;
    }

    std::string wanted() { return text(node.on_wanted()); }
    std::string connected() { return text(node.on_pool_connected(now)); }
    std::string pool_lost(std::uint64_t chance = 0) { return text(node.on_pool_lost(now, chance)); }
    std::string lost(std::uint64_t chance = 0) { return text(node.on_connection_lost(now, chance)); }
    std::string failed(std::uint64_t chance = 0, connect_failure why = connect_failure::unreachable)
    {
        return text(node.on_connect_failed(why, now, chance));
    }
    std::string timer() { return text(node.on_timer(now)); }
    void go(std::chrono::milliseconds time) { now += time; }
    /// To the time at which it wants to be called.
    std::string wait()
    {
        now = node.due().value();
        return timer();
    }

    node_fsm::time_point now{1000h};
    node_fsm node{100ms, 800ms};
};

TEST_F(node_fsm_test, nothing_is_done_about_a_node_that_nobody_wants)
{
    EXPECT_EQ(node.status(), node_status::unknown);
    EXPECT_EQ(text(node.on_gossip_up()), "");
    EXPECT_EQ(text(node.on_gossip_down()), "");
    EXPECT_EQ(text(node.on_moved()), "");
    EXPECT_EQ(timer(), "");
    EXPECT_EQ(node.due(), std::nullopt);
    EXPECT_EQ(node.status(), node_status::unknown);
}

TEST_F(node_fsm_test, a_wanted_node_is_connected_to_at_once_and_is_up_with_its_first_connection)
{
    EXPECT_EQ(wanted(), "connect connecting: connections are wanted");
    EXPECT_EQ(wanted(), "");
    EXPECT_EQ(connected(), "connect up: a connection is ready");
    EXPECT_EQ(node.status(), node_status::up);
    EXPECT_EQ(node.up_since(), now);
    EXPECT_EQ(node.due(), std::nullopt);
}

TEST_F(node_fsm_test, pauses_double_to_the_most_and_are_never_given_up)
{
    static_cast<void>(wanted());
    EXPECT_EQ(failed(longest(100ms)), "wait 100ms down: it cannot be connected to");
    EXPECT_EQ(node.due(), now + 100ms);
    for (const auto pause : {200ms, 400ms, 800ms, 800ms}) {
        EXPECT_EQ(wait(), "connect");
        EXPECT_EQ(failed(longest(pause)), "wait " + std::to_string(pause.count()) + "ms");
    }
    EXPECT_EQ(node.failures(), 5U);
    for (int i = 0; i < 10'000; ++i) {
        ASSERT_EQ(wait(), "connect");
        ASSERT_EQ(failed(longest(800ms)), "wait 800ms");
    }
    EXPECT_EQ(wait(), "connect");
    EXPECT_EQ(connected(), "connect up: a connection is ready");
    EXPECT_EQ(node.failures(), 0U);
}

TEST_F(node_fsm_test, pauses_have_full_jitter)
{
    static_cast<void>(wanted());
    EXPECT_EQ(failed(0), "wait 0ms down: it cannot be connected to");
    EXPECT_EQ(wait(), "connect");
    EXPECT_EQ(failed(37), "wait 37ms");
}

TEST_F(node_fsm_test, a_timer_that_fires_early_or_twice_does_nothing)
{
    static_cast<void>(wanted());
    static_cast<void>(failed(longest(100ms)));
    go(99ms);
    EXPECT_EQ(timer(), "");
    EXPECT_EQ(node.due(), now + 1ms);
    go(1ms);
    EXPECT_EQ(timer(), "connect");
    EXPECT_EQ(timer(), "");
}

TEST_F(node_fsm_test, the_cause_of_a_failure_is_told_and_it_is_tried_again_all_the_same)
{
    using enum connect_failure;
    const auto first_failure = [](connect_failure why) {
        node_fsm fresh{100ms, 800ms};
        static_cast<void>(fresh.on_wanted());
        return text(fresh.on_connect_failed(why, node_fsm::time_point{}, 5));
    };
    EXPECT_EQ(first_failure(unreachable), "wait 5ms down: it cannot be connected to");
    EXPECT_EQ(first_failure(authentication), "wait 5ms down: it refuses the log-in");
    EXPECT_EQ(
        first_failure(protocol), "wait 5ms down: it does not speak the protocol version of the cluster"
    );
    EXPECT_EQ(first_failure(keyspace), "wait 5ms down: it refuses the keyspace");
}

TEST_F(node_fsm_test, several_connections_that_fail_together_have_one_pause)
{
    static_cast<void>(wanted());
    EXPECT_EQ(failed(longest(100ms)), "wait 100ms down: it cannot be connected to");
    EXPECT_EQ(failed(longest(100ms)), "");
    EXPECT_EQ(node.failures(), 1U);
    EXPECT_EQ(node.due(), now + 100ms);
    EXPECT_EQ(wait(), "connect");
    EXPECT_EQ(failed(longest(200ms)), "wait 200ms");
}

TEST_F(node_fsm_test, is_down_when_the_last_connection_is_lost_and_tries_again)
{
    static_cast<void>(wanted());
    static_cast<void>(connected());
    go(10s);
    EXPECT_EQ(pool_lost(42), "wait 42ms down: the last connection was lost");
    EXPECT_EQ(wait(), "connect");
    EXPECT_EQ(node.status(), node_status::down) << "a try is not a connection";
    go(1s);
    EXPECT_EQ(connected(), "connect up: a connection is ready");
    EXPECT_EQ(node.up_since(), now);
}

TEST_F(node_fsm_test, with_v4_a_node_is_up_while_one_of_its_pools_is)
{
    static_cast<void>(wanted());
    static_cast<void>(connected());
    EXPECT_EQ(connected(), "") << "the pool of a second keyspace";
    EXPECT_EQ(pool_lost(7), "wait 7ms");
    EXPECT_EQ(node.status(), node_status::up);
    EXPECT_EQ(wait(), "connect");
    EXPECT_EQ(failed(9, connect_failure::keyspace), "wait 9ms");
    EXPECT_EQ(pool_lost(), "down: the last connection was lost");
    EXPECT_EQ(pool_lost(), "") << "there is none left to lose";
}

TEST_F(node_fsm_test, is_silent_while_nothing_is_heard_of_a_node_that_is_connected)
{
    EXPECT_EQ(text(node.on_silence(true)), "") << "nobody listens";
    wanted();
    connected();
    EXPECT_EQ(text(node.on_silence(false)), "");
    EXPECT_EQ(text(node.on_silence(true)), "silent: it does not even answer OPTIONS");
    EXPECT_EQ(text(node.on_silence(true)), "");
    EXPECT_EQ(connected(), "") << "another pool: whether it is silent is told apart";
    EXPECT_EQ(text(node.on_gossip_up()), "");
    EXPECT_EQ(text(node.on_gossip_down()), "probe");
    EXPECT_EQ(node.due(), std::nullopt) << "its connections are there";
    EXPECT_EQ(text(node.on_silence(false)), "up: it was heard again");
}

TEST_F(node_fsm_test, a_silent_node_whose_last_connection_is_lost_is_down)
{
    wanted();
    connected();
    static_cast<void>(node.on_silence(true));
    EXPECT_EQ(pool_lost(longest(100ms)), "wait 100ms down: the last connection was lost");
    EXPECT_EQ(text(node.on_silence(false)), "") << "nothing is there to be heard";
    EXPECT_EQ(node.status(), node_status::down);
}

TEST_F(node_fsm_test, one_lost_connection_of_several_is_replaced_after_a_pause)
{
    static_cast<void>(wanted());
    static_cast<void>(connected());
    node.on_connection_ready(now);
    go(2s);
    for (int i = 0; i < 10; ++i) {
        EXPECT_EQ(lost(longest(100ms)), "wait 100ms") << "each lasted: the pause does not grow";
        EXPECT_EQ(lost(3), "") << "one more meanwhile";
        EXPECT_EQ(wait(), "connect");
        node.on_connection_ready(now);
        go(1s);
    }
    EXPECT_EQ(node.status(), node_status::up);
}

TEST_F(node_fsm_test, a_connection_that_does_not_last_lets_the_pauses_grow)
{
    static_cast<void>(wanted());
    static_cast<void>(connected());
    auto bound = 100ms;
    for (int i = 0; i < 4; ++i) {
        go(999ms);
        EXPECT_EQ(
            pool_lost(longest(bound)),
            "wait " + std::to_string(bound.count()) + "ms down: the last connection was lost"
        );
        EXPECT_EQ(wait(), "connect");
        EXPECT_EQ(connected(), "connect up: a connection is ready");
        bound *= 2;
    }
    go(1s);
    EXPECT_EQ(pool_lost(longest(100ms)), "wait 100ms down: the last connection was lost");
}

TEST_F(node_fsm_test, a_node_that_comes_up_again_fills_its_pools_with_short_pauses)
{
    static_cast<void>(wanted());
    static_cast<void>(connected());
    for (const auto pause : {100ms, 200ms, 400ms}) {
        EXPECT_EQ(failed(longest(pause)), "wait " + std::to_string(pause.count()) + "ms");
        EXPECT_EQ(wait(), "connect");
    }
    static_cast<void>(pool_lost());
    EXPECT_EQ(wait(), "connect");
    static_cast<void>(connected());
    EXPECT_EQ(failed(longest(100ms)), "wait 100ms");
}

TEST_F(node_fsm_test, gossip_of_up_makes_a_try_at_once_and_the_pauses_short)
{
    static_cast<void>(wanted());
    for (const auto pause : {100ms, 200ms, 400ms, 800ms}) {
        static_cast<void>(failed(longest(pause)));
        if (pause != 800ms)
            static_cast<void>(wait());
    }
    EXPECT_EQ(text(node.on_gossip_up()), "connect");
    EXPECT_EQ(node.due(), std::nullopt);
    EXPECT_EQ(failed(longest(100ms)), "wait 100ms") << "the port may open only after the event";
}

TEST_F(node_fsm_test, gossip_of_up_during_a_try_makes_another_as_soon_as_that_fails)
{
    static_cast<void>(wanted());
    static_cast<void>(failed());
    EXPECT_EQ(wait(), "connect");
    EXPECT_EQ(text(node.on_gossip_up()), "");
    EXPECT_EQ(failed(), "connect");
    EXPECT_EQ(failed(longest(100ms)), "wait 100ms") << "once";
}

TEST_F(node_fsm_test, gossip_of_up_hurries_connections_that_an_up_node_lacks)
{
    static_cast<void>(wanted());
    static_cast<void>(connected());
    EXPECT_EQ(text(node.on_gossip_up()), "");
    EXPECT_EQ(failed(80), "wait 80ms");
    EXPECT_EQ(text(node.on_gossip_up()), "connect");
}

TEST_F(node_fsm_test, gossip_of_down_is_not_believed_but_checked)
{
    static_cast<void>(wanted());
    EXPECT_EQ(text(node.on_gossip_down()), "");
    static_cast<void>(connected());
    EXPECT_EQ(text(node.on_gossip_down()), "probe");
    EXPECT_EQ(node.status(), node_status::up);
    static_cast<void>(pool_lost(60));
    EXPECT_EQ(text(node.on_gossip_down()), "");
    EXPECT_EQ(node.due(), now + 60ms) << "the next try stays as it was";
}

TEST_F(node_fsm_test, a_removed_node_is_drained_and_not_tried_again)
{
    static_cast<void>(wanted());
    static_cast<void>(connected());
    EXPECT_EQ(text(node.on_removed()), "drain removed: it left the cluster");
    EXPECT_EQ(text(node.on_removed()), "");
    EXPECT_EQ(pool_lost(), "");
    EXPECT_EQ(lost(), "");
    EXPECT_EQ(failed(), "");
    EXPECT_EQ(connected(), "drain") << "a connection that was being opened meanwhile";
    EXPECT_EQ(text(node.on_gossip_up()), "");
    EXPECT_EQ(node.due(), std::nullopt);
}

TEST_F(node_fsm_test, a_removed_node_that_waited_for_its_next_try_waits_no_more)
{
    static_cast<void>(wanted());
    static_cast<void>(failed(50));
    EXPECT_EQ(text(node.on_removed()), "drain removed: it left the cluster");
    EXPECT_EQ(node.due(), std::nullopt);
    EXPECT_EQ(timer(), "");
}

TEST_F(node_fsm_test, a_node_that_returns_begins_anew)
{
    static_cast<void>(wanted());
    for (int i = 0; i < 4; ++i) {
        static_cast<void>(failed(50));
        static_cast<void>(wait());
    }
    static_cast<void>(node.on_removed());
    EXPECT_EQ(wanted(), "connect connecting: connections are wanted");
    EXPECT_EQ(failed(longest(100ms)), "wait 100ms down: it cannot be connected to");
    EXPECT_EQ(node.failures(), 1U);
}

TEST_F(node_fsm_test, a_node_with_another_address_is_connected_to_anew)
{
    static_cast<void>(wanted());
    static_cast<void>(connected());
    EXPECT_EQ(text(node.on_moved()), "drain connect connecting: it has another address");
    EXPECT_EQ(pool_lost(), "") << "the old connections end";
    EXPECT_EQ(connected(), "connect up: a connection is ready");
}

TEST_F(node_fsm_test, a_node_that_is_down_and_has_another_address_is_tried_there_at_once)
{
    static_cast<void>(wanted());
    static_cast<void>(failed(90));
    EXPECT_EQ(text(node.on_moved()), "drain connect connecting: it has another address");
    EXPECT_EQ(node.due(), std::nullopt);
}

TEST_F(node_fsm_test, connections_that_are_no_longer_wanted_are_drained)
{
    static_cast<void>(wanted());
    static_cast<void>(connected());
    EXPECT_EQ(text(node.on_unwanted()), "drain unknown: connections are no longer wanted");
    EXPECT_EQ(text(node.on_unwanted()), "");
    EXPECT_EQ(pool_lost(), "");
    EXPECT_EQ(wanted(), "connect connecting: connections are wanted");
}

}  // namespace
}  // namespace async_cassandra::detail
