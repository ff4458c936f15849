// SPDX-License-Identifier: Apache-2.0
#include "net/handshake.hpp"

#include "protocol/constants.hpp"
#include "protocol/frame_reader.hpp"
#include "protocol/writer.hpp"
#include "support/cells.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace async_cassandra::net {

static void PrintTo(handshake::verdict v, std::ostream* out)
{
    static constexpr const char* names[] = {
        "go_on", "log_in", "respond", "accept", "ready", "failed", "refused"};
    *out << names[static_cast<std::size_t>(v)];
}

namespace {

using protocol::opcode;
using ::testing::HasSubstr;
using verdict = handshake::verdict;

std::string text_of(const base::byte_buffer& buffer)
{
    return {reinterpret_cast<const char*>(buffer.data()), buffer.size()};
}

void append_short(std::vector<std::byte>& out, std::size_t n)
{
    out.push_back(static_cast<std::byte>(n >> 8U));
    out.push_back(static_cast<std::byte>(n));
}

std::vector<std::byte> string_body(std::string_view text)
{
    std::vector<std::byte> body;
    append_short(body, text.size());
    const auto bytes = std::as_bytes(std::span{text});
    body.insert(body.end(), bytes.begin(), bytes.end());
    return body;
}

std::vector<std::byte> error_body(server_code code, std::string_view message)
{
    std::vector<std::byte> body = *testing::cells::int_(static_cast<std::int32_t>(code));
    const auto text = string_body(message);
    body.insert(body.end(), text.begin(), text.end());
    return body;
}

class handshake_test : public ::testing::TestWithParam<protocol_version> {
protected:
    static handshake begun(protocol_version version, std::string keyspace = {}, bool can_log_in = false)
    {
        handshake subject{version, std::move(keyspace), can_log_in};
        base::byte_buffer out;
        subject.begin(out);
        return subject;
    }

    verdict feed(
        handshake& subject,
        opcode op,
        const std::vector<std::byte>& body = {},
        std::uint8_t version = 5,
        std::uint8_t flags = 0
    )
    {
        out.clear();
        protocol::frame_header header;
        header.version = version;
        header.response = true;
        header.flags = flags;
        header.op = op;
        header.length = static_cast<std::uint32_t>(body.size());
        return subject.on_frame(header, body, out);
    }

