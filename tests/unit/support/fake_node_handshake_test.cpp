// SPDX-License-Identifier: Apache-2.0
#include "node_conversation.hpp"

#include <gmock/gmock.h>

namespace async_cassandra::testing {
namespace {

using protocol::opcode;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class both_versions : public ::testing::TestWithParam<protocol_version> {};

INSTANTIATE_TEST_SUITE_P(
    versions,
    both_versions,
    ::testing::Values(protocol_version::v4, protocol_version::v5),
    [](const auto& version) { return "v" + std::to_string(static_cast<int>(version.param)); }
);

TEST_P(both_versions, tells_what_it_supports_before_the_handshake)
{
    fake_node node;
    node_conversation c{node, GetParam()};
    c.client.options(3);
    const auto answer = c.ask();
    EXPECT_EQ(answer.header.op, opcode::supported);
    EXPECT_EQ(answer.header.stream, 3);
    EXPECT_EQ(answer.header.version, static_cast<std::uint8_t>(GetParam()));
    protocol::reader in{answer.body};
    const auto versions = protocol::decode_supported(in);
    ASSERT_NE(versions.find("PROTOCOL_VERSIONS"), nullptr);
    EXPECT_THAT(*versions.find("PROTOCOL_VERSIONS"), ElementsAre("3/v3", "4/v4", "5/v5"));
}

TEST_P(both_versions, greets_and_then_answers_queries)
{
    fake_node node;
    node_conversation c{node, GetParam()};
    c.start();
    c.client.query("SELECT * FROM system.local WHERE key='local'", 7);
    const auto answer = c.ask();
    EXPECT_EQ(answer.header.stream, 7);
    const auto rows = answer.rows();
    ASSERT_THAT(rows, SizeIs(1));
    EXPECT_EQ(cells::as_text(*rows[0][0]), "local");
    EXPECT_THAT(node.violations(), IsEmpty());
    EXPECT_EQ(node.request_count(opcode::startup), 1U);
    EXPECT_EQ(node.request_count(opcode::query), 1U);
}

TEST(fake_node_handshake, v5_switches_to_segments_behind_ready)
{
    fake_node node;
    node_conversation c{node};
    c.client.startup();
    c.ask();
    EXPECT_EQ(c.last_bytes[0], std::byte{0x85});  // READY itself is raw
    c.client.options(1);
    c.ask();
    EXPECT_NE(c.last_bytes[0], std::byte{0x85});
}

TEST(fake_node_handshake, sees_requests_behind_an_unanswered_startup)
{
    fake_node node;
    node.on_request(opcode::startup).reply(as_usual().after(std::chrono::seconds{1}));
    node_conversation c{node, protocol_version::v4};
    c.client.startup(0).query("SELECT * FROM system.local", 1);
    c.exchange();
    EXPECT_THAT(node.violations(), ElementsAre(HasSubstr("behind an unanswered STARTUP")));
}

TEST(fake_node_handshake, wants_startup_before_anything_else)
{
    fake_node node;
    node_conversation c{node, protocol_version::v4};
    c.client.query("SELECT * FROM system.local", 1);
    EXPECT_EQ(c.ask().error().message, "Unexpected message QUERY, expecting STARTUP or OPTIONS");
}

TEST(fake_node_handshake, registers_for_events_and_pushes_those)
{
    fake_node node;
    node_conversation c{node};
    c.start();
    c.client.register_for({"STATUS_CHANGE"}, 1);
    EXPECT_EQ(c.ask().header.op, opcode::ready);
    node.push_event(protocol::topology_change{protocol::topology_change_kind::new_node, loopback_address(2)});
    node.push_event(protocol::status_change{protocol::status_change_kind::down, loopback_address(3)});
    EXPECT_EQ(c.wakes_in(), std::chrono::nanoseconds{0});
    const auto frames = c.after({});
    ASSERT_THAT(frames, SizeIs(1));
    EXPECT_EQ(frames[0].header.stream, -1);
    protocol::reader in{frames[0].body};
    const auto event = protocol::decode_event(in);
    ASSERT_TRUE(std::holds_alternative<protocol::status_change>(event));
    EXPECT_EQ(std::get<protocol::status_change>(event).node, loopback_address(3));
}

struct refusal_case {
    const char* name;
    version_refusal how;
    std::uint8_t version;
    std::uint8_t flags;
    const char* text;
};

class refusals : public ::testing::TestWithParam<refusal_case> {};

INSTANTIATE_TEST_SUITE_P(
    servers,
    refusals,
    ::testing::Values(
        refusal_case{"cassandra_3_0", version_refusal::cassandra_3_0, 4, 0, "the greatest is 4"},
        refusal_case{"cassandra_3_11", version_refusal::cassandra_3_11, 5, 0x10, "USE_BETA flag is unset"},
        refusal_case{"cassandra_4", version_refusal::cassandra_4, 6, 0x10, "supported versions are ("},
        refusal_case{"scylla", version_refusal::scylla, 4, 0, "unsupported protocol version: 5"}
    ),
    [](const auto& server) { return server.param.name; }
);

TEST_P(refusals, a_v4_node_refuses_v5_as_its_kind_does_and_closes)
{
    fake_node_settings settings;
    settings.highest = protocol_version::v4;
    settings.refusal = GetParam().how;
    fake_node node{settings};
    node_conversation c{node};
    c.client.startup(9);
    const auto answer = c.ask();
    EXPECT_EQ(answer.header.version, GetParam().version);
    EXPECT_EQ(answer.header.flags, GetParam().flags);
    EXPECT_EQ(answer.header.stream, 0);
    EXPECT_EQ(answer.error().code, server_code::protocol_error);
    EXPECT_THAT(answer.error().message, HasSubstr(GetParam().text));
    EXPECT_EQ(c.ending, peer_ending::orderly);
}

TEST_P(both_versions, asks_for_a_password_when_told)
{
    fake_node_settings settings;
    settings.credentials = node_credentials{"ada", "secret"};
    fake_node node{settings};
    node_conversation c{node, GetParam()};
    c.client.startup();
    EXPECT_EQ(c.ask().header.op, opcode::authenticate);
    c.client.auth_response("ada", "wrong");
    EXPECT_EQ(c.ask().error().code, server_code::bad_credentials);
    c.client.auth_response("ada", "secret");
    EXPECT_EQ(c.ask().header.op, opcode::auth_success);
    c.client.query("SELECT * FROM system.local", 1);
    EXPECT_THAT(c.ask().rows(), SizeIs(1));
}

TEST(fake_node_handshake, answers_garbage_with_a_protocol_error_and_closes)
{
    fake_node node;
    const time_point now{};
    const auto connection = node.accept(now);
    const std::string_view http = "GET / HTTP/1.1\r\nHost: example\r\n\r\n";
    connection->receive(std::as_bytes(std::span{http}), now);
    const peer_output out = connection->take_output();
    EXPECT_EQ(out.ending, peer_ending::orderly);
    EXPECT_THAT(node.violations(), SizeIs(1));
}

}  // namespace
}  // namespace async_cassandra::testing
