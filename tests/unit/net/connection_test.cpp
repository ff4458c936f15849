// SPDX-License-Identifier: Apache-2.0
#include "unit/net/connection_fixture.hpp"

#include <gmock/gmock.h>

namespace async_cassandra::net {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

INSTANTIATE_TEST_SUITE_P(versions, connection_test, each_version, version_name);

TEST_P(connection_test, opens_and_answers_requests)
{
    open_and_wait();
    EXPECT_TRUE(subject->ready());
    EXPECT_TRUE(subject->has_room());
    recorded_request r;
    send(r);
    EXPECT_EQ(subject->in_flight(), 1U);
    ASSERT_TRUE(world.run_until([&] { return r.ended(); }, 1s));
    EXPECT_EQ(r.op, protocol::opcode::result);
    EXPECT_EQ(subject->in_flight(), 0U);
    EXPECT_GE(rooms, 1);
    EXPECT_THAT(node.violations(), IsEmpty());
}

// Contract: one write per loop turn for all that gathered.
TEST_P(connection_test, everything_of_one_turn_leaves_in_one_write)
{
    open_and_wait();
    std::vector<std::unique_ptr<recorded_request>> requests;
    std::size_t writes = 0;
    turn([&] {
        for (int i = 0; i < 1000; ++i) {
            requests.push_back(std::make_unique<recorded_request>());
            ASSERT_TRUE(subject->send(*requests.back()));
        }
    });
    // All of it is one piece on the wire, and so at the node at one time.
    ASSERT_TRUE(world.run_until([&] { return subject->in_flight() == 0; }, 1s));
    const auto records = node.requests(protocol::opcode::query);
    ASSERT_EQ(records.size(), 1000U);
    for (const auto& r : records)
        writes += r.at != records.front().at ? 1U : 0U;
    EXPECT_EQ(writes, 0U);
    for (const auto& r : requests)
        EXPECT_EQ(r->ends, 1);
}

TEST_P(connection_test, what_gathers_during_a_write_leaves_with_the_next_one)
{
    world.network().conditions(node_address).write_chunk_max = 10;
    open_and_wait();
    std::vector<std::unique_ptr<recorded_request>> requests;
    for (int i = 0; i < 20; ++i) {
        requests.push_back(std::make_unique<recorded_request>());
        send(*requests.back());
    }
    ASSERT_TRUE(world.run_until([&] { return subject->in_flight() == 0; }, 1s));
    for (const auto& r : requests)
        EXPECT_EQ(r->op, protocol::opcode::result);
    EXPECT_THAT(node.violations(), IsEmpty());
}

TEST_P(connection_test, a_request_cancelled_in_its_turn_never_leaves)
{
    open_and_wait();
    recorded_request first;
    recorded_request gone{"never seen"};
    recorded_request last;
    turn([&] {
        ASSERT_TRUE(subject->send(first));
        ASSERT_TRUE(subject->send(gone));
        ASSERT_TRUE(subject->send(last));
        EXPECT_TRUE(subject->is_unsent(gone));
        EXPECT_EQ(subject->cancel(gone), request_effect::not_sent);
        EXPECT_EQ(subject->orphans(), 0U);
        EXPECT_EQ(subject->in_flight(), 2U);
        EXPECT_TRUE(subject->is_unsent(last));
    });
    ASSERT_TRUE(world.run_until([&] { return first.ended() && last.ended(); }, 1s));
    EXPECT_EQ(at_node("never seen"), 0U);
    EXPECT_EQ(at_node("SELECT"), 2U);
    EXPECT_EQ(gone.ends, 0);
    EXPECT_THAT(node.violations(), IsEmpty());
}

TEST_P(connection_test, those_behind_a_cancelled_one_may_be_cancelled_too)
{
    open_and_wait();
    recorded_request keep;
    std::vector<std::unique_ptr<recorded_request>> gone;
    turn([&] {
        for (int i = 0; i < 5; ++i) {
            gone.push_back(
                std::make_unique<recorded_request>("other " + std::string(static_cast<std::size_t>(i), 'x'))
            );
            ASSERT_TRUE(subject->send(*gone.back()));
            if (i == 2) {
                ASSERT_TRUE(subject->send(keep));
            }
        }
        for (const std::size_t i : {1U, 4U, 0U, 3U, 2U})
            EXPECT_EQ(subject->cancel(*gone[i]), request_effect::not_sent);
    });
    ASSERT_TRUE(world.run_until([&] { return keep.ended(); }, 1s));
    EXPECT_EQ(node.requests(protocol::opcode::query).size(), 1U);
    EXPECT_THAT(node.violations(), IsEmpty());
}

TEST_P(connection_test, a_request_cancelled_behind_a_running_write_never_leaves)
{
    world.network().conditions(node_address).write_chunk_max = 1;
    open_and_wait();
    recorded_request first;
    recorded_request gone{"never seen"};
    send(first);
    send(gone);
    EXPECT_FALSE(subject->is_unsent(first));
    EXPECT_TRUE(subject->is_unsent(gone));
    turn([&] { EXPECT_EQ(subject->cancel(gone), request_effect::not_sent); });
    ASSERT_TRUE(world.run_until([&] { return first.ended(); }, 1s));
    EXPECT_EQ(at_node("never seen"), 0U);
}

// Contract: a cancelled request's stream id is not used again before its late answer.
TEST_P(connection_test, a_request_cancelled_after_it_left_keeps_its_id_until_the_late_answer)
{
    settings.max_in_flight = 2;
    open_and_wait();
    recorded_request late{"held"};
    send(late);
    world.run_for(10ms);
    turn([&] {
        EXPECT_FALSE(subject->is_unsent(late));
        EXPECT_EQ(subject->cancel(late), request_effect::maybe_applied);
    });
    EXPECT_EQ(subject->orphans(), 1U);
    for (int i = 0; i < 3; ++i) {
        recorded_request other;
        send(other);
        EXPECT_FALSE(subject->has_room());
        ASSERT_TRUE(world.run_until([&] { return other.ended(); }, 1s));
        EXPECT_NE(other.stream_id, late.stream_id);
    }
    node.release("gate");
    ASSERT_TRUE(world.run_until([&] { return subject->orphans() == 0; }, 1s));
    EXPECT_EQ(late.ends, 0);
    EXPECT_EQ(closed, 0);
    recorded_request next[2];
    turn([&] {
        ASSERT_TRUE(subject->send(next[0]));
        ASSERT_TRUE(subject->send(next[1]));
    });
    EXPECT_TRUE(next[0].stream_id == late.stream_id || next[1].stream_id == late.stream_id);
    ASSERT_TRUE(world.run_until([&] { return next[0].ended() && next[1].ended(); }, 1s));
    EXPECT_THAT(node.violations(), IsEmpty());
}

TEST_P(connection_test, a_request_that_cannot_be_encoded_leaves_nothing_behind)
{
    open_and_wait();
    recorded_request before;
    recorded_request broken;
    broken.broken_rule = "too long";
    recorded_request after;
    turn([&] {
        ASSERT_TRUE(subject->send(before));
        const protocol::encode_result result = subject->send(broken);
        EXPECT_FALSE(result);
        EXPECT_STREQ(result.rule, "too long");
        ASSERT_TRUE(subject->send(after));
        EXPECT_EQ(subject->in_flight(), 2U);
    });
    ASSERT_TRUE(world.run_until([&] { return before.ended() && after.ended(); }, 1s));
    EXPECT_EQ(broken.ends, 0);
    EXPECT_THAT(node.violations(), IsEmpty());
}

TEST_P(connection_test, an_answer_on_an_unknown_stream_closes_the_connection)
{
    open_and_wait();
    node.on_query("odd").reply(testing::reply_void().on_stream(1234));
    recorded_request waiting{"held"};
    recorded_request odd{"odd"};
    send(waiting);
    send(odd);
    ASSERT_TRUE(world.run_until([&] { return closed != 0; }, 1s));
    EXPECT_EQ(reason.code, errc::protocol_violation);
    EXPECT_THAT(reason.text, HasSubstr("1234"));
    EXPECT_EQ(waiting.effect, request_effect::maybe_applied);
    EXPECT_EQ(odd.effect, request_effect::maybe_applied);
    EXPECT_EQ(waiting.ends, 1);
}

TEST_P(connection_test, an_answer_that_comes_twice_closes_the_connection)
{
    open_and_wait();
    node.on_query("double").reply(testing::reply_void().twice());
    recorded_request r{"double"};
    send(r);
    ASSERT_TRUE(world.run_until([&] { return closed != 0; }, 1s));
    EXPECT_EQ(r.ends, 1);
    EXPECT_EQ(r.op, protocol::opcode::result);
    EXPECT_EQ(reason.code, errc::protocol_violation);
}

// The stream id of the first is free again, and the second takes it while its answer's double is still unread.
TEST_P(connection_test, an_answer_that_comes_twice_is_not_that_of_a_request_still_unsent)
{
    open_and_wait();
    node.on_query("double").reply(testing::reply_void().twice());
    recorded_request first{"double"};
    recorded_request second{"silence"};
    first.then = [&] { ASSERT_TRUE(subject->send(second)); };
    send(first);
    ASSERT_TRUE(world.run_until([&] { return closed != 0; }, 1s));
    EXPECT_EQ(first.op, protocol::opcode::result);
    EXPECT_EQ(second.stream_id, first.stream_id);
    EXPECT_EQ(second.ends, 1);
    EXPECT_EQ(second.op, std::nullopt);
    EXPECT_EQ(second.effect, request_effect::not_sent);
    EXPECT_EQ(reason.code, errc::protocol_violation);
    EXPECT_THAT(reason.text, HasSubstr("before"));
}

TEST_P(connection_test, everything_pending_ends_with_the_socket_and_tells_what_may_have_happened)
{
    open_and_wait();
    recorded_request sent{"held"};
    send(sent);
    world.run_for(10ms);
    recorded_request unsent;
    turn([&] {
        ASSERT_TRUE(subject->send(unsent));
        subject->close({make_error_code(errc::closed), "enough", nullptr});
        EXPECT_EQ(sent.effect, request_effect::maybe_applied);
        EXPECT_EQ(unsent.effect, request_effect::not_sent);
        EXPECT_FALSE(subject->ready());
        EXPECT_FALSE(subject->has_room());
    });
    EXPECT_EQ(sent.ends, 1);
    EXPECT_EQ(sent.reason->text, "enough");
    EXPECT_EQ(closed, 1);
    world.run_for(1s);
    EXPECT_EQ(closed, 1);
    EXPECT_EQ(sent.ends, 1);
    EXPECT_EQ(world.network().open_connections(node_address), 0U);
}

TEST_P(connection_test, a_reset_is_told_to_all)
{
    open_and_wait();
    std::vector<std::unique_ptr<recorded_request>> requests;
    for (int i = 0; i < 50; ++i) {
        requests.push_back(std::make_unique<recorded_request>("held"));
        send(*requests.back());
    }
    world.run_for(10ms);
    world.network().reset(node_address);
    ASSERT_TRUE(world.run_until([&] { return closed != 0; }, 1s));
    EXPECT_EQ(reason.code, errc::connection_lost);
    for (const auto& r : requests) {
        EXPECT_EQ(r->ends, 1);
        EXPECT_EQ(r->effect, request_effect::maybe_applied);
    }
}

TEST_P(connection_test, the_nodes_orderly_end_is_a_loss)
{
    open_and_wait();
    recorded_request r{"held"};
    send(r);
    world.run_for(10ms);
    node.end_connections(testing::peer_ending::orderly);
    ASSERT_TRUE(world.run_until([&] { return closed != 0; }, 1s));
    EXPECT_EQ(reason.code, errc::connection_lost);
    EXPECT_THAT(reason.text, HasSubstr("closed the connection"));
    EXPECT_EQ(r.effect, request_effect::maybe_applied);
}

TEST_P(connection_test, requests_gathered_behind_a_write_that_fails_were_not_sent)
{
    world.network().conditions(node_address).send_buffer = 1;
    open_and_wait();
    world.network().conditions(node_address).send_buffer = 0;
    recorded_request in_the_write;
    recorded_request behind_it;
    send(in_the_write);
    send(behind_it);
    world.network().reset(node_address);
    ASSERT_TRUE(world.run_until([&] { return closed != 0; }, 1s));
    EXPECT_EQ(behind_it.effect, request_effect::not_sent);
    EXPECT_EQ(in_the_write.ends, 1);
}

TEST_P(connection_test, a_request_may_close_the_connection_and_cancel_others_when_it_ends)
{
    open_and_wait();
    recorded_request first;
    recorded_request second{"held"};
    recorded_request third{"held"};
    first.then = [&] {
        EXPECT_EQ(subject->cancel(second), request_effect::maybe_applied);
        subject->close({make_error_code(errc::closed), "enough", nullptr});
    };
    turn([&] {
        ASSERT_TRUE(subject->send(first));
        ASSERT_TRUE(subject->send(second));
        ASSERT_TRUE(subject->send(third));
    });
    ASSERT_TRUE(world.run_until([&] { return closed != 0; }, 1s));
    EXPECT_EQ(second.ends, 0);
    EXPECT_EQ(third.effect, request_effect::maybe_applied);
}

TEST_P(connection_test, those_that_end_with_the_connection_may_cancel_others_of_it)
{
    open_and_wait();
    recorded_request first{"held"};
    recorded_request second{"held"};
    first.then = [&] { subject->cancel(second); };
    turn([&] {
        ASSERT_TRUE(subject->send(first));
        ASSERT_TRUE(subject->send(second));
    });
    world.run_for(10ms);
    world.network().reset(node_address);
    ASSERT_TRUE(world.run_until([&] { return closed != 0; }, 1s));
    EXPECT_EQ(first.ends, 1);
    EXPECT_EQ(second.ends, 0);
}

TEST_P(connection_test, an_ending_request_may_send_the_next_one)
{
    open_and_wait();
    std::vector<std::unique_ptr<recorded_request>> chain;
    std::function<void()> next = [&] {
        if (chain.size() == 100)
            return;
        chain.push_back(std::make_unique<recorded_request>());
        chain.back()->then = next;
        EXPECT_TRUE(subject->send(*chain.back()));
    };
    turn(next);
    ASSERT_TRUE(world.run_until([&] { return chain.size() == 100 && chain.back()->ended(); }, 10s));
    EXPECT_EQ(subject->in_flight(), 0U);
}

TEST_P(connection_test, large_answers_come_in_blocks_and_unwanted_ones_pass_by)
{
    open_and_wait();
    std::vector<column> one(1);
    one[0].name = "v";
    one[0].type = type_kind::blob;
    node.on_query("large").reply(testing::reply_rows(one, {{testing::cells::blob(500'000, std::byte{7})}}));
    recorded_request large{"large"};
    recorded_request refusing{"large"};
    refusing.most = 1000;
    recorded_request small;
    turn([&] {
        ASSERT_TRUE(subject->send(large));
        ASSERT_TRUE(subject->send(refusing));
        ASSERT_TRUE(subject->send(small));
    });
    ASSERT_TRUE(world.run_until([&] { return small.ended(); }, 1s));
    EXPECT_TRUE(large.in_block);
    EXPECT_GT(large.body.size(), 500'000U);
    EXPECT_EQ(refusing.too_large, large.body.size());
    EXPECT_EQ(refusing.ends, 1);
    EXPECT_EQ(small.op, protocol::opcode::result);
}

TEST_P(connection_test, the_late_large_answer_of_a_cancelled_request_passes_by)
{
    open_and_wait();
    std::vector<column> one(1);
    one[0].name = "v";
    one[0].type = type_kind::blob;
    node.on_query("large").reply(
        testing::reply_rows(one, {{testing::cells::blob(500'000, std::byte{7})}}).after(10ms)
    );
    world.network().conditions(node_address).packet_max = 60'000;
    world.network().conditions(node_address).delay_max = 1ms;
    recorded_request large{"large"};
    send(large);
    world.run_for(11ms);
    turn([&] { EXPECT_EQ(subject->cancel(large), request_effect::maybe_applied); });
    recorded_request small;
    send(small);
    ASSERT_TRUE(world.run_until([&] { return small.ended() && subject->orphans() == 0; }, 1s));
    EXPECT_EQ(large.ends, 0);
    EXPECT_EQ(closed, 0);
}

}  // namespace
}  // namespace async_cassandra::net
