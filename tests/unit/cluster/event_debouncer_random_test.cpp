// SPDX-License-Identifier: Apache-2.0
#include "unit/cluster/event_debouncer_fixture.hpp"

#include <rapidcheck.h>

#include <chrono>
#include <cstdint>
#include <random>
#include <set>
#include <string>
#include <utility>

// Changes and reads in any order.
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
                carry_out(
                    subject_.on_nodes_read(schema_version(static_cast<std::uint8_t>(below(2))), now_, dice_())
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
            carry_out(subject_.on_event(
                topology_change{topology_change_kind::new_node, debounced_address(last)}, now_
            ));
            break;
        case 1:
            carry_out(subject_.on_event(status_change{status_change_kind::up, debounced_address(last)}, now_)
            );
            break;
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
