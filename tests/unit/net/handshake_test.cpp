// SPDX-License-Identifier: Apache-2.0
#include "unit/net/handshake_fixture.hpp"

// What is said in turn, until a connection is ready or the reason is known why it is not.
namespace async_cassandra::net {
namespace {

using protocol::opcode;
using ::testing::HasSubstr;
using verdict = handshake::verdict;

INSTANTIATE_TEST_SUITE_P(versions, handshake_test, each_version, version_name);

TEST_P(handshake_test, begins_with_startup_alone)
{
    handshake subject{GetParam(), "shop", false};
    subject.begin(out);
    ASSERT_GE(out.size(), protocol::frame_header_size);
    const auto header = protocol::decode_frame_header(std::span<const std::byte, protocol::frame_header_size>{
        out.data(), protocol::frame_header_size});
    EXPECT_EQ(header.version, static_cast<std::uint8_t>(GetParam()));
    EXPECT_FALSE(header.response);
    EXPECT_EQ(header.op, opcode::startup);
    EXPECT_EQ(header.length + protocol::frame_header_size, out.size()) << "nothing may follow STARTUP";
    EXPECT_THAT(text_of(out.bytes()), HasSubstr("CQL_VERSION"));
    EXPECT_THAT(text_of(out.bytes()), HasSubstr("3.0.0"));
    EXPECT_THAT(text_of(out.bytes()), HasSubstr("DRIVER_NAME"));
    EXPECT_THAT(text_of(out.bytes()), HasSubstr("THROW_ON_OVERLOAD"));
}

TEST_P(handshake_test, is_ready_with_ready_and_only_v5_has_segments_then)
{
    handshake subject = begun(GetParam());
    EXPECT_FALSE(subject.segments());
    EXPECT_EQ(feed(subject, opcode::ready), verdict::ready);
    EXPECT_TRUE(out.empty());
    EXPECT_EQ(subject.segments(), GetParam() == protocol_version::v5);
}

TEST_P(handshake_test, sets_the_keyspace_before_it_is_ready)
{
    handshake subject = begun(GetParam(), "my \"shop\"");
    EXPECT_EQ(feed(subject, opcode::ready), verdict::go_on);
    EXPECT_THAT(text_of(out.bytes()), HasSubstr("USE \"my \"\"shop\"\"\""));
    std::vector<std::byte> body = *testing::cells::int_(3);
    const auto name = string_body("shop");
    body.insert(body.end(), name.begin(), name.end());
    EXPECT_EQ(feed(subject, opcode::result, body), verdict::ready);
    EXPECT_TRUE(out.empty());
}

TEST_P(handshake_test, a_keyspace_that_is_not_there_is_told_in_the_servers_words)
{
    handshake subject = begun(GetParam(), "shop");
    ASSERT_EQ(feed(subject, opcode::ready), verdict::go_on);
    EXPECT_EQ(
        feed(subject, opcode::error, error_body(server_code::invalid, "Keyspace 'shop' does not exist")),
        verdict::failed
    );
    EXPECT_EQ(subject.reason().code, make_error_code(server_code::invalid));
    EXPECT_EQ(subject.reason().text, "Keyspace 'shop' does not exist");
    ASSERT_NE(subject.reason().server, nullptr);
    EXPECT_EQ(subject.reason().server->code, server_code::invalid);
}

TEST_P(handshake_test, a_message_about_versions_in_answer_to_use_is_no_refusal_of_the_version)
{
    handshake subject = begun(GetParam(), "shop");
    ASSERT_EQ(feed(subject, opcode::ready), verdict::go_on);
    EXPECT_EQ(
        feed(subject, opcode::error, error_body(server_code::server_error, "unsupported protocol version")),
        verdict::failed
    );
}

TEST_P(handshake_test, an_event_meanwhile_changes_nothing)
{
    handshake subject = begun(GetParam());
    EXPECT_EQ(feed(subject, opcode::event), verdict::go_on);
    EXPECT_EQ(feed(subject, opcode::ready), verdict::ready);
}

TEST_P(handshake_test, an_error_of_another_kind_is_the_servers)
{
    handshake subject = begun(GetParam());
    EXPECT_EQ(
        feed(subject, opcode::error, error_body(server_code::overloaded, "come back later")), verdict::failed
    );
    EXPECT_EQ(subject.reason().code, make_error_code(server_code::overloaded));
    EXPECT_EQ(subject.reason().text, "come back later");
}

TEST_P(handshake_test, an_error_with_warnings_in_front_is_understood)
{
    handshake subject = begun(GetParam());
    std::vector<std::byte> body;
    append_short(body, 1);
    const auto warning = string_body("mind the gap");
    body.insert(body.end(), warning.begin(), warning.end());
    const auto error = error_body(server_code::overloaded, "come back later");
    body.insert(body.end(), error.begin(), error.end());
    EXPECT_EQ(feed(subject, opcode::error, body, 5, protocol::header_flag::warning), verdict::failed);
    EXPECT_EQ(subject.reason().text, "come back later");
}

TEST_P(handshake_test, a_malformed_error_is_a_broken_protocol)
{
    std::vector<std::byte> body = error_body(server_code::protocol_error, "unsupported protocol version");
    for (std::size_t length = 0; length < body.size(); ++length) {
        handshake subject = begun(GetParam());
        const std::vector<std::byte> cut(body.begin(), body.begin() + static_cast<std::ptrdiff_t>(length));
        EXPECT_EQ(feed(subject, opcode::error, cut), verdict::failed) << length;
        EXPECT_EQ(subject.reason().code, errc::protocol_violation);
        EXPECT_THAT(subject.reason().text, HasSubstr("malformed ERROR"));
    }
}

TEST_P(handshake_test, any_other_message_is_named_with_what_was_expected)
{
    for (const opcode op :
         {opcode::result, opcode::supported, opcode::auth_success, opcode::auth_challenge}) {
        handshake subject = begun(GetParam());
        EXPECT_EQ(feed(subject, op), verdict::failed);
        EXPECT_EQ(subject.reason().code, errc::protocol_violation);
        EXPECT_THAT(subject.reason().text, HasSubstr(std::string{protocol::to_string(op)}));
        EXPECT_THAT(subject.reason().text, HasSubstr("expected READY or AUTHENTICATE"));
    }
    handshake in_use = begun(GetParam(), "shop");
    ASSERT_EQ(feed(in_use, opcode::ready), verdict::go_on);
    EXPECT_EQ(feed(in_use, opcode::ready), verdict::failed);
    EXPECT_THAT(in_use.reason().text, HasSubstr("expected RESULT"));
}

struct refusal {
    const char* server;
    server_code code;
    const char* message;
    std::uint8_t header_version;
    std::uint8_t flags;
};

class version_refusals : public ::testing::TestWithParam<refusal> {};

// How servers say that they do not speak a version: each in its own words, code and header.
INSTANTIATE_TEST_SUITE_P(
    servers,
    version_refusals,
    ::testing::Values(
        refusal{
            "cassandra_3_0",
            server_code::protocol_error,
            "Invalid or unsupported protocol version (5); the lowest supported version is 3 and the greatest "
            "is 4",
            4,
            0},
        refusal{
            "cassandra_3_11",
            server_code::protocol_error,
            "Beta version of the protocol used (5/v5-beta), but USE_BETA flag is unset",
            5,
            0x10},
        refusal{
            "cassandra_4",
            server_code::protocol_error,
            "Invalid or unsupported protocol version (7); supported versions are (3/v3, 4/v4, 5/v5, "
            "6/v6-beta)",
            6,
            0x10},
        refusal{
            "cassandra_2_1", server_code::server_error, "Invalid or unsupported protocol version: 5", 3, 0},
        refusal{"scylla", server_code::protocol_error, "Invalid or unsupported protocol version: 5", 4, 0}
    ),
    [](const auto& of) { return of.param.server; }
);

TEST_P(version_refusals, a_refused_version_is_recognised)
{
    handshake subject{protocol_version::v5, "shop", false};
    base::byte_buffer out;
    subject.begin(out);
    const auto body = error_body(GetParam().code, GetParam().message);
    protocol::frame_header header;
    header.version = GetParam().header_version;
    header.response = true;
    header.flags = GetParam().flags;
    header.op = opcode::error;
    header.length = static_cast<std::uint32_t>(body.size());
    EXPECT_EQ(subject.on_frame(header, body, out), verdict::refused);
    EXPECT_FALSE(subject.segments());
    EXPECT_EQ(subject.reason().text, GetParam().message);
    ASSERT_NE(subject.reason().server, nullptr);
    EXPECT_EQ(subject.reason().server->code, GetParam().code);
}

TEST(handshake_of_another_error, a_protocol_error_about_something_else_is_no_refusal)
{
    handshake subject{protocol_version::v5, {}, false};
    base::byte_buffer out;
    subject.begin(out);
    const auto body = error_body(server_code::protocol_error, "Missing value CQL_VERSION in STARTUP message");
    protocol::frame_header header;
    header.op = opcode::error;
    header.length = static_cast<std::uint32_t>(body.size());
    EXPECT_EQ(subject.on_frame(header, body, out), verdict::failed);
    const auto other = error_body(server_code::bad_credentials, "unsupported protocol version");
    handshake again{protocol_version::v5, {}, false};
    again.begin(out);
    EXPECT_EQ(again.on_frame(header, other, out), verdict::failed);
}

TEST(quoted_identifier, doubles_quotes_and_keeps_everything_else)
{
    EXPECT_EQ(quoted_identifier("shop"), R"("shop")");
    EXPECT_EQ(quoted_identifier("Shop 2"), R"("Shop 2")");
    EXPECT_EQ(quoted_identifier(R"(a"b)"), R"("a""b")");
    EXPECT_EQ(quoted_identifier(R"("; DROP KEYSPACE x; ")"), R"("""; DROP KEYSPACE x; """)");
    EXPECT_EQ(quoted_identifier(""), R"("")");
}

}  // namespace
}  // namespace async_cassandra::net
