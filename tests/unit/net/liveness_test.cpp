// SPDX-License-Identifier: Apache-2.0
#include "net/liveness.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <ostream>

namespace async_cassandra::net {

static void PrintTo(liveness::action a, std::ostream* out)
{
    constexpr const char* names[]{"wait", "probe", "suspect", "fail"};
    *out << names[static_cast<std::size_t>(a)];
}

namespace {

using namespace std::chrono_literals;
using action = liveness::action;

constexpr liveness::time_point start{1000h};

class liveness_test : public ::testing::Test {
protected:
    /// Asks as the connection does: each time at the time that was answered last.
    action ask(bool busy)
    {
        const liveness::decision d = subject.check(now, busy);
        next = d.next;
        return d.what;
    }
    void go(std::chrono::nanoseconds time) { now += time; }
    void bytes() { subject.on_bytes(now); }
    void request() { subject.on_busy(now); }
    [[nodiscard]] std::chrono::nanoseconds wait() const { return next - now; }

    liveness::time_point now = start;
    liveness::time_point next{};
    liveness subject{{}, start};
};

TEST_F(liveness_test, an_idle_connection_is_probed_after_fifteen_seconds)
{
    EXPECT_EQ(ask(false), action::wait);
    EXPECT_EQ(wait(), 15s);
    go(15s - 1ns);
    EXPECT_EQ(ask(false), action::wait);
    go(1ns);
    EXPECT_EQ(ask(false), action::probe);
}

TEST_F(liveness_test, a_probe_of_an_idle_connection_has_five_seconds)
{
    go(15s);
    ASSERT_EQ(ask(false), action::probe);
    EXPECT_EQ(wait(), 1s);
    go(1s - 1ns);
    EXPECT_EQ(ask(false), action::wait);
    EXPECT_FALSE(subject.is_suspect());
    go(1ns);
    EXPECT_EQ(ask(false), action::suspect);
    EXPECT_TRUE(subject.is_suspect());
    EXPECT_EQ(wait(), 4s);
    go(4s - 1ns);
    EXPECT_EQ(ask(false), action::wait);
    EXPECT_EQ(wait(), 1ns);
    go(1ns);
    EXPECT_EQ(ask(false), action::fail);
}

TEST_F(liveness_test, an_answered_probe_begins_the_interval_anew)
{
    go(15s);
    ASSERT_EQ(ask(false), action::probe);
    go(100ms);
    bytes();
    go(4900ms);
    EXPECT_EQ(ask(false), action::wait);
    EXPECT_EQ(now + wait(), start + 30100ms);
    go(wait());
    EXPECT_EQ(ask(false), action::probe);
}

TEST_F(liveness_test, an_idle_connection_is_never_closed_as_long_as_it_answers)
{
    for (int i = 0; i < 100; ++i) {
        now += 15s;
        ASSERT_EQ(ask(false), action::probe);
        go(4999ms);
        bytes();
    }
}

TEST_F(liveness_test, bytes_of_any_kind_put_the_probe_off)
{
    go(14s);
    bytes();
    go(14s);
    EXPECT_EQ(ask(false), action::wait);
    EXPECT_EQ(wait(), 1s);
}

// A frozen node is left in two seconds, not after the requests' own timeout.
TEST_F(liveness_test, a_node_that_does_not_answer_a_request_is_suspect_after_two_seconds)
{
    go(10s);
    request();
    EXPECT_EQ(ask(true), action::wait);
    EXPECT_EQ(wait(), 1s);
    go(1s);
    EXPECT_EQ(ask(true), action::probe);
    EXPECT_EQ(wait(), 1s);
    go(1s - 1ns);
    EXPECT_EQ(ask(true), action::wait);
    go(1ns);
    EXPECT_EQ(ask(true), action::suspect);
    EXPECT_EQ(wait(), 4s);
    EXPECT_EQ(ask(true), action::wait) << "told once";
    go(4s);
    EXPECT_EQ(ask(true), action::fail) << "heartbeat_timeout after the probe";
}

TEST_F(liveness_test, any_byte_ends_the_suspicion)
{
    request();
    go(1s);
    ASSERT_EQ(ask(true), action::probe);
    go(4999ms);
    ASSERT_EQ(ask(true), action::suspect);
    bytes();
    EXPECT_FALSE(subject.is_suspect());
    EXPECT_EQ(ask(true), action::wait);
    EXPECT_EQ(wait(), 1s);
    go(1s);
    ASSERT_EQ(ask(true), action::probe);
    go(1s);
    EXPECT_EQ(ask(true), action::suspect) << "it can be again";
}

TEST_F(liveness_test, the_silence_counts_from_the_request_when_the_connection_was_quiet_before)
{
    go(14s);
    request();
    EXPECT_EQ(ask(true), action::wait);
    EXPECT_EQ(wait(), 1s);
    // The heartbeat of the idle connection is due at the same time: one probe is enough.
    go(1s);
    EXPECT_EQ(ask(true), action::probe);
}

TEST_F(liveness_test, a_slow_query_on_a_living_node_is_waited_for)
{
    request();
    for (int second = 0; second < 600; ++second) {
        go(1s);
        ASSERT_EQ(ask(true), action::probe);
        go(10ms);
        bytes();
        ASSERT_EQ(ask(true), action::wait);
        ASSERT_EQ(wait(), 1s);
    }
}

TEST_F(liveness_test, bytes_within_the_second_put_the_probe_off)
{
    request();
    go(900ms);
    bytes();
    go(100ms);
    EXPECT_EQ(ask(true), action::wait);
    EXPECT_EQ(wait(), 900ms);
}

TEST_F(liveness_test, a_request_behind_a_probe_of_the_idle_connection_waits_no_longer_for_that)
{
    go(15s);
    ASSERT_EQ(ask(false), action::probe);
    go(500ms);
    request();
    go(500ms);
    EXPECT_EQ(ask(true), action::suspect);
    go(4s);
    EXPECT_EQ(ask(true), action::fail);
}

TEST_F(liveness_test, a_request_at_any_time_finds_a_frozen_node_within_two_seconds)
{
    for (auto sent = 0ms; sent < 20s; sent += 37ms) {
        liveness frozen{{}, start};
        bool busy = false;
        std::chrono::nanoseconds left{-1};
        auto at = start;
        liveness::decision d = frozen.check(at, false);
        while (!frozen.is_suspect()) {
            if (!busy && d.next > start + sent) {
                at = start + sent;
                busy = true;
                frozen.on_busy(at);
                // The connection asks again when the next check is more than a second away.
                if (d.next > at + 1s)
                    d = frozen.check(at, true);
                continue;
            }
            at = d.next;
            d = frozen.check(at, busy);
        }
        left = at - (start + sent);
        if (busy) {
            EXPECT_LE(left, 2s) << sent.count();
        }
    }
}

TEST_F(liveness_test, without_a_sign_of_life_that_is_demanded_it_is_suspect_within_a_second)
{
    go(3s);
    const liveness::decision d = subject.demand(now);
    EXPECT_EQ(d.what, action::probe);
    EXPECT_EQ(d.next, now + 1s);
    go(1s - 1ns);
    EXPECT_EQ(ask(false), action::wait);
    go(1ns);
    EXPECT_EQ(ask(false), action::suspect);
    EXPECT_EQ(wait(), 4s);
}

TEST_F(liveness_test, a_demand_is_met_by_any_byte)
{
    static_cast<void>(subject.demand(now));
    go(999ms);
    bytes();
    go(14s);
    EXPECT_EQ(ask(false), action::wait);
}

TEST_F(liveness_test, a_demand_sends_no_second_probe_and_is_not_put_off_by_another)
{
    ASSERT_EQ(subject.demand(now).what, action::probe);
    go(600ms);
    const liveness::decision again = subject.demand(now);
    EXPECT_EQ(again.what, action::wait);
    EXPECT_EQ(again.next, start + 1s);
    go(400ms);
    EXPECT_EQ(ask(false), action::suspect);
}

TEST_F(liveness_test, limits_are_settings)
{
    liveness::limits l;
    l.heartbeat_interval = 300ms;
    l.heartbeat_timeout = 200ms;
    liveness quick{l, start};
    EXPECT_EQ(quick.check(start + 299ms, false).what, action::wait);
    EXPECT_EQ(quick.check(start + 300ms, false).what, action::probe);
    EXPECT_EQ(quick.check(start + 499ms, false).what, action::wait);
    EXPECT_EQ(quick.check(start + 500ms, false).what, action::fail) << "no time for suspicion";
    liveness busy{l, start};
    busy.on_busy(start);
    EXPECT_EQ(busy.check(start + 300ms, true).what, action::probe) << "the heartbeat comes first";
}

}  // namespace
}  // namespace async_cassandra::net
