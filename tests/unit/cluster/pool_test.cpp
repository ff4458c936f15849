// SPDX-License-Identifier: Apache-2.0
#include "unit/cluster/pool_fixture.hpp"

// Opening, losing and closing the connections of a pool.
namespace async_cassandra::detail {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST_F(pool_test, is_down_before_it_is_opened_and_while_it_connects)
{
    make();
    queued_request r;
    EXPECT_THAT(submit({&r}), ElementsAre(admission::down));
    open();
    EXPECT_THAT(submit({&r}), ElementsAre(admission::down));
    EXPECT_FALSE(subject->last_failure().code);
    ASSERT_TRUE(world.run_until([&] { return !outcomes.empty(); }, 10s));
    EXPECT_THAT(submit({&r}), ElementsAre(admission::taken));
    world.run_for(1s);
    EXPECT_THAT(r.ends, ElementsAre("answered"));
}

TEST_F(pool_test, opening_what_is_open_is_told_at_once_and_several_wait_for_one_connection)
{
    make();
    open();
    open();
    ASSERT_TRUE(world.run_until([&] { return outcomes.size() == 2; }, 10s));
    open();
    EXPECT_THAT(outcomes, ElementsAre("open", "open", "open"));
    EXPECT_EQ(node.connections_accepted(), 1U);
}

TEST_F(pool_test, a_first_attempt_that_fails_is_told_and_not_repeated)
{
    world.network().stop_listening(node_address);
    make();
    open();
    world.run_for(1min);
    ASSERT_EQ(outcomes.size(), 1U);
    EXPECT_THAT(outcomes.front(), HasSubstr("refused"));
    EXPECT_EQ(world.network().connects_tried(), 1U);
    EXPECT_EQ(subject->last_failure().code, errc::connection_failed);
    world.network().listen(node_address, node);
    open();
    world.run_for(1s);
    EXPECT_EQ(outcomes.back(), "open");
    EXPECT_FALSE(subject->last_failure().code);
}

TEST_F(pool_test, losing_the_connection_ends_those_on_it_and_those_in_the_queue)
{
    open_and_wait();
    queued_request r[3] = {queued_request{"held"}, queued_request{"held"}, queued_request{}};
    ASSERT_THAT(submit({&r[0], &r[1], &r[2]}), ::testing::Each(admission::taken));
    world.run_for(10ms);
    world.network().reset(node_address);
    world.run_for(0ns);
    EXPECT_EQ(r[0].effect, request_effect::maybe_applied);
    EXPECT_EQ(r[1].effect, request_effect::maybe_applied);
    EXPECT_EQ(r[2].effect, request_effect::not_sent);
    for (const queued_request& one : r)
        EXPECT_EQ(one.ends.size(), 1U);
    EXPECT_EQ(subject->last_failure().code, errc::connection_lost);
}

TEST_F(pool_test, one_that_ends_may_submit_itself_again_and_is_told_that_the_node_is_down)
{
    open_and_wait();
    queued_request r[3] = {queued_request{"held"}, queued_request{"held"}, queued_request{}};
    std::vector<admission> again;
    for (queued_request& one : r)
        one.then = [&, self = &one] { again.push_back(subject->submit(*self)); };
    ASSERT_THAT(submit({&r[0], &r[1], &r[2]}), ::testing::Each(admission::taken));
    world.run_for(10ms);
    world.network().stop_listening(node_address);
    world.network().reset(node_address);
    world.run_for(0ns);
    EXPECT_THAT(again, ElementsAre(admission::down, admission::down, admission::down));
}

TEST_F(pool_test, closing_ends_everything_with_its_reason)
{
    open_and_wait();
    queued_request r[3] = {queued_request{"held"}, queued_request{"held"}, queued_request{}};
    ASSERT_THAT(submit({&r[0], &r[1], &r[2]}), ::testing::Each(admission::taken));
    world.run_for(10ms);
    turn([&] { subject->close({make_error_code(errc::closed), "enough", nullptr}); });
    for (const queued_request& one : r)
        EXPECT_THAT(one.ends, ElementsAre("lost: enough"));
    EXPECT_EQ(r[0].effect, request_effect::maybe_applied);
    EXPECT_EQ(r[2].effect, request_effect::not_sent);
    world.run_for(10min);
    EXPECT_EQ(world.network().connects_tried(), 1U);
    EXPECT_EQ(node.open_connections(), 0U);
    queued_request late;
    EXPECT_THAT(submit({&late}), ElementsAre(admission::down));
}

TEST_F(pool_test, closing_while_it_connects_is_told_to_those_who_wait)
{
    make();
    open();
    turn([&] { subject->close({make_error_code(errc::closed), "enough", nullptr}); });
    EXPECT_THAT(outcomes, ElementsAre("enough"));
    EXPECT_TRUE(world.run_until_idle(1min));
    EXPECT_THAT(outcomes, ElementsAre("enough"));
}

TEST_F(pool_test, those_that_end_may_withdraw_others)
{
    open_and_wait();
    queued_request r[4] = {
        queued_request{"held"}, queued_request{"held"}, queued_request{}, queued_request{}};
    ASSERT_THAT(submit({&r[0], &r[1], &r[2], &r[3]}), ::testing::Each(admission::taken));
    world.run_for(10ms);
    r[0].then = [&] {
        subject->withdraw(r[1]);
        subject->withdraw(r[3]);
    };
    world.network().reset(node_address);
    world.run_for(0ns);
    EXPECT_THAT(r[1].ends, IsEmpty());
    EXPECT_THAT(r[3].ends, IsEmpty());
    EXPECT_EQ(r[0].ends.size(), 1U);
    EXPECT_EQ(r[2].ends.size(), 1U);
}

TEST_F(pool_test, may_be_destroyed_with_everything_under_way)
{
    open_and_wait();
    queued_request r[3] = {queued_request{"held"}, queued_request{"held"}, queued_request{}};
    ASSERT_THAT(submit({&r[0], &r[1], &r[2]}), ::testing::Each(admission::taken));
    turn([&] {
        subject->drop();
        subject.reset();
    });
    EXPECT_TRUE(world.run_until_idle(1min));
    for (const queued_request& one : r)
        EXPECT_THAT(one.ends, IsEmpty());
}

}  // namespace
}  // namespace async_cassandra::detail
