// SPDX-License-Identifier: Apache-2.0
#include "cluster/event_debouncer.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <chrono>
#include <random>
#include <set>
#include <string>

namespace async_cassandra::detail {
namespace {

using namespace std::chrono_literals;
using protocol::schema_change;
using protocol::schema_change_kind;
using protocol::schema_target;
using protocol::status_change;
using protocol::status_change_kind;
using protocol::topology_change;
using protocol::topology_change_kind;

/// "register up 127.0.0.2 nodes schema", "schema shop users", "schema" for all of it.
std::string text(const event_debouncer::actions& a)
{
    std::string out;
    const auto add = [&](const std::string& word) { out += (out.empty() ? "" : " ") + word; };
    if (a.leave)
        add("leave");
    if (a.register_events)
        add("register");
    if (a.hint)
        add((a.hint->kind == status_change_kind::up ? "up " : "down ") + a.hint->node.address.to_string());
    if (a.read_nodes)
        add("nodes");
    if (!a.read_schema.empty())
        add("schema");
    for (const std::string& keyspace : a.read_schema.keyspaces)
        add(keyspace);
    return out;
}

endpoint node(int last)
{
    return {*inet::parse("127.0.0." + std::to_string(last)), 9042};
}

uuid version(std::uint8_t number)
{
    return uuid{{number}};
}

class event_debouncer_test : public ::testing::Test {
protected:
    std::string up(int last) { return event(status_change{status_change_kind::up, node(last)}); }
    std::string down(int last) { return event(status_change{status_change_kind::down, node(last)}); }
    std::string added(int last) { return event(topology_change{topology_change_kind::new_node, node(last)}); }
    std::string altered(const std::string& keyspace, const std::string& table = "t")
    {
        return event(schema_change{schema_change_kind::updated, schema_target::table, keyspace, table, {}});
    }
    std::string event(const protocol::server_event& e) { return text(subject.on_event(e, now)); }
    std::string nodes_read(std::uint8_t v = 1, std::uint64_t chance = 0)
    {
        return text(subject.on_nodes_read(version(v), now, chance));
    }
    std::string schema_read() { return text(subject.on_schema_read()); }
    std::string nodes_failed() { return text(subject.on_nodes_failed(now)); }
    std::string schema_failed() { return text(subject.on_schema_failed(now)); }
    std::string register_failed() { return text(subject.on_register_failed(now)); }
    /// To the time at which it wants to be called.
    std::string wait()
    {
        now = subject.due().value();
        return text(subject.on_timer(now));
    }
    void settle()
    {
        ASSERT_EQ(text(subject.on_connected()), "register nodes");
        ASSERT_EQ(text(subject.on_registered()), "");
        ASSERT_EQ(nodes_read(), "schema");
        ASSERT_EQ(schema_read(), "");
        refresh_at = subject.due().value();
    }

