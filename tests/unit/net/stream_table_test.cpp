// SPDX-License-Identifier: Apache-2.0
#include "net/stream_table.hpp"

#include "support/seeded_random.hpp"
#include "unit/net/recorded_request.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <vector>

namespace async_cassandra::net {
namespace {

using answer_to = stream_table::answer_to;

TEST(stream_table, ids_begin_at_zero_and_the_one_freed_last_is_taken_first)
{
    stream_table table{10};
    std::vector<recorded_request> r(5);
    EXPECT_EQ(table.acquire(r[0]), 0);
    EXPECT_EQ(table.acquire(r[1]), 1);
    EXPECT_EQ(table.acquire(r[2]), 2);
    EXPECT_EQ(table.in_use(), 3U);
    EXPECT_EQ(table.waiting(1), &r[1]);
    const auto released = table.release(1);
    EXPECT_EQ(released.whom, answer_to::request);
    EXPECT_EQ(released.request, &r[1]);
    EXPECT_EQ(table.waiting(1), nullptr);
    EXPECT_EQ(table.in_use(), 2U);
    EXPECT_EQ(table.acquire(r[3]), 1);
    EXPECT_EQ(table.acquire(r[4]), 3);
}

TEST(stream_table, tells_since_when_a_request_waited)
{
    using time_point = std::chrono::steady_clock::time_point;
    stream_table table{10};
    std::vector<recorded_request> r(2);
    for (recorded_request& each : r)
        table.set_place(
            table.acquire(each), {1, 0, 10, time_point{std::chrono::seconds{&each - r.data() + 1}}}
        );
    EXPECT_EQ(table.release(1).since, time_point{std::chrono::seconds{2}});
    EXPECT_EQ(table.release(0).since, time_point{std::chrono::seconds{1}});
}

TEST(stream_table, is_full_at_its_limit)
{
    stream_table table{2};
    std::vector<recorded_request> r(2);
    EXPECT_EQ(table.limit(), 2U);
    EXPECT_FALSE(table.full());
    table.acquire(r[0]);
    EXPECT_FALSE(table.full());
    table.acquire(r[1]);
    EXPECT_TRUE(table.full());
    table.orphan(0);
    EXPECT_TRUE(table.full());
    table.release(0);
    EXPECT_FALSE(table.full());
}

TEST(stream_table, the_largest_limit_is_usable)
{
    stream_table table{32'767};
    std::vector<recorded_request> r(32'767);
    std::int16_t last = 0;
    for (recorded_request& one : r)
        last = table.acquire(one);
    EXPECT_EQ(last, 32'766);
    EXPECT_TRUE(table.full());
    EXPECT_EQ(table.waiting(32'766), &r.back());
    EXPECT_EQ(table.release(32'766).request, &r.back());
}

TEST(stream_table, an_answer_that_nobody_asked_for_is_for_nobody)
{
    stream_table table{10};
    recorded_request r;
    EXPECT_EQ(table.release(0).whom, answer_to::nobody);
    EXPECT_EQ(table.release(-1).whom, answer_to::nobody);
    EXPECT_EQ(table.release(32'767).whom, answer_to::nobody);
    EXPECT_EQ(table.waiting(-32'768), nullptr);
    table.acquire(r);
    table.release(0);
    EXPECT_EQ(table.release(0).whom, answer_to::nobody);
    EXPECT_EQ(table.in_use(), 0U);
}

TEST(stream_table, an_orphaned_id_is_not_used_again_before_its_answer)
{
    stream_table table{3};
    std::vector<recorded_request> r(4);
    table.acquire(r[0]);
    table.acquire(r[1]);
    table.orphan(0);
    EXPECT_EQ(table.orphans(), 1U);
    EXPECT_EQ(table.in_use(), 2U);
    EXPECT_EQ(table.waiting(0), nullptr);
    EXPECT_EQ(table.acquire(r[2]), 2);
    EXPECT_TRUE(table.full());
    EXPECT_EQ(table.release(0).whom, answer_to::orphan);
    EXPECT_EQ(table.orphans(), 0U);
    EXPECT_EQ(table.acquire(r[3]), 0);
}

TEST(stream_table, what_moves_is_the_place_of_the_envelope_that_lay_there)
{
    stream_table table{10};
    std::vector<recorded_request> r(3);
    for (recorded_request& one : r)
        table.acquire(one);
    table.set_place(0, {7, 0, 10});
    table.set_place(1, {7, 30, 5});
    table.set_place(2, {6, 30, 5});
    table.move(1, 7, 30, 10);
    table.move(0, 7, 20, 10);
    table.move(2, 7, 30, 10);
    table.move(9, 7, 30, 10);
    EXPECT_EQ(table.place(0).offset, 0U) << "what moved was an envelope before it with the same id";
    EXPECT_EQ(table.place(1).offset, 10U);
    EXPECT_EQ(table.place(1).length, 5U);
    EXPECT_EQ(table.place(2).offset, 30U) << "of another write";
}

TEST(stream_table, an_id_is_used_until_its_answer)
{
    stream_table table{10};
    recorded_request r;
    EXPECT_FALSE(table.is_used(0));
    table.acquire(r);
    EXPECT_TRUE(table.is_used(0));
    table.orphan(0);
    EXPECT_TRUE(table.is_used(0));
    table.release(0);
    EXPECT_FALSE(table.is_used(0));
    EXPECT_FALSE(table.is_used(-1));
}

TEST(stream_table, everyone_who_waits_is_taken_once_with_his_place)
{
    stream_table table{10};
    std::vector<recorded_request> r(4);
    for (recorded_request& one : r)
        table.acquire(one);
    for (std::int16_t id = 0; id < 4; ++id)
        table.set_place(id, {static_cast<std::uint64_t>(id) + 10, 0, 0});
    table.orphan(1);
    table.release(2);
    stream_table::gathered_at where;
    EXPECT_EQ(table.take_any(where), &r[0]);
    EXPECT_EQ(where.batch, 10U);
    EXPECT_EQ(table.take_any(where), &r[3]);
    EXPECT_EQ(where.batch, 13U);
    EXPECT_EQ(table.take_any(where), nullptr);
}

TEST(stream_table, those_who_wait_may_leave_while_others_are_taken)
{
    stream_table table{10};
    std::vector<recorded_request> r(3);
    for (recorded_request& one : r)
        table.acquire(one);
    stream_table::gathered_at where;
    EXPECT_EQ(table.take_any(where), &r[0]);
    table.orphan(1);
    EXPECT_EQ(table.take_any(where), &r[2]);
    EXPECT_EQ(table.take_any(where), nullptr);
}

TEST(stream_table, no_id_is_given_twice_whatever_happens)
{
    testing::seeded_random random{42};
    constexpr std::uint16_t limit = 50;
    stream_table table{limit};
    std::vector<std::unique_ptr<recorded_request>> requests;
    std::map<std::int16_t, pending_request*> waiting;
    std::set<std::int16_t> orphans;
    for (int step = 0; step < 20'000; ++step) {
        ASSERT_EQ(table.in_use(), waiting.size() + orphans.size());
        ASSERT_EQ(table.orphans(), orphans.size());
        ASSERT_EQ(table.full(), table.in_use() == limit);
        const auto id = static_cast<std::int16_t>(random.between(0, limit));
        if (random.chance(1, 2) && !table.full()) {
            requests.push_back(std::make_unique<recorded_request>());
            const std::int16_t got = table.acquire(*requests.back());
            ASSERT_TRUE(got >= 0 && got < limit);
            ASSERT_FALSE(waiting.contains(got) || orphans.contains(got));
            waiting[got] = requests.back().get();
        } else if (random.chance(1, 4) && waiting.contains(id)) {
            table.orphan(id);
            waiting.erase(id);
            orphans.insert(id);
        } else {
            const auto released = table.release(id);
            if (waiting.contains(id)) {
                ASSERT_EQ(released.whom, answer_to::request);
                ASSERT_EQ(released.request, waiting[id]);
            } else {
                ASSERT_EQ(released.whom, orphans.contains(id) ? answer_to::orphan : answer_to::nobody);
            }
            waiting.erase(id);
            orphans.erase(id);
        }
    }
}

}  // namespace
}  // namespace async_cassandra::net
