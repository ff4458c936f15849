// SPDX-License-Identifier: Apache-2.0
#include "unit/net/handshake_fixture.hpp"

// Nodes that ask who is there.
namespace async_cassandra::net {
namespace {

using protocol::opcode;
using ::testing::HasSubstr;
using verdict = handshake::verdict;

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

class handshake_log_in : public handshake_test {
protected:
    /// One that was asked who is there.
    handshake asked(std::string keyspace = {})
    {
        handshake subject = begun(GetParam(), std::move(keyspace), true);
        EXPECT_EQ(feed(subject, opcode::authenticate, string_body(password_authenticator)), verdict::log_in);
        return subject;
    }
    /// One that has answered, and waits for what is said of it.
    handshake answered()
    {
        handshake subject = asked();
        EXPECT_EQ(subject.respond(bytes_of("token"), out), verdict::go_on);
        return subject;
    }
};

INSTANTIATE_TEST_SUITE_P(versions, handshake_log_in, each_version, version_name);

TEST_P(handshake_log_in, logs_in_step_by_step_and_then_sets_the_keyspace)
{
    handshake subject = begun(GetParam(), "shop", true);
    EXPECT_EQ(subject.authenticator(), "");
    EXPECT_EQ(feed(subject, opcode::authenticate, string_body(password_authenticator)), verdict::log_in);
    EXPECT_TRUE(out.empty()) << "nothing is said before there is a token";
    EXPECT_EQ(subject.authenticator(), password_authenticator);
    EXPECT_EQ(subject.segments(), GetParam() == protocol_version::v5) << "the log-in is in segments already";

    EXPECT_EQ(subject.respond(bytes_of("first"), out), verdict::go_on);
    EXPECT_EQ(static_cast<opcode>(out.data()[4]), opcode::auth_response);
    EXPECT_THAT(text_of(out.bytes()), ::testing::EndsWith("first"));

    const auto challenge = token_body("who are you?");
    EXPECT_EQ(feed(subject, opcode::auth_challenge, challenge), verdict::respond);
    EXPECT_EQ(text_of(subject.token()), "who are you?");
    EXPECT_EQ(subject.respond(bytes_of("second"), out), verdict::go_on);
    EXPECT_THAT(text_of(out.bytes()), ::testing::EndsWith("second"));

    const auto success = token_body("welcome");
    EXPECT_EQ(feed(subject, opcode::auth_success, success), verdict::accept);
    EXPECT_EQ(text_of(subject.token()), "welcome");
    EXPECT_TRUE(out.empty()) << "the user's code comes first";
    EXPECT_EQ(subject.accept(out), verdict::go_on);
    EXPECT_THAT(text_of(out.bytes()), HasSubstr("USE \"shop\""));
}

TEST_P(handshake_log_in, a_success_without_token_or_keyspace_is_ready)
{
    handshake subject = asked();
    ASSERT_EQ(subject.respond({}, out), verdict::go_on);
    EXPECT_EQ(feed(subject, opcode::auth_success, *testing::cells::int_(-1)), verdict::accept);
    EXPECT_TRUE(subject.token().empty());
    EXPECT_EQ(subject.accept(out), verdict::ready);
    EXPECT_TRUE(out.empty());
}

TEST_P(handshake_log_in, credentials_that_nobody_asks_for_are_not_sent)
{
    handshake subject = begun(GetParam(), {}, true);
    EXPECT_EQ(feed(subject, opcode::ready), verdict::ready);
    EXPECT_EQ(subject.authenticator(), "");
    EXPECT_TRUE(out.empty());
}

TEST_P(handshake_log_in, refused_credentials_are_told_in_the_servers_words)
{
    handshake subject = answered();
    EXPECT_EQ(
        feed(subject, opcode::error, error_body(server_code::bad_credentials, "incorrect")), verdict::failed
    );
    EXPECT_EQ(subject.reason().code, make_error_code(server_code::bad_credentials));
    EXPECT_EQ(subject.reason().text, "incorrect");
}

TEST_P(handshake_log_in, a_token_that_fits_no_segment_is_refused)
{
    for (const bool fits : {true, false}) {
        handshake subject = asked();
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

TEST_P(handshake_log_in, what_comes_out_of_turn_in_a_log_in_is_named)
{
    handshake unasked = begun(GetParam(), {}, true);
    EXPECT_EQ(feed(unasked, opcode::auth_success), verdict::failed);
    EXPECT_THAT(unasked.reason().text, HasSubstr("expected READY or AUTHENTICATE"));

    handshake early = asked();
    EXPECT_EQ(feed(early, opcode::auth_success, token_body("")), verdict::failed) << "nothing was said yet";

    handshake twice = answered();
    EXPECT_EQ(feed(twice, opcode::ready), verdict::failed);
    EXPECT_THAT(twice.reason().text, HasSubstr("expected AUTH_CHALLENGE or AUTH_SUCCESS"));

    handshake malformed = answered();
    EXPECT_EQ(feed(malformed, opcode::auth_challenge, *testing::cells::int_(10)), verdict::failed);
    EXPECT_EQ(malformed.reason().code, errc::protocol_violation);
    EXPECT_THAT(malformed.reason().text, HasSubstr("malformed AUTH_CHALLENGE"));
}

TEST_P(handshake_log_in, tells_what_it_waits_for)
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

TEST_P(handshake_log_in, authentication_is_told_with_the_authenticators_name)
{
    handshake subject = begun(GetParam());
    EXPECT_EQ(feed(subject, opcode::authenticate, string_body(password_authenticator)), verdict::failed);
    EXPECT_EQ(subject.reason().code, errc::not_authenticated);
    EXPECT_THAT(subject.reason().text, HasSubstr("requires authentication"));
    EXPECT_THAT(subject.reason().text, HasSubstr("PasswordAuthenticator"));
}

TEST_P(handshake_log_in, a_malformed_authenticate_is_a_broken_protocol)
{
    handshake subject = begun(GetParam());
    std::vector<std::byte> body;
    append_short(body, 100);
    EXPECT_EQ(feed(subject, opcode::authenticate, body), verdict::failed);
    EXPECT_EQ(subject.reason().code, errc::protocol_violation);
}

}  // namespace
}  // namespace async_cassandra::net
