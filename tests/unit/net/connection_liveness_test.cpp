// SPDX-License-Identifier: Apache-2.0
#include "unit/net/connection_fixture.hpp"

#include <gmock/gmock.h>

// When a node counts as silent, and when its connection is given up.
namespace async_cassandra::net {
namespace {

using namespace std::chrono_literals;
using ::testing::IsEmpty;

class connection_liveness : public connection_test {};

INSTANTIATE_TEST_SUITE_P(versions, connection_liveness, each_version, version_name);

TEST_P(connection_liveness, an_idle_connection_is_probed_and_stays)
{
    open_and_wait();
    world.run_for(61s);
    EXPECT_EQ(closed, 0);
    EXPECT_EQ(node.request_count(protocol::opcode::options), 4U);
    EXPECT_THAT(node.violations(), IsEmpty());
}

TEST_P(connection_liveness, a_probe_on_demand_makes_a_frozen_node_suspect_within_a_second)
{
    open_and_wait();
    turn([&] { subject->probe(); });
    world.run_for(5s);
    EXPECT_EQ(node.request_count(protocol::opcode::options), 1U);
    EXPECT_EQ(suspicions, 0);
    node.freeze();
    const auto begin = world.elapsed();
    turn([&] { subject->probe(); });
    ASSERT_TRUE(world.run_until([&] { return suspicions != 0; }, 10s));
    EXPECT_LE(suspected_at - begin, 1s + 1ms);
    EXPECT_GE(suspected_at - begin, 1s);
}

// A frozen node is left within two seconds of the first request that it does not answer, and given up when
// heartbeat_timeout is over.
TEST_P(connection_liveness, a_frozen_node_is_suspect_two_seconds_after_a_request)
{
    open_and_wait();
    world.run_for(7s);
    node.freeze();
    recorded_request r;
    const auto sent = world.elapsed();
    send(r);
    ASSERT_TRUE(world.run_until([&] { return closed != 0; }, 10s));
    EXPECT_EQ(reason.code, errc::heartbeat_timeout);
    EXPECT_EQ(r.effect, request_effect::maybe_applied);
    EXPECT_EQ(suspicions, 1);
    EXPECT_LE(suspected_at - sent, 2s + 5ms);
    EXPECT_GE(closed_at - sent, 6s);
    EXPECT_LE(closed_at - sent, 6s + 5ms);
}

TEST_P(connection_liveness, a_node_that_stands_still_for_a_while_answers_all_that_it_got)
{
    open_and_wait();
    node.freeze();
    recorded_request r;
    send(r);
    world.run_for(5900ms);
    EXPECT_EQ(suspicions, 1);
    EXPECT_TRUE(subject->is_suspect());
    node.thaw();
    world.run_for(100ms);
    EXPECT_EQ(r.op, protocol::opcode::result);
    EXPECT_EQ(suspicions, 2) << "told that it is none any more";
    EXPECT_FALSE(subject->is_suspect());
    world.run_for(1min);
    EXPECT_EQ(closed, 0);
}

TEST_P(connection_liveness, a_frozen_node_is_suspect_in_time_though_its_requests_gave_up_sooner)
{
    open_and_wait();
    world.run_for(7s);
    node.freeze();
    const auto frozen = world.elapsed();
    for (int i = 0; i < 30 && suspicions == 0; ++i) {
        recorded_request r;
        send(r);
        world.run_for(300ms);
        turn([&] { subject->cancel(r); });
    }
    ASSERT_EQ(suspicions, 1);
    EXPECT_LE(suspected_at - frozen, 2s + 5ms);
}

TEST_P(connection_liveness, an_answer_that_never_comes_costs_a_probe_a_second_and_no_connection)
{
    open_and_wait();
    recorded_request r{"silence"};
    send(r);
    world.run_for(30s);
    EXPECT_EQ(closed, 0);
    EXPECT_EQ(r.ends, 0);
    EXPECT_GE(node.request_count(protocol::opcode::options), 25U);
    turn([&] { subject->cancel(r); });
}

// Contract: when the loop was late, what lies in the socket is read before anybody is told that it is missing.
TEST_P(connection_liveness, a_loop_that_stood_still_does_not_blame_the_node)
{
    open_and_wait();
    recorded_request r;
    send(r);
    world.stall(60s);
    world.run_for(100ms);
    EXPECT_EQ(closed, 0) << reason.text;
    EXPECT_EQ(r.op, protocol::opcode::result);
    recorded_request held{"held"};
    send(held);
    world.run_for(1500ms);
    world.stall(60s);
    world.run_for(100ms);
    EXPECT_EQ(closed, 0) << reason.text;
    turn([&] { subject->cancel(held); });
}

}  // namespace
}  // namespace async_cassandra::net
