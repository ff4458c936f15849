// SPDX-License-Identifier: Apache-2.0
#include "unit/cluster/event_debouncer_fixture.hpp"

// What is read when nodes tell of changes.
namespace async_cassandra::detail {
namespace {

using namespace std::chrono_literals;

TEST_F(event_debouncer_test, everything_is_read_when_connected_the_nodes_first)
{
    EXPECT_EQ(subject.due(), std::nullopt);
    EXPECT_EQ(text(subject.on_connected()), "register nodes");
    EXPECT_EQ(nodes_read(), "schema");
    EXPECT_EQ(schema_read(), "");
    EXPECT_EQ(subject.due(), now + 60s);
}

TEST_F(event_debouncer_test, nothing_is_done_without_a_connection)
{
    EXPECT_EQ(up(2), "");
    EXPECT_EQ(added(2), "");
    EXPECT_EQ(altered("shop"), "");
    EXPECT_EQ(text(subject.on_own_schema_change("shop")), "");
    EXPECT_EQ(nodes_read(), "") << "an answer to nobody";
    EXPECT_EQ(subject.due(), std::nullopt);
}

TEST_F(event_debouncer_test, a_burst_costs_one_read)
{
    settle();
    const auto began = now;
    EXPECT_EQ(added(5), "");
    now += 400ms;
    EXPECT_EQ(added(6), "");
    EXPECT_EQ(altered("shop"), "");
    EXPECT_EQ(altered("shop", "other"), "");
    EXPECT_EQ(subject.due(), began + 1s) << "later events do not put it off";
    EXPECT_EQ(text(subject.on_timer(now)), "");
    EXPECT_EQ(wait(), "nodes schema shop");
    EXPECT_EQ(nodes_read(), "");
    EXPECT_EQ(schema_read(), "");
    EXPECT_EQ(subject.due(), now + 60s);
}

TEST_F(event_debouncer_test, twenty_different_events_end_the_window)
{
    settle();
    for (int i = 0; i < 19; ++i)
        EXPECT_EQ(altered("keyspace" + std::to_string(i)), "");
    for (int i = 0; i < 100; ++i)
        EXPECT_EQ(altered("keyspace3"), "") << "the same again is none";
    const std::string all = added(7);
    EXPECT_TRUE(all.starts_with("nodes schema keyspace0 keyspace1")) << all;
    EXPECT_EQ(subject.due(), refresh_at);
}

TEST_F(event_debouncer_test, what_is_said_of_a_node_is_passed_on_at_once_and_once)
{
    settle();
    EXPECT_EQ(down(2), "down 127.0.0.2");
    EXPECT_EQ(down(2), "");
    EXPECT_EQ(down(3), "down 127.0.0.3");
    EXPECT_EQ(up(2), "up 127.0.0.2") << "it changed";
    EXPECT_EQ(up(2), "");
    EXPECT_EQ(wait(), "nodes") << "who is up again may have another version";
    EXPECT_EQ(up(2), "up 127.0.0.2") << "a new window";
}

TEST_F(event_debouncer_test, a_node_that_is_down_needs_no_read)
{
    settle();
    EXPECT_EQ(down(2), "down 127.0.0.2");
    EXPECT_EQ(wait(), "");
}

TEST_F(event_debouncer_test, one_read_of_a_kind_is_under_way_and_what_comes_meanwhile_makes_one_more)
{
    settle();
    static_cast<void>(added(5));
    static_cast<void>(altered("shop"));
    EXPECT_EQ(wait(), "nodes schema shop");
    static_cast<void>(added(6));
    static_cast<void>(altered("shop"));
    EXPECT_EQ(wait(), "") << "both are under way";
    static_cast<void>(altered("bank"));
    EXPECT_EQ(wait(), "");
    EXPECT_EQ(nodes_read(), "nodes");
    EXPECT_EQ(nodes_read(), "");
    EXPECT_EQ(schema_read(), "schema shop bank");
    EXPECT_EQ(schema_read(), "");
}

TEST_F(event_debouncer_test, what_was_told_before_a_read_began_is_not_read_once_more)
{
    settle();
    EXPECT_EQ(altered("shop"), "");
    EXPECT_EQ(altered("bank"), "");
    EXPECT_EQ(text(subject.on_own_schema_change("shop")), "schema shop");
    EXPECT_EQ(schema_read(), "");
    EXPECT_EQ(wait(), "schema bank");
    EXPECT_EQ(schema_read(), "");
    EXPECT_EQ(subject.due(), refresh_at);
}

TEST_F(event_debouncer_test, what_is_told_after_a_read_began_may_be_another_change)
{
    settle();
    EXPECT_EQ(text(subject.on_own_schema_change("shop")), "schema shop");
    EXPECT_EQ(altered("shop"), "");
    EXPECT_EQ(schema_read(), "");
    EXPECT_EQ(wait(), "schema shop");
}

TEST_F(event_debouncer_test, a_read_that_ends_within_a_window_does_not_end_the_window)
{
    settle();
    static_cast<void>(added(5));
    EXPECT_EQ(wait(), "nodes");
    static_cast<void>(added(6));
    EXPECT_EQ(nodes_read(), "");
    EXPECT_EQ(wait(), "nodes");
}

TEST_F(event_debouncer_test, nodes_are_read_every_minute_spread_over_clients)
{
    settle();
    EXPECT_EQ(refresh_at, now + 60s);
    EXPECT_EQ(wait(), "nodes");
    EXPECT_EQ(subject.due(), std::nullopt) << "not again before it is done";
    EXPECT_EQ(nodes_read(1, 6000), "");
    EXPECT_EQ(subject.due(), now + 54s);
    EXPECT_EQ(wait(), "nodes");
    EXPECT_EQ(nodes_read(1, 6001), "");
    EXPECT_EQ(subject.due(), now + 60s);
}

TEST_F(event_debouncer_test, a_read_under_way_is_as_good_as_the_one_of_the_minute)
{
    settle();
    now = refresh_at - 1500ms;
    static_cast<void>(added(5));
    EXPECT_EQ(wait(), "nodes");
    EXPECT_EQ(subject.due(), refresh_at);
    EXPECT_EQ(wait(), "");
    EXPECT_EQ(nodes_read(), "");
    EXPECT_EQ(subject.due(), now + 60s);
}

TEST_F(event_debouncer_test, a_lost_schema_event_is_repaired_within_the_interval)
{
    settle();
    EXPECT_EQ(wait(), "nodes");
    EXPECT_EQ(nodes_read(2), "schema");
    EXPECT_EQ(schema_read(), "");
    EXPECT_EQ(wait(), "nodes");
    EXPECT_EQ(nodes_read(2), "") << "unchanged";
}

TEST_F(event_debouncer_test, a_version_that_is_being_read_is_not_read_again)
{
    settle();
    ASSERT_EQ(wait(), "nodes");
    ASSERT_EQ(nodes_read(2), "schema");
    static_cast<void>(added(5));
    ASSERT_EQ(wait(), "nodes");
    EXPECT_EQ(nodes_read(2), "");
    EXPECT_EQ(schema_read(), "");
}

TEST_F(event_debouncer_test, a_change_during_the_whole_read_is_not_taken_for_read)
{
    settle();
    ASSERT_EQ(wait(), "nodes");
    ASSERT_EQ(nodes_read(2), "schema");
    static_cast<void>(added(5));
    ASSERT_EQ(wait(), "nodes");
    EXPECT_EQ(nodes_read(2), "") << "that version is being read";
    static_cast<void>(added(5));
    ASSERT_EQ(wait(), "nodes");
    EXPECT_EQ(nodes_read(3), "") << "after the one that is under way";
    EXPECT_EQ(schema_read(), "schema");
    EXPECT_EQ(schema_read(), "");
    ASSERT_EQ(wait(), "nodes");
    EXPECT_EQ(nodes_read(3), "");
}

TEST_F(event_debouncer_test, a_read_of_single_keyspaces_does_not_hide_a_lost_event)
{
    settle();
    static_cast<void>(altered("shop"));
    ASSERT_EQ(wait(), "schema shop");
    ASSERT_EQ(schema_read(), "");
    ASSERT_EQ(wait(), "nodes");
    EXPECT_EQ(nodes_read(2), "schema") << "the change of another keyspace may have been lost";
}

TEST_F(event_debouncer_test, a_server_that_tells_no_version_is_read_once)
{
    ASSERT_EQ(text(subject.on_connected()), "register nodes");
    EXPECT_EQ(text(subject.on_nodes_read(std::nullopt, now, 0)), "schema");
    EXPECT_EQ(schema_read(), "");
    ASSERT_EQ(wait(), "nodes");
    EXPECT_EQ(text(subject.on_nodes_read(std::nullopt, now, 0)), "");
}

TEST_F(event_debouncer_test, own_changes_are_read_at_once)
{
    settle();
    EXPECT_EQ(text(subject.on_own_schema_change("shop")), "schema shop");
    EXPECT_EQ(text(subject.on_own_schema_change("shop")), "") << "after the one that is under way";
    EXPECT_EQ(schema_read(), "schema shop");
}

TEST_F(event_debouncer_test, very_many_keyspaces_are_the_whole_schema)
{
    settle();
    ASSERT_EQ(text(subject.on_own_schema_change("busy")), "schema busy");
    for (int i = 0; i < 21; ++i)
        ASSERT_EQ(text(subject.on_own_schema_change("keyspace" + std::to_string(i))), "");
    EXPECT_EQ(schema_read(), "schema");
}

TEST_F(event_debouncer_test, an_event_that_is_not_known_does_nothing)
{
    settle();
    EXPECT_EQ(event(protocol::unknown_event{"WEATHER_CHANGE", {}}), "");
    EXPECT_EQ(subject.due(), refresh_at);
}

TEST_F(event_debouncer_test, a_new_control_connection_reads_everything_again)
{
    settle();
    static_cast<void>(added(5));
    static_cast<void>(altered("shop"));
    ASSERT_EQ(wait(), "nodes schema shop");
    subject.on_disconnected();
    EXPECT_EQ(subject.due(), std::nullopt);
    EXPECT_EQ(text(subject.on_connected()), "register nodes");
    EXPECT_EQ(nodes_read(), "schema") << "the version was the same, but nobody knows what was missed";
    EXPECT_EQ(schema_read(), "");
}

}  // namespace
}  // namespace async_cassandra::detail
