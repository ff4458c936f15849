// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/endpoint.hpp>

#include <cstddef>
#include <exception>
#include <memory>
#include <span>
#include <string>
#include <string_view>

/// How this client logs in: with user and password (`password_authentication`), or in any other way that SASL
/// knows, by an implementation of `authentication_provider` (native_protocol_v5.spec sections 4.1.2, 4.2.3,
/// 4.2.7, 4.2.8).
namespace async_cassandra {

/// Overwrites the bytes in a way that compilers do not leave out.
void wipe(std::span<std::byte> bytes) noexcept;

/// Overwrites the text and leaves it empty.
void wipe(std::string& text) noexcept;

/// Bytes that nobody else shall see: overwritten when they are given up. Can be moved, not copied, and not
/// printed.
class secret_bytes {
public:
    secret_bytes() noexcept = default;
    /// Zeros, to be filled through `bytes()`.
    explicit secret_bytes(std::size_t size);
    /// A copy. The original is the caller's to wipe.
    [[nodiscard]] static secret_bytes copy_of(std::span<const std::byte> bytes);
    [[nodiscard]] static secret_bytes copy_of(std::string_view text);

    secret_bytes(secret_bytes&& other) noexcept;
    secret_bytes& operator=(secret_bytes&& other) noexcept;
    ~secret_bytes();

    [[nodiscard]] std::span<std::byte> bytes() noexcept { return {bytes_.get(), size_}; }
    [[nodiscard]] std::span<const std::byte> bytes() const noexcept { return {bytes_.get(), size_}; }

private:
    std::unique_ptr<std::byte[]> bytes_;
    std::size_t size_ = 0;
};

namespace detail {

class sasl_waiter {
public:
    virtual ~sasl_waiter() = default;
    virtual void on_response(secret_bytes&& token) noexcept = 0;
    virtual void on_failure(std::exception_ptr cause) noexcept = 0;
};

}  // namespace detail

/// Where the answer to one challenge goes. May be called from any thread, at once or later; the first call
/// counts, later ones do nothing. When the last copy goes away without a call, the log-in fails. Outliving
/// the connection is harmless.
class sasl_reply {
public:
    explicit sasl_reply(std::shared_ptr<detail::sasl_waiter> waiter) noexcept : waiter_(std::move(waiter)) {}

    /// Sends the token to the node: at most 131,058 bytes, which is what fits one segment of protocol v5.
    void send(secret_bytes token) const noexcept { waiter_->on_response(std::move(token)); }

    /// Gives the log-in up. `connect` fails with `authentication_error`, whose `details().cause` is this
    /// exception and whose text holds its `what()`: put no secrets there.
    void fail(std::exception_ptr cause) const noexcept { waiter_->on_failure(std::move(cause)); }

private:
    std::shared_ptr<detail::sasl_waiter> waiter_;
};

/// One SASL exchange, on one connection. Called on the library's thread for that connection, one call at a
/// time; destroyed there, too, as soon as the exchange has ended in any way. No call may block. A throw from
/// a call has the effect of `sasl_reply::fail`. All together must end within
/// `cluster_config::handshake_timeout`.
class sasl_exchange {
public:
    virtual ~sasl_exchange() = default;

    /// The node asks for a log-in: reply with the initial token.
    virtual void begin(sasl_reply reply) = 0;

    /// The node has a further question; `challenge` is valid during the call. Reply with the answer.
    virtual void challenge(std::span<const std::byte> challenge, sasl_reply reply) = 0;

    /// The node let us in. Mechanisms in which the server proves itself check its last token here (empty when
    /// there is none; valid during the call), and throw when it is not what it must be.
    virtual void succeed(std::span<const std::byte> /*token*/) {}
};

/// Makes the exchange for each new connection. Called on the library's threads, several at once when there
/// are several: it must be thread-safe. Must not block.
class authentication_provider {
public:
    virtual ~authentication_provider() = default;

    /// `authenticator` is the class name that the node sent, for example
    /// "org.apache.cassandra.auth.PasswordAuthenticator"; valid during the call. Not null. A throw is
    /// reported as that of an exchange.
    [[nodiscard]] virtual std::unique_ptr<sasl_exchange> start(
        const endpoint& node, std::string_view authenticator
    ) = 0;
};

/// User and password, by the SASL mechanism PLAIN (RFC 4616): PasswordAuthenticator of Cassandra and
/// ScyllaDB, DseAuthenticator, and their relatives under other names (LDAP, TransitionalAuthenticator,
/// Instaclustr, Aiven). They are sent to any authenticator that asks, as in other drivers: the name it gives
/// itself proves nothing. It is TLS that makes sure whom they are sent to, and that nobody else reads them.
///
///     config.authentication = std::make_shared<password_authentication>("ada", password);
class password_authentication final : public authentication_provider {
public:
    /// Keeps copies, which are wiped when they are no longer needed. The arguments are wiped, too; what the
    /// caller kept is the caller's. Throws `configuration_error` when the user is empty, or either holds a
    /// NUL character.
    password_authentication(std::string user, std::string password);
    ~password_authentication() override;
    password_authentication(const password_authentication&) = delete;
    password_authentication& operator=(const password_authentication&) = delete;

    /// From now on new connections log in with these; open ones stay. From any thread. Throws as the
    /// constructor does, and then changes nothing.
    void change(std::string user, std::string password);

    [[nodiscard]] std::unique_ptr<sasl_exchange> start(const endpoint& node, std::string_view authenticator)
        override;

private:
    struct state;
    std::unique_ptr<state> state_;
};

}  // namespace async_cassandra
