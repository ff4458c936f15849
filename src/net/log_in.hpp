// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/authentication.hpp>

#include "net/shard.hpp"

#include <memory>
#include <string>

namespace async_cassandra::net {

/// Who logs in. Called on the shard's thread, maybe inside a call of `log_in`.
class log_in_owner {
public:
    virtual void on_token(secret_bytes& token) noexcept = 0;
    virtual void on_log_in_failed(const std::string& text, std::exception_ptr cause) noexcept = 0;

protected:
    virtual ~log_in_owner() = default;
};

/// The exchange with the user's code while a connection logs in: calls it, catches what it throws, and brings its answers,
/// from whatever thread they come, to the connection, unless that is gone.
class log_in {
public:
    explicit log_in(std::shared_ptr<shard> home) : shard_(std::move(home)) {}

    void begin(
        const std::shared_ptr<log_in_owner>& owner,
        authentication_provider& provider,
        const endpoint& node,
        const std::string& authenticator
    ) noexcept;
    void challenge(const std::shared_ptr<log_in_owner>& owner, std::span<const std::byte> challenge) noexcept;

    /// False when the user's code does not accept the token: then the owner has been told.
    [[nodiscard]] bool accept(
        const std::shared_ptr<log_in_owner>& owner, std::span<const std::byte> token
    ) noexcept;

    /// The exchange is over.
    void end() noexcept { exchange_.reset(); }

private:
    template <class Call>
    void ask(const std::shared_ptr<log_in_owner>& owner, Call call) noexcept;

    std::shared_ptr<shard> shard_;
    std::shared_ptr<sasl_exchange> exchange_;  // shared with a call under way: that may end the connection
};

}  // namespace async_cassandra::net
