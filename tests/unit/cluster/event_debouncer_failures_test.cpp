// SPDX-License-Identifier: Apache-2.0
#include "unit/cluster/event_debouncer_fixture.hpp"

// Reads and registrations that fail.
namespace async_cassandra::detail {
namespace {

using namespace std::chrono_literals;

TEST_F(event_debouncer_test, what_was_told_before_a_read_that_fails_is_not_lost)
{
    settle();
    EXPECT_EQ(altered("shop"), "");
    EXPECT_EQ(text(subject.on_own_schema_change("shop")), "schema shop");
    EXPECT_EQ(text(subject.on_schema_failed(now)), "");
    EXPECT_EQ(wait(), "schema shop");
}

TEST_F(event_debouncer_test, a_failed_read_is_made_again_after_a_window)
{
    settle();
    static_cast<void>(added(5));
    static_cast<void>(altered("shop"));
    ASSERT_EQ(wait(), "nodes schema shop");
    EXPECT_EQ(text(subject.on_nodes_failed(now)), "");
    EXPECT_EQ(text(subject.on_schema_failed(now)), "");
    EXPECT_EQ(subject.due(), now + 1s);
    EXPECT_EQ(wait(), "nodes schema shop");
}

TEST_F(event_debouncer_test, a_failed_read_of_the_whole_schema_is_made_again)
{
    ASSERT_EQ(text(subject.on_connected()), "register nodes");
    EXPECT_EQ(text(subject.on_nodes_failed(now)), "");
    EXPECT_EQ(wait(), "nodes");
    ASSERT_EQ(nodes_read(), "schema");
    EXPECT_EQ(text(subject.on_schema_failed(now)), "");
    EXPECT_EQ(wait(), "schema");
    EXPECT_EQ(schema_read(), "");
}

TEST_F(event_debouncer_test, a_node_that_fails_to_tell_the_nodes_twice_in_a_row_is_left)
{
    ASSERT_EQ(text(subject.on_connected()), "register nodes");
    EXPECT_EQ(nodes_failed(), "");
    EXPECT_EQ(subject.due(), now + 1s);
    ASSERT_EQ(wait(), "nodes");
    EXPECT_EQ(nodes_failed(), "leave");
    EXPECT_EQ(subject.due(), std::nullopt) << "nothing more is asked of it";
    subject.on_disconnected();
    EXPECT_EQ(text(subject.on_connected()), "register nodes");
    EXPECT_EQ(nodes_failed(), "") << "the next node begins anew";
}

TEST_F(event_debouncer_test, a_node_that_fails_to_tell_the_schema_twice_in_a_row_is_left)
{
    settle();
    static_cast<void>(altered("shop"));
    ASSERT_EQ(wait(), "schema shop");
    EXPECT_EQ(schema_failed(), "");
    EXPECT_EQ(subject.due(), now + 1s);
    ASSERT_EQ(wait(), "schema shop");
    EXPECT_EQ(schema_failed(), "leave");
}

TEST_F(event_debouncer_test, failures_with_a_success_between_them_are_not_in_a_row)
{
    settle();
    for (int i = 0; i < 5; ++i) {
        static_cast<void>(added(5));
        static_cast<void>(altered("shop"));
        ASSERT_EQ(wait(), "nodes schema shop");
        EXPECT_EQ(nodes_failed(), "");
        EXPECT_EQ(schema_failed(), "");
        ASSERT_EQ(wait(), "nodes schema shop");
        EXPECT_EQ(nodes_read(), "");
        EXPECT_EQ(schema_read(), "");
    }
}

TEST_F(event_debouncer_test, failures_of_different_kinds_are_not_in_a_row)
{
    ASSERT_EQ(text(subject.on_connected()), "register nodes");
    EXPECT_EQ(register_failed(), "");
    EXPECT_EQ(nodes_failed(), "");
    ASSERT_EQ(wait(), "register nodes");
    ASSERT_EQ(nodes_read(), "schema");
    EXPECT_EQ(schema_failed(), "");
}

TEST_F(event_debouncer_test, a_failed_registration_is_repeated_and_what_it_missed_is_read)
{
    ASSERT_EQ(text(subject.on_connected()), "register nodes");
    EXPECT_EQ(register_failed(), "");
    ASSERT_EQ(nodes_read(), "schema");
    ASSERT_EQ(schema_read(), "");
    EXPECT_EQ(subject.due(), now + 1s);
    EXPECT_EQ(wait(), "register");
    EXPECT_EQ(text(subject.on_registered()), "nodes");
    EXPECT_EQ(nodes_read(2), "schema") << "a change between that nobody told of";
    EXPECT_EQ(schema_read(), "");
    EXPECT_EQ(subject.due(), now + 60s);
}

TEST_F(event_debouncer_test, a_node_that_fails_to_register_twice_is_left)
{
    ASSERT_EQ(text(subject.on_connected()), "register nodes");
    EXPECT_EQ(register_failed(), "");
    ASSERT_EQ(wait(), "register");
    EXPECT_EQ(register_failed(), "leave");
    subject.on_disconnected();
    EXPECT_EQ(register_failed(), "") << "an answer to nobody";
    EXPECT_EQ(subject.due(), std::nullopt);
}

}  // namespace
}  // namespace async_cassandra::detail
