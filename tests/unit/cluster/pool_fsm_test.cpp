// SPDX-License-Identifier: Apache-2.0
#include "cluster/pool_fsm.hpp"

#include <gmock/gmock.h>

#include <chrono>
#include <string>
#include <vector>

namespace async_cassandra::detail {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;
using slot = pool_fsm::slot;

/// "open 0 1 close 2".
std::string text(const pool_fsm::actions& a)
{
    std::string out;
    const auto add = [&](const char* what, const pool_fsm::slot_list& slots) {
        if (slots.size() == 0)
            return;
        out += (out.empty() ? "" : " ") + std::string{what};
        for (const slot s : slots)
            out += " " + std::to_string(s);
    };
    add("open", a.open);
    add("close", a.close);
    return out;
}

class pool_fsm_test : public ::testing::Test {
protected:
    explicit pool_fsm_test(std::size_t connections = 3) : pool(connections, 2048) {}

    std::string ready(slot s) { return text(pool.on_ready(s, loads)); }
    std::string resize(std::size_t connections) { return text(pool.resize(connections, loads)); }
    std::string drain_all() { return text(pool.drain_all(loads)); }
    std::string orphans_due()
    {
        now = pool.orphans_due().value();
        return text(pool.on_orphans_due(now, loads));
    }
    std::optional<slot> choose()
    {
        return pool.choose([&](slot s) { return loads[s].in_use; });
    }
    /// All connections ready, none with a request on it.
    void make_full()
    {
        ASSERT_EQ(text(pool.fill()), "open 0");
        static_cast<void>(ready(0));
        for (slot s = 1; s < pool.wanted(); ++s)
            static_cast<void>(ready(s));
        ASSERT_EQ(pool.ready().size(), pool.wanted());
    }
    /// Orphans more at once.
    void orphan(slot s, std::uint16_t count)
    {
        for (int i = 0; i < count; ++i) {
            ++loads[s].in_use;
            pool.on_orphaned(s, ++loads[s].orphans, now);
        }
    }
    void late_answers(slot s, std::uint16_t count)
    {
        loads[s].in_use = static_cast<std::uint16_t>(loads[s].in_use - count);
        loads[s].orphans = static_cast<std::uint16_t>(loads[s].orphans - count);
    }

