// SPDX-License-Identifier: Apache-2.0
#include "unit/cluster/pool_fixture.hpp"

// Connections whose stream ids are taken by requests that nobody waits for any more.
namespace async_cassandra::detail {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class pool_replacement : public pool_test {
protected:
    pool_replacement()
    {
        config.max_in_flight = 300;
        node.on_query_prefix("silence").reply(testing::reply_void().held("late"));
    }

    /// So many requests that are given up after they were sent.
    void leave_orphans(int count)
    {
        std::vector<queued_request*> given_up;
        for (int i = 0; i < count; ++i)
            given_up.push_back(&submit("silence"));
        world.run_for(10ms);
        turn([&] {
            for (queued_request* r : given_up)
                EXPECT_EQ(subject->withdraw(*r), request_effect::maybe_applied);
        });
    }
};

TEST_F(pool_replacement, another_connection_is_opened_before_the_old_one_closes)
{
    open_and_wait();
    owner.take();
    queued_request& running = submit("held");
    leave_orphans(256);
    world.run_for(900ms);
    EXPECT_EQ(node.connections_accepted(), 1U) << "answers may only be late";
    EXPECT_EQ(subject->connections(), 1U);
    world.run_for(200ms);
    EXPECT_THAT(owner.take(), ElementsAre("one more"));
    EXPECT_EQ(node.open_connections(), 2U);
    EXPECT_EQ(subject->connections(), 1U);
    queued_request& next = submit("SELECT");
    world.run_for(10ms);
    EXPECT_THAT(next.ends, ElementsAre("answered"));
    EXPECT_EQ(node.requests().back().connection, 1U);
    EXPECT_THAT(running.ends, IsEmpty());
    node.release("gate");
    world.run_for(10ms);
    EXPECT_THAT(running.ends, ElementsAre("answered"));
    EXPECT_THAT(owner.take(), ElementsAre("ended"));
    EXPECT_EQ(node.open_connections(), 1U);
    EXPECT_THAT(node.violations(), IsEmpty());
}

TEST_F(pool_replacement, answers_that_come_late_keep_the_connection)
{
    open_and_wait();
    leave_orphans(256);
    world.run_for(500ms);
    node.release("late");
    world.run_for(1min);
    EXPECT_EQ(node.connections_accepted(), 1U);
}

TEST_F(pool_replacement, the_old_connection_serves_on_while_no_other_can_be_opened)
{
    open_and_wait();
    owner.take();
    world.network().stop_listening(node_address);
    leave_orphans(256);
    world.run_for(5s);
    EXPECT_THAT(owner.take(), ElementsAre("failed"));
    queued_request& meanwhile = submit("SELECT");
    world.run_for(10ms);
    EXPECT_THAT(meanwhile.ends, ElementsAre("answered"));
    world.network().listen(node_address, node);
    turn([&] { subject->fill(); });
    world.run_for(10ms);
    EXPECT_THAT(owner.take(), ElementsAre("one more", "ended"));
    EXPECT_EQ(node.open_connections(), 1U);
}

// R42: nothing hangs when all ids are taken.
TEST_F(pool_replacement, a_connection_without_a_free_id_is_replaced_and_the_queue_goes_on)
{
    config.max_queued_requests = 1000;
    config.max_queued_bytes = 1'000'000;
    open_and_wait();
    leave_orphans(300);
    queued_request& waiting = submit("SELECT");
    world.run_for(900ms);
    EXPECT_THAT(waiting.ends, IsEmpty());
    world.run_for(200ms);
    EXPECT_THAT(waiting.ends, ElementsAre("answered"));
}

}  // namespace
}  // namespace async_cassandra::detail
