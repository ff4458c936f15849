// SPDX-License-Identifier: Apache-2.0
#include "unit/cluster/pool_fixture.hpp"

// Requests that wait for a stream id.
namespace async_cassandra::detail {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST_F(pool_test, what_has_no_stream_id_waits_in_order)
{
    open_and_wait();
    queued_request r[5] = {
        queued_request{"held 0"},
        queued_request{"held 1"},
        queued_request{"SELECT 2"},
        queued_request{"SELECT 3"},
        queued_request{"SELECT 4"}};
    EXPECT_THAT(submit({&r[0], &r[1], &r[2], &r[3], &r[4]}), ::testing::Each(admission::taken));
    world.run_for(10ms);
    EXPECT_THAT(at_node(), ElementsAre("held 0", "held 1"));
    node.release("gate");
    world.run_for(10ms);
    EXPECT_THAT(at_node(), ElementsAre("held 0", "held 1", "SELECT 2", "SELECT 3", "SELECT 4"));
    for (const queued_request& one : r)
        EXPECT_THAT(one.ends, ElementsAre("answered"));
}

TEST_F(pool_test, the_queue_is_limited_by_count)
{
    open_and_wait();
    std::vector<queued_request> r(6);
    std::vector<queued_request*> all;
    for (queued_request& one : r)
        all.push_back(&one);
    EXPECT_THAT(
        submit(all),
        ElementsAre(
            admission::taken,
            admission::taken,
            admission::taken,
            admission::taken,
            admission::taken,
            admission::full
        )
    );
    world.run_for(1s);
    EXPECT_THAT(r[5].ends, IsEmpty());
    EXPECT_THAT(r[4].ends, ElementsAre("answered"));
    EXPECT_THAT(
        submit(all),
        ElementsAre(
            admission::taken,
            admission::taken,
            admission::taken,
            admission::taken,
            admission::taken,
            admission::full
        )
    );
    world.run_for(1s);
}

TEST_F(pool_test, the_queue_is_limited_by_bytes)
{
    open_and_wait();
    queued_request in_flight[2];
    queued_request large{"SELECT", 900};
    queued_request fits{"SELECT", 100};
    queued_request one_byte_more{"SELECT", 1};
    EXPECT_THAT(
        submit({&in_flight[0], &in_flight[1], &large, &fits, &one_byte_more}),
        ElementsAre(admission::taken, admission::taken, admission::taken, admission::taken, admission::full)
    );
    turn([&] { EXPECT_EQ(subject->withdraw(large), request_effect::not_sent); });
    EXPECT_THAT(submit({&one_byte_more}), ElementsAre(admission::taken));
    world.run_for(1s);
    EXPECT_THAT(fits.ends, ElementsAre("answered"));
    EXPECT_THAT(large.ends, IsEmpty());
}

TEST_F(pool_test, a_request_larger_than_the_byte_limit_is_sent_when_there_is_room)
{
    open_and_wait();
    queued_request huge{"SELECT", 1'000'000};
    EXPECT_THAT(submit({&huge}), ElementsAre(admission::taken));
    world.run_for(1s);
    EXPECT_THAT(huge.ends, ElementsAre("answered"));
}

TEST_F(pool_test, limits_are_split_over_the_shards)
{
    make(3);
    open();
    ASSERT_TRUE(world.run_until([&] { return !outcomes.empty(); }, 10s));
    std::vector<queued_request> r(4);
    EXPECT_THAT(
        submit({&r[0], &r[1], &r[2], &r[3]}),
        ElementsAre(admission::taken, admission::taken, admission::taken, admission::full)
    );
    world.run_for(1s);
}

TEST_F(pool_test, withdrawing_tells_what_may_have_happened)
{
    open_and_wait();
    queued_request sent{"held"};
    queued_request gathered;
    queued_request queued;
    EXPECT_THAT(submit({&sent}), ElementsAre(admission::taken));
    world.run_for(10ms);
    turn([&] {
        ASSERT_EQ(subject->submit(gathered), admission::taken);
        ASSERT_EQ(subject->submit(queued), admission::taken);
        EXPECT_FALSE(pool::is_unsent(sent));
        EXPECT_TRUE(pool::is_unsent(gathered));
        EXPECT_TRUE(pool::is_unsent(queued));
        EXPECT_EQ(subject->withdraw(sent), request_effect::maybe_applied);
        EXPECT_EQ(subject->withdraw(queued), request_effect::not_sent);
        EXPECT_EQ(subject->withdraw(gathered), request_effect::not_sent);
    });
    world.run_for(1s);
    EXPECT_THAT(at_node(), ElementsAre("held"));
}

// Those in the queue have nobody but this to wake them: no answer is under way.
TEST_F(pool_test, a_stream_id_that_comes_back_unsent_goes_to_the_queue)
{
    open_and_wait();
    queued_request first;
    queued_request second;
    queued_request waiting;
    turn([&] {
        for (queued_request* r : {&first, &second, &waiting})
            ASSERT_EQ(subject->submit(*r), admission::taken);
        EXPECT_EQ(subject->withdraw(first), request_effect::not_sent);
        EXPECT_EQ(subject->withdraw(second), request_effect::not_sent);
    });
    world.run_for(100ms);
    EXPECT_THAT(waiting.ends, ElementsAre("answered"));
}

TEST_F(pool_test, one_that_cannot_be_encoded_is_told_and_the_next_gets_its_place)
{
    open_and_wait();
    queued_request held[2] = {queued_request{"held"}, queued_request{"held"}};
    queued_request broken;
    broken.broken_rule = "too long";
    queued_request next;
    EXPECT_THAT(submit({&held[0], &held[1], &broken, &next}), ::testing::Each(admission::taken));
    node.release("gate");
    world.run_for(1s);
    EXPECT_THAT(broken.ends, ElementsAre("unencodable: too long"));
    EXPECT_THAT(next.ends, ElementsAre("answered"));
    queued_request at_once;
    at_once.broken_rule = "too long";
    EXPECT_THAT(submit({&at_once}), ElementsAre(admission::taken));
    EXPECT_THAT(at_once.ends, ElementsAre("unencodable: too long"));
}

TEST_F(pool_test, when_the_node_falls_silent_those_that_wait_go_on_to_another_if_there_is_one)
{
    open_and_wait();
    node.freeze();
    queued_request r[5];
    r[3].alternatives = true;
    queued_request behind;
    r[3].then = [&] { EXPECT_EQ(subject->submit(behind), admission::taken) << "the last resort"; };
    submit({&r[0], &r[1], &r[2], &r[3], &r[4]});
    world.run_for(1900ms);
    EXPECT_THAT(r[3].ends, IsEmpty());
    world.run_for(200ms);
    ASSERT_THAT(r[3].ends, ElementsAre(::testing::StartsWith("lost: the node fell silent")));
    EXPECT_EQ(r[3].effect, request_effect::not_sent);
    EXPECT_THAT(r[2].ends, IsEmpty());
    node.thaw();
    world.run_for(100ms);
    for (const queued_request* one : {&r[0], &r[1], &r[2], &r[4], &behind})
        EXPECT_THAT(one->ends, ElementsAre("answered"));
}

}  // namespace
}  // namespace async_cassandra::detail