    pool_fsm::time_point now{1000h};
    pool_fsm pool;
    std::vector<pool_fsm::load> loads = std::vector<pool_fsm::load>(32);
};

TEST_F(pool_fsm_test, opens_one_connection_first_and_the_rest_when_that_works)
{
    EXPECT_EQ(text(pool.fill()), "open 0");
    EXPECT_EQ(text(pool.fill()), "") << "it is under way";
    EXPECT_EQ(choose(), std::nullopt);
    EXPECT_EQ(ready(0), "open 1 2");
    EXPECT_EQ(text(pool.fill()), "");
    EXPECT_EQ(ready(2), "");
    EXPECT_EQ(ready(1), "");
    EXPECT_THAT(pool.ready(), UnorderedElementsAre(0, 1, 2));
}

TEST_F(pool_fsm_test, a_failed_try_is_not_repeated_unasked)
{
    EXPECT_EQ(text(pool.fill()), "open 0");
    pool.on_open_failed(0);
    EXPECT_THAT(pool.ready(), IsEmpty());
    EXPECT_EQ(text(pool.fill()), "open 0");
    EXPECT_EQ(ready(0), "open 1 2");
    pool.on_open_failed(1);
    EXPECT_EQ(ready(2), "open 1") << "another one works: the missing one is worth a try";
    pool.on_open_failed(1);
    EXPECT_EQ(text(pool.fill()), "open 1");
}

TEST_F(pool_fsm_test, lost_connections_wait_for_the_next_fill)
{
    make_full();
    pool.on_closed(1);
    EXPECT_THAT(pool.ready(), UnorderedElementsAre(0, 2));
    EXPECT_EQ(text(pool.fill()), "open 1");
    EXPECT_EQ(ready(1), "");
    pool.on_closed(0);
    pool.on_closed(1);
    pool.on_closed(2);
    EXPECT_EQ(choose(), std::nullopt);
    EXPECT_EQ(text(pool.fill()), "open 0") << "an empty pool begins with one again";
}

TEST_F(pool_fsm_test, the_least_busy_connection_is_chosen)
{
    make_full();
    loads[0].in_use = 7;
    loads[1].in_use = 5;
    loads[2].in_use = 6;
    for (int i = 0; i < 5; ++i)
        EXPECT_EQ(choose(), 1);
}

TEST_F(pool_fsm_test, equally_busy_connections_take_turns)
{
    make_full();
    std::vector<int> taken(3);
    for (int i = 0; i < 300; ++i)
        ++taken[choose().value()];
    EXPECT_THAT(taken, ElementsAre(100, 100, 100));
}

// R36
TEST_F(pool_fsm_test, requests_of_different_length_load_connections_evenly)
{
    make_full();
    std::vector<int> taken(3);
    std::vector<std::pair<int, slot>> running;
    for (int i = 0; i < 30'000; ++i) {
        const slot s = choose().value();
        ++taken[s];
        ++loads[s].in_use;
        running.emplace_back(i + 1 + i * 7919 % 50, s);
        std::erase_if(running, [&](const auto& r) {
            if (r.first > i)
                return false;
            --loads[r.second].in_use;
            return true;
        });
    }
    for (const int count : taken)
        EXPECT_NEAR(count, 10'000, 1'000);
}

TEST_F(pool_fsm_test, a_full_connection_is_not_chosen)
{
    make_full();
    for (slot s = 0; s < 3; ++s)
        loads[s].in_use = 2048;
    EXPECT_EQ(choose(), std::nullopt);
    loads[2].in_use = 2047;
    EXPECT_EQ(choose(), 2);
}

TEST_F(pool_fsm_test, grows_while_it_runs)
{
    make_full();
    EXPECT_EQ(resize(5), "open 3 4");
    EXPECT_EQ(resize(5), "");
    EXPECT_EQ(ready(3), "");
    EXPECT_EQ(ready(4), "");
    EXPECT_EQ(pool.ready().size(), 5U);
}

TEST_F(pool_fsm_test, an_empty_pool_that_grows_still_opens_one_first)
{
    EXPECT_EQ(resize(8), "");
    EXPECT_EQ(text(pool.fill()), "open 0");
    EXPECT_EQ(resize(2), "");
    EXPECT_EQ(ready(0), "open 1");
}

TEST_F(pool_fsm_test, shrinks_by_draining_the_least_busy)
{
    make_full();
    loads[0].in_use = 2;
    loads[1].in_use = 1;
    loads[2].in_use = 3;
    EXPECT_EQ(resize(1), "") << "requests are on both";
    EXPECT_THAT(pool.ready(), ElementsAre(2));
    EXPECT_TRUE(pool.is_draining(0));
    EXPECT_TRUE(pool.is_draining(1));
    for (int i = 0; i < 3; ++i)
        EXPECT_EQ(choose(), 2) << "what is drained takes nothing new";
    EXPECT_EQ(text(pool.on_idle(0)), "close 0");
    pool.on_closed(0);
    EXPECT_EQ(text(pool.fill()), "") << "nothing is missing";
    EXPECT_EQ(text(pool.on_idle(2)), "");
}

TEST_F(pool_fsm_test, an_idle_connection_that_is_drained_closes_at_once)
{
    make_full();
    loads[0].in_use = 1;
    loads[1] = {4, 4};  // nobody waits for these
    loads[2].in_use = 9;
    EXPECT_EQ(resize(1), "close 1");
}

TEST_F(pool_fsm_test, a_connection_opened_before_the_pool_shrank_is_not_kept)
{
    ASSERT_EQ(text(pool.fill()), "open 0");
    ASSERT_EQ(ready(0), "open 1 2");
    EXPECT_EQ(resize(1), "");
    loads[0].in_use = 3;
    EXPECT_EQ(ready(1), "close 1");
    pool.on_closed(1);
    EXPECT_EQ(ready(2), "close 2");
    EXPECT_THAT(pool.ready(), ElementsAre(0));
}

TEST_F(pool_fsm_test, numbers_out_of_range_are_the_nearest_legal_ones)
{
    EXPECT_EQ((pool_fsm{0, 1}.wanted()), 1U);
    EXPECT_EQ((pool_fsm{99, 1}.wanted()), pool_fsm::most_connections);
}

TEST_F(pool_fsm_test, draining_all_gives_up_tries_and_lets_requests_finish)
{
    ASSERT_EQ(text(pool.fill()), "open 0");
    ASSERT_EQ(ready(0), "open 1 2");
    ASSERT_EQ(ready(1), "");
    loads[0].in_use = 1;
    EXPECT_EQ(drain_all(), "close 1 2");
    EXPECT_EQ(choose(), std::nullopt);
    pool.on_closed(1);
    pool.on_open_failed(2);
    EXPECT_EQ(text(pool.fill()), "open 1") << "at the node's new address, while an old one still works";
    EXPECT_EQ(ready(1), "open 2 3");
    EXPECT_EQ(text(pool.on_idle(0)), "close 0");
    pool.on_closed(0);
    EXPECT_EQ(ready(2), "");
    EXPECT_EQ(ready(3), "");
    EXPECT_THAT(pool.ready(), UnorderedElementsAre(1, 2, 3));
}

TEST_F(pool_fsm_test, a_try_that_was_given_up_and_ends_well_is_closed_all_the_same)
{
    ASSERT_EQ(text(pool.fill()), "open 0");
    ASSERT_EQ(drain_all(), "close 0");
    EXPECT_EQ(ready(0), "close 0");
    EXPECT_THAT(pool.ready(), IsEmpty());
}

TEST(pool_fsm, too_many_orphans_are_a_quarter_and_at_least_256_and_at_most_all)
{
    EXPECT_EQ((pool_fsm{1, 2048}.orphan_limit()), 512);
    EXPECT_EQ((pool_fsm{1, 32'767}.orphan_limit()), 8191);
    EXPECT_EQ((pool_fsm{1, 1000}.orphan_limit()), 256);
    EXPECT_EQ((pool_fsm{1, 100}.orphan_limit()), 100);
}

TEST_F(pool_fsm_test, a_connection_with_too_many_aged_orphans_is_replaced_new_before_old)
{
    make_full();
    orphan(1, 511);
    EXPECT_EQ(pool.orphans_due(), std::nullopt);
    orphan(1, 1);
    EXPECT_EQ(pool.orphans_due(), now + 1s);
    loads[1].in_use = 513;
    EXPECT_EQ(orphans_due(), "open 3");
    EXPECT_TRUE(pool.is_ready(1)) << "it serves until there is another one";
    EXPECT_EQ(ready(3), "");
    EXPECT_TRUE(pool.is_draining(1));
    EXPECT_THAT(pool.ready(), UnorderedElementsAre(0, 2, 3));
    EXPECT_EQ(text(pool.on_idle(1)), "close 1");
    pool.on_closed(1);
    EXPECT_EQ(text(pool.fill()), "");
}

TEST_F(pool_fsm_test, orphans_that_are_answered_within_the_second_are_only_late)
{
    make_full();
    orphan(1, 600);
    late_answers(1, 100);
    EXPECT_EQ(orphans_due(), "");
    EXPECT_EQ(pool.orphans_due(), std::nullopt);
}

TEST_F(pool_fsm_test, young_orphans_do_not_count)
{
    make_full();
    orphan(1, 512);
    late_answers(1, 10);
    now += 500ms;
    orphan(1, 100);
    EXPECT_EQ(orphans_due(), "") << "502 are old enough";
    EXPECT_EQ(pool.orphans_due(), now + 1s) << "the others will be";
    EXPECT_EQ(orphans_due(), "open 3");
}

TEST_F(pool_fsm_test, one_connection_is_replaced_at_a_time)
{
    make_full();
    orphan(0, 512);
    orphan(2, 700);
    EXPECT_EQ(orphans_due(), "open 3");
    EXPECT_EQ(orphans_due(), "") << "the second one waits";
    EXPECT_EQ(ready(3), "close 0");
    pool.on_closed(0);
    EXPECT_EQ(orphans_due(), "open 0");
    EXPECT_EQ(ready(0), "close 2");
    EXPECT_EQ(pool.orphans_due(), std::nullopt);
}

TEST_F(pool_fsm_test, when_the_replacement_does_not_come_about_the_old_one_serves_on)
{
    make_full();
    orphan(1, 512);
    EXPECT_EQ(orphans_due(), "open 3");
    pool.on_open_failed(3);
    EXPECT_TRUE(pool.is_ready(1));
    EXPECT_EQ(text(pool.fill()), "open 3");
    EXPECT_EQ(ready(3), "close 1");
}

TEST_F(pool_fsm_test, when_the_old_one_is_lost_first_its_replacement_takes_its_place)
{
    make_full();
    orphan(1, 512);
    EXPECT_EQ(orphans_due(), "open 3");
    pool.on_closed(1);
    EXPECT_EQ(text(pool.fill()), "");
    EXPECT_EQ(ready(3), "");
    EXPECT_THAT(pool.ready(), UnorderedElementsAre(0, 2, 3));
}

class single_connection_test : public pool_fsm_test {
protected:
    single_connection_test() : pool_fsm_test(1) {}
};

TEST_F(single_connection_test, the_only_connection_is_replaced_without_a_gap)
{
    ASSERT_EQ(text(pool.fill()), "open 0");
    ASSERT_EQ(ready(0), "");
    orphan(0, 512);
    EXPECT_EQ(orphans_due(), "open 1");
    EXPECT_EQ(choose(), 0);
    EXPECT_EQ(ready(1), "close 0");
    EXPECT_EQ(choose(), 1);
}

}  // namespace
}  // namespace async_cassandra::detail
