// SPDX-License-Identifier: Apache-2.0
#include "support/seeded_random.hpp"
#include "support/work_watch.hpp"
#include "unit/net/connection_fixture.hpp"

#include <gmock/gmock.h>

#include <algorithm>

// Requests that are taken back while the peer takes no bytes, and answers that nobody has asked for.
namespace async_cassandra::net {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAreArray;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class connection_output : public connection_test {
protected:
    connection_output() { node.on_query_prefix("number ").reply(testing::reply_void()); }

    /// From now on writes wait.
    void block_writes()
    {
        world.network().conditions(node_address).send_buffer = 1;
        world.network().hold(node_address);
        send(blocked);
    }
    void unblock_writes()
    {
        world.network().conditions(node_address).send_buffer = testing::network_conditions{}.send_buffer;
        world.network().heal(node_address);
    }

    /// A request of about `bytes` bytes that waits for the write that is blocked.
    recorded_request& gather(std::size_t bytes)
    {
        const std::string text = "number " + std::to_string(sent.size()) + " ";
        texts.push_back(text + std::string(bytes - text.size(), 'x'));
        sent.push_back(std::make_unique<recorded_request>(texts.back()));
        EXPECT_TRUE(subject->send(*sent.back()));
        return *sent.back();
    }

    [[nodiscard]] std::vector<std::string> arrived() const
    {
        std::vector<std::string> queries;
        for (const testing::request_record& r : node.requests(protocol::opcode::query))
            if (r.query.starts_with("number "))
                queries.push_back(r.query);
        return queries;
    }

    recorded_request blocked;
    std::vector<std::unique_ptr<recorded_request>> sent;
    std::vector<std::string> texts;
};

INSTANTIATE_TEST_SUITE_P(versions, connection_output, each_version, version_name);

TEST_P(connection_output, what_is_taken_back_among_many_never_leaves_and_all_else_does_in_order)
{
    settings.max_in_flight = 300;
    open_and_wait();
    block_writes();
    testing::seeded_random random{7};
    std::vector<std::size_t> waiting;
    for (int round = 0; round < 20; ++round)
        turn([&] {
            while (subject->has_room()) {
                waiting.push_back(sent.size());
                gather(500 + random.between(0, 3'000));
            }
            for (int i = 0; i < 150; ++i) {
                const auto which =
                    waiting.begin() + static_cast<std::ptrdiff_t>(random.between(0, waiting.size() - 1));
                ASSERT_TRUE(subject->is_unsent(*sent[*which]));
                EXPECT_EQ(subject->cancel(*sent[*which]), request_effect::not_sent);
                waiting.erase(which);
            }
        });
    EXPECT_EQ(subject->in_flight(), waiting.size() + 1);
    unblock_writes();
    ASSERT_TRUE(world.run_until([&] { return subject->in_flight() == 0; }, 10s));
    std::vector<std::string> kept;
    for (const std::size_t i : waiting)
        kept.push_back(texts[i]);
    EXPECT_THAT(arrived(), ElementsAreArray(kept));
    for (std::size_t i = 0; i < sent.size(); ++i)
        EXPECT_EQ(sent[i]->ends, std::ranges::count(waiting, i)) << i;
    EXPECT_EQ(closed, 0);
    EXPECT_THAT(node.violations(), IsEmpty());
}

TEST_P(connection_output, of_which_everything_is_taken_back_writes_nothing_and_goes_on)
{
    open_and_wait();
    block_writes();
    turn([&] {
        for (int i = 0; i < 100; ++i)
            gather(2'000);
    });
    turn([&] {
        for (const auto& each : sent)
            EXPECT_EQ(subject->cancel(*each), request_effect::not_sent);
    });
    unblock_writes();
    ASSERT_TRUE(world.run_until([&] { return subject->in_flight() == 0; }, 10s));
    recorded_request next;
    send(next);
    ASSERT_TRUE(world.run_until([&] { return next.ended(); }, 1s));
    EXPECT_THAT(arrived(), IsEmpty());
    EXPECT_THAT(node.violations(), IsEmpty());
}

// As when the peer stands still and time limits end. To close each gap at once would move 20 GB.
TEST_P(connection_output, thousands_that_are_taken_back_together_do_not_hold_up_the_loop)
{
    open_and_wait();
    block_writes();
    turn([&] {
        for (int i = 0; i < 2'000; ++i)
            gather(10'000);
    });
    std::chrono::nanoseconds longest{0};
    testing::work_watch = [&](std::chrono::nanoseconds took) { longest = std::max(longest, took); };
    turn([&] {
        for (const auto& each : sent)
            EXPECT_EQ(subject->cancel(*each), request_effect::not_sent);
    });
    testing::work_watch = nullptr;
    EXPECT_LT(longest, 100ms);
    EXPECT_EQ(subject->in_flight(), 1U);
}

// Its body may be long in coming, and the id another request's by then.
TEST_P(connection_output, the_begin_of_a_large_answer_on_an_unknown_stream_closes_the_connection)
{
    std::vector<column> one(1);
    one[0].name = "v";
    one[0].type = type_kind::blob;
    testing::answer large = testing::reply_rows(one, {{testing::cells::blob(500'000, std::byte{7})}});
    node.on_query("odd").reply(large.on_stream(1).cut_to(200'000));
    open_and_wait();
    // Ids 0 and 1 have been in use, and 0 is taken again, as the one freed last.
    recorded_request second;
    node.on_query("first").reply(testing::reply_void().held("second was answered"));
    recorded_request slow{"first"};
    send(slow);
    send(second);
    ASSERT_TRUE(world.run_until([&] { return second.ended(); }, 1s));
    node.release("second was answered");
    ASSERT_TRUE(world.run_until([&] { return slow.ended(); }, 1s));
    recorded_request odd{"odd"};
    send(odd);
    ASSERT_EQ(odd.stream_id, 0);
    ASSERT_TRUE(world.run_until([&] { return closed != 0; }, 1s)) << "the rest never comes";
    EXPECT_EQ(reason.code, errc::protocol_violation);
    EXPECT_THAT(reason.text, HasSubstr("which has no request"));
    EXPECT_EQ(odd.ends, 1);
    EXPECT_EQ(odd.too_large, std::nullopt);
}

}  // namespace
}  // namespace async_cassandra::net
