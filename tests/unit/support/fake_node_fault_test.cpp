// SPDX-License-Identifier: Apache-2.0
#include "node_conversation.hpp"
#include "support/builtin_statements.hpp"
#include "support/raw_peer.hpp"

#include <gmock/gmock.h>

namespace async_cassandra::testing {
namespace {

using namespace std::chrono_literals;
using protocol::opcode;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class faults : public ::testing::TestWithParam<protocol_version> {
protected:
    void SetUp() override { c.start(); }

    void script(answer what) { node.on_query("Q").reply_once(std::move(what)); }
    std::vector<received_frame> ask() { return c.client.query("Q", 5), c.exchange(); }

    fake_node node;
    node_conversation c{node, GetParam()};
};

INSTANTIATE_TEST_SUITE_P(
    versions,
    faults,
    ::testing::Values(protocol_version::v4, protocol_version::v5),
    [](const auto& version) { return "v" + std::to_string(static_cast<int>(version.param)); }
);

TEST_P(faults, silence_keeps_the_stream_id_in_use)
{
    script(no_reply());
    EXPECT_THAT(ask(), IsEmpty());
    EXPECT_EQ(c.wakes_in(), std::nullopt);
    EXPECT_THAT(node.violations(), IsEmpty());
    ask();
    EXPECT_THAT(node.violations(), ElementsAre(HasSubstr("stream id 5 is in use already")));
}

TEST_P(faults, a_delayed_answer_comes_in_time_and_not_before)
{
    script(reply_void().after(20ms));
    EXPECT_THAT(ask(), IsEmpty());
    EXPECT_EQ(c.wakes_in(), 20ms);
    EXPECT_EQ(node.pending_answers(), 1U);
    EXPECT_THAT(c.after(19ms), IsEmpty());
    EXPECT_THAT(c.after(1ms), SizeIs(1));
}

TEST_P(faults, delayed_answers_overtake_one_another)
{
    node.on_query("slow").reply(reply_void().after(20ms));
    node.on_query("fast").reply(reply_void().after(10ms));
    c.client.query("slow", 1).query("fast", 2);
    c.exchange();
    const auto frames = c.after(30ms);
    ASSERT_THAT(frames, SizeIs(2));
    EXPECT_EQ(frames[0].header.stream, 2);
    EXPECT_EQ(frames[1].header.stream, 1);
}

TEST_P(faults, a_held_answer_waits_for_its_release)
{
    script(reply_void().held("gate"));
    EXPECT_THAT(ask(), IsEmpty());
    node.release("another gate");
    EXPECT_THAT(c.after(1h), IsEmpty());
    node.release("gate");
    EXPECT_EQ(c.wakes_in(), 0ns);
    EXPECT_THAT(c.after(0ms), SizeIs(1));
}

TEST_P(faults, closes_before_or_behind_an_answer)
{
    script(close_connection());
    EXPECT_THAT(ask(), IsEmpty());
    EXPECT_EQ(c.ending, peer_ending::orderly);

    node_conversation second{node, GetParam()};
    second.start();
    script(reply_void().then_reset());
    second.client.query("Q", 1);
    EXPECT_THAT(second.exchange(), SizeIs(1));
    EXPECT_EQ(second.ending, peer_ending::reset);
}

TEST_P(faults, cuts_an_answer_in_the_middle)
{
    script(reply_void().cut_to(11).then_close());
    EXPECT_THAT(ask(), IsEmpty());
    EXPECT_THAT(c.last_bytes, SizeIs(11));
    EXPECT_FALSE(c.client.at_boundary());
    EXPECT_EQ(c.ending, peer_ending::orderly);
}

TEST_P(faults, answers_on_a_wrong_stream_or_in_a_wrong_version_or_twice)
{
    script(reply_void().on_stream(77));
    EXPECT_EQ(ask().at(0).header.stream, 77);
    script(reply_void().twice());
    EXPECT_THAT(ask(), SizeIs(2));
    EXPECT_FALSE(c.client.error());
    script(reply_void().with_version(3));
    EXPECT_THAT(ask(), IsEmpty());
    EXPECT_TRUE(c.client.error());
}

TEST_P(faults, says_garbage)
{
    script(reply_bytes("HTTP/1.1 500 Oh\r\n\r\n"));
    EXPECT_THAT(ask(), IsEmpty());
    EXPECT_TRUE(c.client.error());
}

TEST_P(faults, sends_any_opcode_and_body)
{
    script(reply_envelope(opcode::result, {std::byte{1}}));
    EXPECT_THROW(static_cast<void>(ask().at(0).result()), std::runtime_error);
}

TEST_P(faults, carries_warnings_and_errors_with_all_fields)
{
    script(reply_void().with_warning("slow down"));
    const auto warned = ask().at(0);
    EXPECT_NE(warned.header.flags & protocol::header_flag::warning, 0);
    EXPECT_NO_THROW(static_cast<void>(warned.result()));
    server_error_details details;
    details.code = server_code::unavailable;
    details.message = "Cannot achieve consistency level QUORUM";
    details.level = consistency::quorum;
    details.required = 2;
    details.alive = 1;
    script(reply_error(details));
    const auto got = ask().at(0).error();
    EXPECT_EQ(got.level, consistency::quorum);
    EXPECT_EQ(got.required, 2);
    EXPECT_EQ(got.alive, 1);
}

TEST_P(faults, as_usual_changes_only_the_way_out)
{
    node.on_query("SELECT * FROM system.local").reply_once(as_usual().after(5ms));
    c.client.query("SELECT * FROM system.local", 1);
    EXPECT_THAT(c.exchange(), IsEmpty());
    EXPECT_THAT(c.after(5ms).at(0).rows(), SizeIs(1));
}

TEST_P(faults, a_frozen_node_says_nothing_until_it_thaws)
{
    node.freeze();
    c.client.query("SELECT * FROM system.local", 1);
    EXPECT_THAT(c.exchange(), IsEmpty());
    EXPECT_EQ(node.request_count(opcode::query), 0U);
    node.thaw();
    EXPECT_THAT(c.after(1s), SizeIs(1));
}

TEST_P(faults, rules_can_be_for_one_connection)
{
    node.on_query("Q").on_connection(1).reply(reply_void());
    EXPECT_EQ(ask().at(0).error().code, server_code::syntax_error);
    node_conversation second{node, GetParam()};
    second.start();
    second.client.query("Q", 1);
    EXPECT_NO_THROW(static_cast<void>(second.ask().result()));
    EXPECT_EQ(node.connections_accepted(), 2U);
}

TEST_P(faults, ends_connections_on_demand)
{
    node.end_connections(peer_ending::reset);
    c.after(0ms);
    EXPECT_EQ(c.ending, peer_ending::reset);
}

TEST(fake_node_faults, v5_checksums_can_be_wrong)
{
    for (const auto& broken : {reply_void().with_bad_payload_crc(), reply_void().with_bad_header_crc()}) {
        fake_node node;
        node_conversation c{node};
        c.start();
        node.on_query("Q").reply(broken);
        c.client.query("Q", 1);
        EXPECT_THAT(c.exchange(), IsEmpty());
        EXPECT_TRUE(c.client.error());
    }
}

TEST(fake_node_faults, v5_slices_large_answers_as_small_as_told)
{
    fake_node_settings settings;
    settings.segment_payload = 100;
    fake_node node{settings};
    node_conversation c{node};
    c.start();
    node.on_query("Q").reply(reply_rows(
        columns_of("ks", "t", "b blob"), {{cells::blob(1000, std::byte{7})}, {cells::blob(3, std::byte{8})}}
    ));
    c.client.query("Q", 1);
    const auto rows = c.ask().rows();
    ASSERT_THAT(rows, SizeIs(2));
    EXPECT_EQ(rows[0][0], cells::blob(1000, std::byte{7}));
    EXPECT_GT(c.last_bytes.size(), 1000U + 10 * 10);
}

TEST(raw_peers, do_what_they_are_told)
{
    const time_point now{};
    raw_peer http{raw_peer::http_server()};
    const auto a = http.accept(now);
    EXPECT_THAT(a->take_output().bytes, IsEmpty());
    a->receive(std::vector<std::byte>(5), now);
    const auto page = a->take_output();
    EXPECT_THAT(cells::as_text(page.bytes), HasSubstr("HTTP/1.1 400"));
    EXPECT_EQ(page.ending, peer_ending::orderly);
    EXPECT_EQ(http.bytes_received(), 5U);

    raw_peer silent{raw_peer::silent()};
    const auto b = silent.accept(now);
    b->receive(std::vector<std::byte>(5), now);
    const auto nothing = b->take_output();
    EXPECT_THAT(nothing.bytes, IsEmpty());
    EXPECT_EQ(nothing.ending, peer_ending::none);

    raw_peer closing{raw_peer::closing()};
    EXPECT_EQ(closing.accept(now)->take_output().ending, peer_ending::orderly);
}

}  // namespace
}  // namespace async_cassandra::testing
