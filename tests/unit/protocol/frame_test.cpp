// SPDX-License-Identifier: Apache-2.0
#include "protocol/frame.hpp"

#include "unit/protocol/vectors.hpp"

#include <gtest/gtest.h>

namespace async_cassandra {
namespace {

using protocol::frame_header;
using protocol::opcode;

constexpr frame_header good{4, true, 0, 7, opcode::result, 100};

TEST(frame_header, keeps_every_field_both_ways)
{
    const frame_header h{5, true, 0x0A, -2, opcode::event, 0x01020304};
    std::array<std::byte, 9> wire{};
    protocol::encode_frame_header(h, wire);
    EXPECT_EQ(test::to_hex(wire), "850afffe0c01020304");
    EXPECT_EQ(protocol::decode_frame_header(wire), h);
}

TEST(frame_header, of_every_published_envelope_is_accepted)
{
    for (const auto& v : test::read_envelopes("request_envelope"))
        EXPECT_EQ(protocol::broken_rule(v.header(), {.response = false}), nullptr) << v.name;
    for (const auto& v : test::read_envelopes("response_envelope"))
        EXPECT_EQ(protocol::broken_rule(v.header(), {}), nullptr) << v.name;
}

TEST(frame_header, of_an_http_answer_is_refused_as_no_answer_in_cql)
{
    const std::string_view http = "HTTP/1.1 400 Bad Request";
    const auto h = protocol::decode_frame_header(std::as_bytes(std::span{http}).first<9>());
    EXPECT_STREQ(protocol::broken_rule(h, {}), "the other side does not answer in CQL");
}

TEST(frame_header, of_a_request_is_no_response_and_the_other_way_round)
{
    frame_header h = good;
    EXPECT_STREQ(protocol::broken_rule(h, {.response = false}), "the other side does not ask in CQL");
    h.response = false;
    EXPECT_STREQ(protocol::broken_rule(h, {}), "the other side does not answer in CQL");
}

TEST(frame_header, must_carry_the_version_that_was_agreed_on)
{
    EXPECT_EQ(protocol::broken_rule(good, {.version = 4}), nullptr);
    EXPECT_STREQ(
        protocol::broken_rule(good, {.version = 5}),
        "an envelope carries another protocol version than was agreed on"
    );
}

TEST(frame_header, of_a_version_with_another_layout_is_refused)
{
    frame_header h = good;
    h.version = 2;
    EXPECT_STREQ(protocol::broken_rule(h, {}), "an envelope carries a protocol version that is too old");
}

TEST(frame_header, with_an_opcode_of_the_other_side_or_none_is_refused)
{
    for (const unsigned op : {1U, 4U, 5U, 7U, 9U, 10U, 11U, 13U, 15U, 17U, 32U, 40U, 255U}) {
        frame_header h = good;
        h.op = static_cast<opcode>(op);
        EXPECT_STREQ(protocol::broken_rule(h, {}), "an envelope carries no opcode of a response") << op;
    }
    for (const unsigned op : {0U, 2U, 3U, 4U, 6U, 8U, 12U, 14U, 16U, 17U, 255U}) {
        frame_header h = good;
        h.response = false;
        h.op = static_cast<opcode>(op);
        EXPECT_STREQ(
            protocol::broken_rule(h, {.response = false}), "an envelope carries no opcode of a request"
        ) << op;
    }
}

TEST(frame_header, with_a_compressed_body_is_refused_in_v4_and_means_nothing_in_v5)
{
    frame_header h = good;
    h.flags = protocol::header_flag::compressed;
    EXPECT_STREQ(protocol::broken_rule(h, {}), "a body is compressed though compression was not agreed on");
    EXPECT_EQ(protocol::broken_rule(h, {.compression = true}), nullptr);
    h.version = 5;
    EXPECT_EQ(protocol::broken_rule(h, {}), nullptr);
}

TEST(frame_header, with_an_unknown_flag_is_accepted)
{
    frame_header h = good;
    h.flags = 0xE0;
    EXPECT_EQ(protocol::broken_rule(h, {}), nullptr);
}

TEST(frame_header, with_a_length_beyond_the_limit_is_refused)
{
    frame_header h = good;
    h.length = protocol::max_body_length;
    EXPECT_EQ(protocol::broken_rule(h, {}), nullptr);
    h.length = protocol::max_body_length + 1;
    EXPECT_STREQ(protocol::broken_rule(h, {}), "a body is longer than the limit");
    h.length = 0xFFFF'FFFF;
    EXPECT_STREQ(protocol::broken_rule(h, {}), "a body is longer than the limit");
    EXPECT_STREQ(protocol::broken_rule(good, {.max_length = 99}), "a body is longer than the limit");
}

TEST(opcode, has_the_name_of_the_specification)
{
    EXPECT_EQ(protocol::to_string(opcode::auth_challenge), "AUTH_CHALLENGE");
    EXPECT_EQ(protocol::to_string(opcode::register_), "REGISTER");
    EXPECT_EQ(protocol::to_string(static_cast<opcode>(4)), "UNKNOWN");
}

}  // namespace
}  // namespace async_cassandra
