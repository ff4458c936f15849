// SPDX-License-Identifier: Apache-2.0
#include "unit/cluster/shard_node_fixture.hpp"

// A node that is opened, moved, resized, removed, and what it knows of itself.
namespace async_cassandra::detail {
namespace {

using namespace std::chrono_literals;
using base::node_status;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST_F(shard_node_test, comes_up_with_its_first_connection)
{
    config.connections_per_node = 2;
    open_and_wait();
    EXPECT_EQ(subject->status(), node_status::up);
    EXPECT_THAT(
        events.statuses, ElementsAre("connecting: connections are wanted", "up: a connection is ready")
    );
    EXPECT_THAT(events.connections, ElementsAre("+1", "+2"));
    EXPECT_EQ(subject->connections(), 2U);
    EXPECT_LE(subject->up_since(), world.now());
    EXPECT_EQ(subject->find("whatever"), subject->find("")) << "one pool for all keyspaces";
}

TEST_F(shard_node_test, has_a_pool_for_each_keyspace_where_the_keyspace_is_the_connections)
{
    version = protocol_version::v4;
    open_and_wait("a");
    open("b");
    world.run_for(100ms);
    EXPECT_THAT(outcomes, ElementsAre("open", "open"));
    EXPECT_NE(subject->find("a"), subject->find("b"));
    EXPECT_EQ(subject->find("c"), nullptr);
    EXPECT_EQ(subject->connections(), 2U);
    EXPECT_THAT(events.statuses, SizeIs(2));
}

TEST_F(shard_node_test, an_unwanted_node_finishes_its_requests_and_may_be_wanted_again)
{
    open_and_wait();
    queued_request& running = submit("held");
    world.run_for(10ms);
    turn([&] { subject->want(false); });
    EXPECT_EQ(subject->status(), node_status::unknown);
    world.run_for(1min);
    EXPECT_EQ(node.open_connections(), 1U);
    node.release("gate");
    world.run_for(10ms);
    EXPECT_THAT(running.ends, ElementsAre("answered"));
    EXPECT_EQ(node.open_connections(), 0U);
    EXPECT_THAT(events.connections, ElementsAre("+1", "-0"));
    turn([&] { subject->want(true); });
    world.run_for(100ms);
    EXPECT_EQ(subject->status(), node_status::up);
}

TEST_F(shard_node_test, a_removed_node_may_be_destroyed_when_its_last_request_was_told)
{
    open_and_wait();
    queued_request& running = submit("held");
    world.run_for(10ms);
    const pool_ptr known_to_a_request{subject->find("")};
    turn([&] { subject->remove([&] { subject.reset(); }); });
    EXPECT_EQ(events.statuses.back(), "removed: it left the cluster");
    world.run_for(1min);
    ASSERT_NE(subject, nullptr);
    node.release("gate");
    world.run_for(10ms);
    EXPECT_THAT(running.ends, ElementsAre("answered"));
    EXPECT_EQ(subject, nullptr);
    EXPECT_EQ(node.open_connections(), 0U);
    EXPECT_EQ(known_to_a_request->node(), first_address);
    queued_request late;
    turn([&] { EXPECT_EQ(known_to_a_request->submit(late), pool::admission::down); });
}

TEST_F(shard_node_test, a_node_without_connections_is_removed_at_once)
{
    make();
    turn([&] { subject->remove([&] { subject.reset(); }); });
    EXPECT_EQ(subject, nullptr);
}

TEST_F(shard_node_test, another_address_is_connected_to_and_the_old_one_drained)
{
    open_and_wait();
    queued_request& running = submit("held");
    world.run_for(10ms);
    turn([&] { subject->move(second_address); });
    EXPECT_EQ(subject->status(), node_status::connecting);
    world.run_for(100ms);
    EXPECT_EQ(subject->status(), node_status::up);
    EXPECT_EQ(subject->find("")->node(), second_address);
    queued_request& next = submit("SELECT");
    world.run_for(10ms);
    EXPECT_THAT(next.ends, ElementsAre("answered"));
    EXPECT_EQ(moved.request_count(protocol::opcode::query), 1U);
    EXPECT_THAT(running.ends, IsEmpty());
    node.release("gate");
    world.run_for(10ms);
    EXPECT_THAT(running.ends, ElementsAre("answered"));
    EXPECT_EQ(node.open_connections(), 0U);
    EXPECT_EQ(subject->connections(), 1U);
}

// R36
TEST_F(shard_node_test, is_resized_at_run_time)
{
    version = protocol_version::v4;
    open_and_wait("a");
    turn([&] { subject->resize(8); });
    world.run_for(1s);
    EXPECT_EQ(node.open_connections(), 8U);
    open("b");
    world.run_for(1s);
    EXPECT_EQ(node.open_connections(), 16U) << "also of pools that are made later";
    turn([&] { subject->resize(1); });
    world.run_for(1s);
    EXPECT_EQ(node.open_connections(), 2U);
    EXPECT_EQ(subject->connections(), 2U);
}

TEST_F(shard_node_test, counts_over_all_its_connections_and_their_successors)
{
    config.connections_per_node = 2;
    open_and_wait();
    for (int i = 0; i < 10; ++i)
        submit("SELECT");
    world.run_for(10s);
    world.network().reset(first_address);
    world.run_for(10s);
    for (int i = 0; i < 5; ++i)
        submit("SELECT");
    world.run_for(10ms);
    EXPECT_EQ(subject->counts().sent, node.request_count(protocol::opcode::query));
    EXPECT_EQ(subject->counts().completed, 15U);
    EXPECT_EQ(subject->counts().in_flight, 0U);
}

TEST_F(shard_node_test, closing_ends_requests_and_connections)
{
    open_and_wait();
    queued_request& running = submit("held");
    world.run_for(10ms);
    turn([&] { subject->close({make_error_code(errc::closed), "enough", nullptr}); });
    EXPECT_THAT(running.ends, ElementsAre("lost: enough"));
    EXPECT_THAT(events.connections, ElementsAre("+1", "-0"));
    world.run_for(10min);
    EXPECT_EQ(world.network().connects_tried(), 1U);
    EXPECT_EQ(node.open_connections(), 0U);
    outcomes.clear();
    open();
    EXPECT_THAT(outcomes, SizeIs(1));
    EXPECT_NE(outcomes.front(), "open");
}

TEST_F(shard_node_test, plans_learn_whether_it_is_up_and_since_when)
{
    const auto facts = [&]() -> const node_facts& { return *subject->facts(); };
    make();
    EXPECT_FALSE(facts().up);
    open_and_wait();
    EXPECT_TRUE(facts().up);
    EXPECT_FALSE(facts().came_back) << "all nodes are new to a new client";
    world.network().reset(first_address);
    ASSERT_TRUE(world.run_until([&] { return !facts().up; }, 1s));
    ASSERT_TRUE(world.run_until([&] { return facts().up; }, 1s));
    EXPECT_FALSE(facts().came_back) << "a lost connection makes it no colder";
    world.network().set_connect_fate(first_address, testing::connect_fate::refused);
    world.network().reset(first_address);
    world.run_for(2s);
    EXPECT_FALSE(facts().up);
    world.network().set_connect_fate(first_address, testing::connect_fate::accepted);
    ASSERT_TRUE(world.run_until([&] { return facts().up; }, 1min));
    ASSERT_TRUE(facts().came_back);
    EXPECT_LE(world.now() - *facts().came_back, 10ms);
}

TEST_F(shard_node_test, one_that_joined_is_cold)
{
    make();
    subject->set_new();
    open();
    world.run_for(1s);
    EXPECT_TRUE(subject->facts()->came_back);
}

TEST_F(shard_node_test, requests_may_wait_for_one_that_is_connected_to_on_demand)
{
    make();
    turn([&] { subject->open_for_requests(""); });
    queued_request& waiting = submit("SELECT");
    EXPECT_THAT(waiting.ends, IsEmpty());
    world.run_for(100ms);
    EXPECT_THAT(waiting.ends, ElementsAre("answered"));
}

TEST_F(shard_node_test, requests_that_wait_for_the_first_connection_are_told_when_it_fails)
{
    make();
    world.network().set_connect_fate(first_address, testing::connect_fate::refused);
    turn([&] { subject->open_for_requests(""); });
    queued_request& waiting = submit("SELECT");
    world.run_for(100ms);
    ASSERT_THAT(waiting.ends, SizeIs(1));
    EXPECT_EQ(waiting.effect, request_effect::not_sent);
    queued_request late;
    turn([&] {
        EXPECT_EQ(subject->find("")->submit(late), pool::admission::down) << "nobody waits for a try again";
    });
}

TEST_F(shard_node_test, dropping_tells_nobody)
{
    open_and_wait();
    queued_request& running = submit("held");
    world.run_for(10ms);
    turn([&] { subject->drop(); });
    EXPECT_TRUE(world.run_until_idle(1min));
    EXPECT_THAT(running.ends, IsEmpty());
    EXPECT_EQ(node.open_connections(), 0U);
}

}  // namespace
}  // namespace async_cassandra::detail
