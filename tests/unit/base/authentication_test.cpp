// SPDX-License-Identifier: Apache-2.0
#include <async_cassandra/authentication.hpp>
#include <async_cassandra/error.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

namespace async_cassandra {
namespace {

constexpr const char* cassandra = "org.apache.cassandra.auth.PasswordAuthenticator";
constexpr const char* dse = "com.datastax.bdp.cassandra.auth.DseAuthenticator";

std::string text_of(const secret_bytes& bytes)
{
    return {reinterpret_cast<const char*>(bytes.bytes().data()), bytes.bytes().size()};
}

std::span<const std::byte> bytes_of(std::string_view text)
{
    return std::as_bytes(std::span{text});
}

/// What an exchange replies.
class listener final : public detail::sasl_waiter {
public:
    void on_response(secret_bytes&& token) noexcept override { said = text_of(token); }
    void on_failure(std::exception_ptr) noexcept override { failed = true; }

    std::optional<std::string> said;
    bool failed = false;
};

std::string begin(sasl_exchange& exchange)
{
    const auto heard = std::make_shared<listener>();
    exchange.begin(sasl_reply{heard});
    return heard->said.value_or("nothing");
}

std::string challenge(sasl_exchange& exchange, std::string_view question)
{
    const auto heard = std::make_shared<listener>();
    exchange.challenge(bytes_of(question), sasl_reply{heard});
    return heard->said.value_or("nothing");
}

TEST(wipe, leaves_nothing_of_a_text)
{
    std::string text = "a text that is too long for the string itself to hold";
    char* const at = text.data();
    const std::size_t size = text.size();
    wipe(text);
    EXPECT_TRUE(text.empty());
    EXPECT_TRUE(std::all_of(at, at + size, [](char c) { return c == '\0'; }));
}

TEST(secret_bytes, moves_without_leaving_anything_behind)
{
    secret_bytes first = secret_bytes::copy_of("secret");
    const std::byte* const at = first.bytes().data();
    secret_bytes second = std::move(first);
    EXPECT_EQ(second.bytes().data(), at) << "moving copies nothing";
    EXPECT_EQ(first.bytes().size(), 0U);  // NOLINT(bugprone-use-after-move): that is what is tested
    EXPECT_EQ(text_of(second), "secret");
    second = secret_bytes{3};
    EXPECT_EQ(text_of(second), std::string(3, '\0'));
}

// RFC 4616: no authorisation identity, NUL, user, NUL, password.
TEST(password_authentication, sends_a_plain_token_to_any_authenticator)
{
    password_authentication provider{"ada", "s3cret"};
    for (const char* const authenticator :
         {cassandra,
          "com.scylladb.auth.TransitionalAuthenticator",
          "com.instaclustr.cassandra.auth.SharedSecretAuthenticator",
          "org.example.UnheardOf"}) {
        const auto exchange = provider.start({}, authenticator);
        EXPECT_EQ(begin(*exchange), std::string("\0ada\0s3cret", 11)) << authenticator;
    }
}

TEST(password_authentication, names_the_mechanism_first_where_dse_asks)
{
    password_authentication provider{"ada", "s3cret"};
    const auto exchange = provider.start({}, dse);
    EXPECT_EQ(begin(*exchange), "PLAIN");
    EXPECT_EQ(challenge(*exchange, "PLAIN-START"), std::string("\0ada\0s3cret", 11));
    EXPECT_THROW(challenge(*exchange, "PLAIN-START"), std::runtime_error);
}

TEST(password_authentication, does_not_answer_questions_that_plain_does_not_have)
{
    password_authentication provider{"ada", "s3cret"};
    const auto exchange = provider.start({}, cassandra);
    static_cast<void>(begin(*exchange));
    EXPECT_THROW(challenge(*exchange, "PLAIN-START"), std::runtime_error);
    const auto other = provider.start({}, dse);
    static_cast<void>(begin(*other));
    EXPECT_THROW(challenge(*other, "GSSAPI-START"), std::runtime_error);
}

TEST(password_authentication, a_change_is_for_later_exchanges)
{
    password_authentication provider{"ada", "old"};
    const auto before = provider.start({}, cassandra);
    provider.change("eve", "new");
    const auto after = provider.start({}, cassandra);
    EXPECT_EQ(begin(*before), std::string("\0ada\0old", 8));
    EXPECT_EQ(begin(*after), std::string("\0eve\0new", 8));
}

TEST(password_authentication, refuses_what_plain_cannot_carry_and_says_no_secret)
{
    const auto refused = [](std::string user, std::string password) {
        try {
            password_authentication{std::move(user), std::move(password)};
        } catch (const configuration_error& e) {
            return std::string{e.what()};
        }
        return std::string{"accepted"};
    };
    EXPECT_NE(refused("", "s3cret").find("the user is empty"), std::string::npos);
    EXPECT_NE(refused(std::string("a\0b", 3), "s3cret").find("NUL"), std::string::npos);
    const std::string text = refused("ada", std::string("s3cret\0more", 11));
    EXPECT_NE(text.find("NUL"), std::string::npos);
    EXPECT_EQ(text.find("s3cret"), std::string::npos);
    EXPECT_EQ(refused("ada", ""), "accepted") << "whether that is a password, the server knows";

    password_authentication provider{"ada", "old"};
    EXPECT_THROW(provider.change("", "new"), configuration_error);
    EXPECT_EQ(begin(*provider.start({}, cassandra)), std::string("\0ada\0old", 8)) << "nothing has changed";
}

}  // namespace
}  // namespace async_cassandra
