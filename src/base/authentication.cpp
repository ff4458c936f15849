// SPDX-License-Identifier: Apache-2.0
#include <async_cassandra/authentication.hpp>

#include "base/failure.hpp"

#include <openssl/crypto.h>

#include <cstring>
#include <mutex>
#include <stdexcept>
#include <utility>

namespace async_cassandra {

void wipe(std::span<std::byte> bytes) noexcept
{
    if (!bytes.empty())
        OPENSSL_cleanse(bytes.data(), bytes.size());
}

void wipe(std::string& text) noexcept
{
    wipe(std::as_writable_bytes(std::span{text}));
    text.clear();
}

secret_bytes::secret_bytes(std::size_t size) : bytes_(std::make_unique<std::byte[]>(size)), size_(size) {}

secret_bytes secret_bytes::copy_of(std::span<const std::byte> bytes)
{
    secret_bytes made{bytes.size()};
    std::ranges::copy(bytes, made.bytes_.get());
    return made;
}

secret_bytes secret_bytes::copy_of(std::string_view text)
{
    return copy_of(std::as_bytes(std::span{text}));
}

secret_bytes::secret_bytes(secret_bytes&& other) noexcept
    : bytes_(std::move(other.bytes_)), size_(std::exchange(other.size_, 0))
{}

secret_bytes& secret_bytes::operator=(secret_bytes&& other) noexcept
{
    secret_bytes taken{std::move(other)};
    std::swap(bytes_, taken.bytes_);
    std::swap(size_, taken.size_);
    return *this;
}

secret_bytes::~secret_bytes()
{
    wipe(bytes());
}

namespace {

constexpr std::string_view dse_authenticator = "com.datastax.bdp.cassandra.auth.DseAuthenticator";
constexpr std::string_view dse_challenge = "PLAIN-START";

std::string_view text_of(std::span<const std::byte> bytes) noexcept
{
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

void refuse(const std::string& what)
{
    throw configuration_error{
        failure_ptr{base::make_failure(errc::bad_configuration, "password_authentication: " + what)}};
}

/// [authorisation identity] NUL user NUL password, the first empty.
secret_bytes plain_token(std::string& user, std::string& password)
{
    const auto has_nul = [](const std::string& text) { return text.find('\0') != std::string::npos; };
    const bool no_user = user.empty();
    const bool nul = has_nul(user) || has_nul(password);
    secret_bytes token{user.size() + password.size() + 2};
    std::byte* at = token.bytes().data() + 1;
    at = std::ranges::copy(std::as_bytes(std::span{user}), at).out + 1;
    std::ranges::copy(std::as_bytes(std::span{password}), at);
    wipe(user);
    wipe(password);
    if (no_user)
        refuse("the user is empty");
    if (nul)
        refuse("user and password may not hold a NUL character");
    return token;
}

class plain_exchange final : public sasl_exchange {
public:
    plain_exchange(secret_bytes token, std::string_view authenticator)
        : token_(std::move(token)), names_mechanism_first_(authenticator == dse_authenticator)
    {}

    void begin(sasl_reply reply) override
    {
        if (names_mechanism_first_)
            reply.send(secret_bytes::copy_of(std::string_view{"PLAIN"}));
        else
            reply.send(std::move(token_));
    }

    void challenge(std::span<const std::byte> challenge, sasl_reply reply) override
    {
        if (!std::exchange(names_mechanism_first_, false) || text_of(challenge) != dse_challenge)
            throw std::runtime_error{"the node asks for more than user and password"};
        reply.send(std::move(token_));
    }

private:
    secret_bytes token_;
    bool names_mechanism_first_;
};

}  // namespace

struct password_authentication::state {
    std::mutex mutex;
    secret_bytes token;
};

password_authentication::password_authentication(std::string user, std::string password)
    : state_(std::make_unique<state>())
{
    state_->token = plain_token(user, password);
}

password_authentication::~password_authentication() = default;

void password_authentication::change(std::string user, std::string password)
{
    secret_bytes token = plain_token(user, password);
    const std::lock_guard lock{state_->mutex};
    std::swap(state_->token, token);
}

std::unique_ptr<sasl_exchange> password_authentication::start(const endpoint&, std::string_view authenticator)
{
    const std::lock_guard lock{state_->mutex};
    return std::make_unique<plain_exchange>(
        secret_bytes::copy_of(std::as_const(state_->token).bytes()), authenticator
    );
}

}  // namespace async_cassandra