    event_debouncer::time_point now{1000h};
    event_debouncer::time_point refresh_at{};
    event_debouncer subject{{}};
};

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

TEST_F(event_debouncer_test, what_was_told_before_a_read_that_fails_is_not_lost)
{
    settle();
    EXPECT_EQ(altered("shop"), "");
    EXPECT_EQ(text(subject.on_own_schema_change("shop")), "schema shop");
    EXPECT_EQ(text(subject.on_schema_failed(now)), "");
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

/// Carries out what is decided, with reads that end or fail at any time, and knows what has not been read since it changed.
class played_reads {
public:
    explicit played_reads(std::uint64_t seed) : dice_(seed) { connect(); }

    void play(int events)
    {
        for (int i = 0; i < events; ++i) {
            random_event();
            check();
        }
        for (int i = 0; i < 20; ++i) {
            finish_reads(false);
            if (due_soon())
                let_time_pass(1s);
        }
        RC_ASSERT(stale_.empty());
        RC_ASSERT(!nodes_running_ && running_.empty());
        RC_ASSERT(registered_);
    }

private:
    std::size_t below(std::size_t bound) { return dice_() % bound; }

    [[nodiscard]] bool due_soon() const { return subject_.due() && *subject_.due() <= now_ + 1s; }

    void connect()
    {
        nodes_running_ = false;
        running_.clear();
        stale_ = {"(nodes)", "(all)"};
        all_behind_nodes_ = true;
        registering_ = registered_ = false;
        carry_out(subject_.on_connected());
    }

    void carry_out(const event_debouncer::actions& a)
    {
        if (a.leave) {
            RC_ASSERT(!a.read_nodes && a.read_schema.empty() && !a.register_events);
            subject_.on_disconnected();
            connect();
            return;
        }
        if (a.register_events) {
            RC_ASSERT(!registered_);
            RC_ASSERT(!std::exchange(registering_, true));
        }
        if (a.read_nodes) {
            RC_ASSERT(!std::exchange(nodes_running_, true));
            stale_.erase("(nodes)");
        }
        if (a.read_schema.empty())
            return;
        RC_ASSERT(running_.empty());
        if (a.read_schema.all) {
            std::erase_if(stale_, [](const std::string& what) { return what != "(nodes)"; });
            running_ = {"(all)"};
            all_behind_nodes_ = false;
        }
        for (const std::string& keyspace : a.read_schema.keyspaces) {
            RC_ASSERT(!a.read_schema.all);
            stale_.erase(keyspace);
            running_.insert(keyspace);
        }
    }

    void finish_registration(bool may_fail)
    {
        if (!std::exchange(registering_, false))
            return;
        registered_ = !may_fail || below(3) != 0;
        carry_out(registered_ ? subject_.on_registered() : subject_.on_register_failed(now_));
    }

    void finish_reads(bool may_fail)
    {
        finish_registration(may_fail);
        if (std::exchange(nodes_running_, false)) {
            if (may_fail && below(3) == 0) {
                stale_.insert("(nodes)");
                carry_out(subject_.on_nodes_failed(now_));
            } else {
                carry_out(subject_.on_nodes_read(version(static_cast<std::uint8_t>(below(2))), now_, dice_())
                );
            }
        }
        if (running_.empty())
            return;
        const auto ended = std::exchange(running_, {});
        if (may_fail && below(3) == 0) {
            stale_.insert(ended.begin(), ended.end());
            carry_out(subject_.on_schema_failed(now_));
        } else {
            carry_out(subject_.on_schema_read());
        }
    }

    void let_time_pass(std::chrono::milliseconds time)
    {
        now_ += time;
        if (subject_.due() && *subject_.due() <= now_)
            carry_out(subject_.on_timer(now_));
    }

    void random_event()
    {
        const std::string keyspace = "k" + std::to_string(below(30));
        const int last = static_cast<int>(below(9)) + 1;
        switch (below(7)) {
        case 0:
            stale_.insert("(nodes)");
            carry_out(subject_.on_event(topology_change{topology_change_kind::new_node, node(last)}, now_));
            break;
        case 1: carry_out(subject_.on_event(status_change{status_change_kind::up, node(last)}, now_)); break;
        case 2:
            stale_.insert(keyspace);
            carry_out(subject_.on_event(
                schema_change{schema_change_kind::updated, schema_target::table, keyspace, "t", {}}, now_
            ));
            break;
        case 3:
            stale_.insert(keyspace);
            carry_out(subject_.on_own_schema_change(keyspace));
            break;
        case 4: finish_reads(true); break;
        default: let_time_pass(std::chrono::milliseconds{below(below(20) == 0 ? 70'000 : 300)}); break;
        }
    }

    void check()
    {
        const bool comes_behind_nodes = all_behind_nodes_ && nodes_running_;
        for (const std::string& what : stale_)
            RC_ASSERT(
                (what == "(nodes)" ? nodes_running_ : !running_.empty() || comes_behind_nodes) || due_soon()
            );
        RC_ASSERT(registered_ || registering_ || due_soon());
    }

    std::mt19937_64 dice_;
    event_debouncer subject_{{}};
    event_debouncer::time_point now_{1000h};
    std::set<std::string> stale_;    // changed since the last read of it began, or that failed
    std::set<std::string> running_;  // of the schema
    bool nodes_running_ = false;
    bool all_behind_nodes_ = false;  // the whole schema is read when the nodes are
    bool registering_ = false;
    bool registered_ = false;
};

TEST(event_debouncer, whatever_changes_is_read_afterwards_within_a_window_and_never_twice_at_a_time)
{
    EXPECT_TRUE(rc::check([](std::uint64_t seed) {
        for (std::uint64_t i = 0; i < 5; ++i)
            played_reads{seed * 5 + i}.play(200);
    }));
}

}  // namespace
}  // namespace async_cassandra::detail