    base::byte_buffer out;
};

INSTANTIATE_TEST_SUITE_P(
    versions,
    handshake_test,
    ::testing::Values(protocol_version::v4, protocol_version::v5),
    [](const auto& of) { return "v" + std::to_string(static_cast<int>(of.param)); }
);

std::vector<std::byte> supported_body(const std::vector<std::string>& compressions)
{
    base::byte_buffer out;
    protocol::writer to{out};
    to.u16(1);
    to.string("COMPRESSION");
    to.string_list(compressions);
    return {out.bytes().begin(), out.bytes().end()};
}

TEST_P(handshake_test, asks_first_what_the_node_offers_when_compression_is_wanted)
{
    handshake subject{GetParam(), {}, false, compression::lz4};
    subject.begin(out);
    EXPECT_EQ(out.size(), protocol::frame_header_size);
    EXPECT_EQ(out.data()[4], static_cast<std::byte>(opcode::options));
    EXPECT_EQ(subject.agreed(), compression::none);
    EXPECT_EQ(feed(subject, opcode::supported, supported_body({"snappy", "LZ4"})), verdict::go_on);
    EXPECT_EQ(out.data()[4], static_cast<std::byte>(opcode::startup));
    EXPECT_THAT(text_of(out), HasSubstr(std::string{"COMPRESSION\0\3lz4", 16}));
    EXPECT_EQ(subject.agreed(), compression::lz4);
    EXPECT_EQ(feed(subject, opcode::ready), verdict::ready);
}

TEST_P(handshake_test, names_what_the_node_offers_in_place_of_the_compression_that_is_wanted)
{
    const std::vector<std::pair<std::vector<std::string>, std::string>> offers{
        {{"snappy", "zstd", "deflate"},
         "cluster_config::compression is lz4, the node offers snappy, zstd and deflate"},
        {{"snappy"}, "cluster_config::compression is lz4, the node offers snappy"},
        {{}, "cluster_config::compression is lz4, the node offers none"}};
    for (const auto& [offered, text] : offers) {
        handshake subject{GetParam(), {}, false, compression::lz4};
        subject.begin(out);
        EXPECT_EQ(feed(subject, opcode::supported, supported_body(offered)), verdict::failed);
        EXPECT_EQ(subject.reason().code, errc::bad_configuration);
        EXPECT_EQ(subject.reason().text, text);
    }
}

TEST_P(handshake_test, answers_to_options_that_make_no_sense_are_told)
{
    const auto begun_with_options = [&] {
        handshake subject{GetParam(), {}, false, compression::lz4};
        subject.begin(out);
        return subject;
    };
    handshake refused = begun_with_options();
    EXPECT_EQ(
        feed(
            refused,
            opcode::error,
            error_body(server_code::protocol_error, "Invalid or unsupported protocol version (5)")
        ),
        verdict::refused
    );
    handshake malformed = begun_with_options();
    EXPECT_EQ(feed(malformed, opcode::supported, {std::byte{1}}), verdict::failed);
    EXPECT_EQ(
        malformed.reason().text,
        "malformed SUPPORTED message: a number reaches beyond the end (byte 0 of the body)"
    );
    handshake unexpected = begun_with_options();
    EXPECT_EQ(feed(unexpected, opcode::ready), verdict::failed);
    EXPECT_THAT(unexpected.reason().text, HasSubstr("unexpected READY"));
    EXPECT_THAT(begun_with_options().waits_for(), HasSubstr("OPTIONS"));
}

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
    EXPECT_THAT(text_of(out), HasSubstr("CQL_VERSION"));
    EXPECT_THAT(text_of(out), HasSubstr("3.0.0"));
    EXPECT_THAT(text_of(out), HasSubstr("DRIVER_NAME"));
    EXPECT_THAT(text_of(out), HasSubstr("THROW_ON_OVERLOAD"));
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
    EXPECT_THAT(text_of(out), HasSubstr("USE \"my \"\"shop\"\"\""));
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

constexpr std::string_view password_authenticator = "org.apache.cassandra.auth.PasswordAuthenticator";

std::vector<std::byte> token_body(std::string_view token)
{
    std::vector<std::byte> body = *testing::cells::int_(static_cast<std::int32_t>(token.size()));
    const auto bytes = std::as_bytes(std::span{token});
    body.insert(body.end(), bytes.begin(), bytes.end());
    return body;
}

std::span<const std::byte> bytes_of(std::string_view text)
{
    return std::as_bytes(std::span{text});
}

std::string text_of(std::span<const std::byte> bytes)
{
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

TEST_P(handshake_test, logs_in_step_by_step_and_then_sets_the_keyspace)
{
    handshake subject = begun(GetParam(), "shop", true);
    EXPECT_EQ(subject.authenticator(), "");
    EXPECT_EQ(feed(subject, opcode::authenticate, string_body(password_authenticator)), verdict::log_in);
    EXPECT_TRUE(out.empty()) << "nothing is said before there is a token";
    EXPECT_EQ(subject.authenticator(), password_authenticator);
    EXPECT_EQ(subject.segments(), GetParam() == protocol_version::v5) << "the log-in is in segments already";

    EXPECT_EQ(subject.respond(bytes_of("first"), out), verdict::go_on);
    EXPECT_EQ(static_cast<opcode>(out.data()[4]), opcode::auth_response);
    EXPECT_THAT(text_of(out), ::testing::EndsWith("first"));

    const auto challenge = token_body("who are you?");
    EXPECT_EQ(feed(subject, opcode::auth_challenge, challenge), verdict::respond);
    EXPECT_EQ(text_of(subject.token()), "who are you?");
    EXPECT_EQ(subject.respond(bytes_of("second"), out), verdict::go_on);
    EXPECT_THAT(text_of(out), ::testing::EndsWith("second"));

    const auto success = token_body("welcome");
    EXPECT_EQ(feed(subject, opcode::auth_success, success), verdict::accept);
    EXPECT_EQ(text_of(subject.token()), "welcome");
    EXPECT_TRUE(out.empty()) << "the user's code comes first";
    EXPECT_EQ(subject.accept(out), verdict::go_on);
    EXPECT_THAT(text_of(out), HasSubstr("USE \"shop\""));
}

TEST_P(handshake_test, a_success_without_token_or_keyspace_is_ready)
{
    handshake subject = begun(GetParam(), {}, true);
    ASSERT_EQ(feed(subject, opcode::authenticate, string_body("any.Authenticator")), verdict::log_in);
    ASSERT_EQ(subject.respond({}, out), verdict::go_on);
    EXPECT_EQ(feed(subject, opcode::auth_success, *testing::cells::int_(-1)), verdict::accept);
    EXPECT_TRUE(subject.token().empty());
    EXPECT_EQ(subject.accept(out), verdict::ready);
    EXPECT_TRUE(out.empty());
}

TEST_P(handshake_test, credentials_that_nobody_asks_for_are_not_sent)
{
    handshake subject = begun(GetParam(), {}, true);
    EXPECT_EQ(feed(subject, opcode::ready), verdict::ready);
    EXPECT_EQ(subject.authenticator(), "");
    EXPECT_TRUE(out.empty());
}

TEST_P(handshake_test, refused_credentials_are_told_in_the_servers_words)
{
    handshake subject = begun(GetParam(), {}, true);
    ASSERT_EQ(feed(subject, opcode::authenticate, string_body(password_authenticator)), verdict::log_in);
    ASSERT_EQ(subject.respond(bytes_of("token"), out), verdict::go_on);
    EXPECT_EQ(
        feed(subject, opcode::error, error_body(server_code::bad_credentials, "incorrect")), verdict::failed
    );
    EXPECT_EQ(subject.reason().code, make_error_code(server_code::bad_credentials));
    EXPECT_EQ(subject.reason().text, "incorrect");
}

TEST_P(handshake_test, a_token_that_fits_no_segment_is_refused)
{
    for (const bool fits : {true, false}) {
        handshake subject = begun(GetParam(), {}, true);
        ASSERT_EQ(feed(subject, opcode::authenticate, string_body("any.Authenticator")), verdict::log_in);
        const std::vector<std::byte> token(fits ? 131'058 : 131'059);
        EXPECT_EQ(subject.respond(token, out), fits ? verdict::go_on : verdict::failed);
        EXPECT_EQ(out.size(), fits ? protocol::max_segment_payload : 0);
        if (!fits) {
            EXPECT_EQ(subject.reason().code, errc::not_authenticated);
            EXPECT_THAT(subject.reason().text, HasSubstr("131058"));
        }
        out.clear();
    }
}

TEST_P(handshake_test, what_comes_out_of_turn_in_a_log_in_is_named)
{
    handshake unasked = begun(GetParam(), {}, true);
    EXPECT_EQ(feed(unasked, opcode::auth_success), verdict::failed);
    EXPECT_THAT(unasked.reason().text, HasSubstr("expected READY or AUTHENTICATE"));

    handshake early = begun(GetParam(), {}, true);
    ASSERT_EQ(feed(early, opcode::authenticate, string_body("any.Authenticator")), verdict::log_in);
    EXPECT_EQ(feed(early, opcode::auth_success, token_body("")), verdict::failed) << "nothing was said yet";

    handshake twice = begun(GetParam(), {}, true);
    ASSERT_EQ(feed(twice, opcode::authenticate, string_body("any.Authenticator")), verdict::log_in);
    ASSERT_EQ(twice.respond(bytes_of("token"), out), verdict::go_on);
    EXPECT_EQ(feed(twice, opcode::ready), verdict::failed);
    EXPECT_THAT(twice.reason().text, HasSubstr("expected AUTH_CHALLENGE or AUTH_SUCCESS"));

    handshake malformed = begun(GetParam(), {}, true);
    ASSERT_EQ(feed(malformed, opcode::authenticate, string_body("any.Authenticator")), verdict::log_in);
    ASSERT_EQ(malformed.respond(bytes_of("token"), out), verdict::go_on);
    EXPECT_EQ(feed(malformed, opcode::auth_challenge, *testing::cells::int_(10)), verdict::failed);
    EXPECT_EQ(malformed.reason().code, errc::protocol_violation);
    EXPECT_THAT(malformed.reason().text, HasSubstr("malformed AUTH_CHALLENGE"));
}

TEST_P(handshake_test, tells_what_it_waits_for)
{
    handshake subject = begun(GetParam(), "shop", true);
    EXPECT_THAT(std::string{subject.waits_for()}, HasSubstr("STARTUP"));
    ASSERT_EQ(feed(subject, opcode::authenticate, string_body("any.Authenticator")), verdict::log_in);
    EXPECT_THAT(std::string{subject.waits_for()}, HasSubstr("authentication provider"));
    ASSERT_EQ(subject.respond(bytes_of("token"), out), verdict::go_on);
    EXPECT_THAT(std::string{subject.waits_for()}, HasSubstr("log-in"));
    ASSERT_EQ(feed(subject, opcode::auth_success, token_body("")), verdict::accept);
    ASSERT_EQ(subject.accept(out), verdict::go_on);
    EXPECT_THAT(std::string{subject.waits_for()}, HasSubstr("USE"));
}

TEST_P(handshake_test, authentication_is_told_with_the_authenticators_name)
{
    handshake subject = begun(GetParam());
    EXPECT_EQ(
        feed(subject, opcode::authenticate, string_body("org.apache.cassandra.auth.PasswordAuthenticator")),
        verdict::failed
    );
    EXPECT_EQ(subject.reason().code, errc::not_authenticated);
    EXPECT_THAT(subject.reason().text, HasSubstr("requires authentication"));
    EXPECT_THAT(subject.reason().text, HasSubstr("PasswordAuthenticator"));
}

TEST_P(handshake_test, a_malformed_authenticate_is_a_broken_protocol)
{
    handshake subject = begun(GetParam());
    std::vector<std::byte> body;
    append_short(body, 100);
    EXPECT_EQ(feed(subject, opcode::authenticate, body), verdict::failed);
    EXPECT_EQ(subject.reason().code, errc::protocol_violation);
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
