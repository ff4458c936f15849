// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/endpoint.hpp>
#include <async_cassandra/server_error.hpp>

#include <boost/system/error_code.hpp>
#include <boost/system/system_error.hpp>

#include <chrono>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// How failures are told.
///
/// Every failure is one `failure` value: what happened, what effect the request may have had, which node,
/// every attempt. It reaches the caller as an exception derived from `error` (one class a kind), or unthrown
/// through the `try_` functions. The tree:
///
///     boost::system::system_error
///     └─ error
///        ├─ connection_error        closed session, lost connection, node that does not speak CQL
///        │  ├─ no_host_available    no node could take the request; `attempts` lists each node and its cause
///        │  └─ authentication_error a log-in is asked for; this side has none, or its part of it failed
///        ├─ operation_timed_out     the deadline passed
///        ├─ overloaded              a limit of this client is reached; nothing was sent
///        ├─ protocol_error          the peer broke the native protocol
///        ├─ query_error             the statement, its values or a conversion is wrong; user code threw
///        ├─ result_too_large        more bytes than `execute` may hold
///        ├─ configuration_error     a setting is out of range or contradicts another
///        └─ server_error            the server answered with an ERROR message
///           ├─ internal_server_error (0x0000)  ├─ server_protocol_error (0x000A)
///           ├─ authentication_failed (0x0100)  ├─ unavailable (0x1000)
///           ├─ server_overloaded (0x1001)      ├─ is_bootstrapping (0x1002)
///           ├─ truncate_error (0x1003)         ├─ write_timeout (0x1100)
///           ├─ read_timeout (0x1200)           ├─ read_failure (0x1300)
///           ├─ function_failure (0x1400)       ├─ write_failure (0x1500)
///           ├─ cdc_write_failure (0x1600)      ├─ cas_write_unknown (0x1700)
///           ├─ syntax_error (0x2000)           ├─ unauthorized (0x2100)
///           ├─ invalid_request (0x2200)        ├─ config_error (0x2300)
///           └─ already_exists (0x2400)         └─ unprepared (0x2500)
///
/// A cancelled operation is an `error` whose code is `boost::asio::error::operation_aborted`; that code means
/// that the caller cancelled, and nothing else.
namespace async_cassandra {

/// What a failed request may have done on the servers.
enum class request_effect : std::uint8_t {
    not_sent,       ///< No byte of it reached the kernel: nothing happened.
    rejected,       ///< A server refused it before doing anything.
    maybe_applied,  ///< Unknown: it may have been applied, wholly or in part.
};

/// "not_sent", "rejected" or "maybe_applied".
[[nodiscard]] std::string_view to_string(request_effect effect) noexcept;

/// Failures found by this library, as opposed to those a server reports.
enum class errc : int {
    connection_failed = 1,   ///< A connection could not be opened, or the peer does not speak CQL.
    connection_lost = 2,     ///< A connection ended while the request was on it.
    closed = 3,              ///< The session or cluster was closed.
    no_host_available = 4,   ///< No node could take the request.
    request_timeout = 5,     ///< The request's deadline passed.
    handshake_timeout = 6,   ///< TCP connect and handshake of one connection took too long.
    heartbeat_timeout = 7,   ///< A node fell silent.
    overloaded = 8,          ///< A limit of this client is reached.
    protocol_violation = 9,  ///< The peer broke the native protocol.
    bad_query = 10,          ///< The statement, its values or a conversion is wrong.
    result_too_large = 11,   ///< More bytes than `max_result_bytes`.
    bad_configuration = 12,  ///< A setting is out of range or contradicts another.
    resolve_failed = 13,     ///< A host name has no address.
    not_authenticated = 14,  ///< A node asks for a log-in that this side cannot give.
    tls_failed = 15,         ///< TLS with a node did not come about, for example because of its certificate.
    wrong_cluster = 16,      ///< A node belongs to another cluster than the one that is known.
};

/// Category of `errc`, name "async_cassandra.client".
[[nodiscard]] const boost::system::error_category& client_category() noexcept;

/// Category of server codes, name "async_cassandra.server". The value is the wire code + 1, because the code
/// of SERVER_ERROR is 0, which an error_code takes for success.
[[nodiscard]] const boost::system::error_category& server_category() noexcept;

[[nodiscard]] boost::system::error_code make_error_code(errc code) noexcept;
[[nodiscard]] boost::system::error_code make_error_code(server_code code) noexcept;

/// The server code inside an error_code of `server_category`; empty for any other category.
[[nodiscard]] std::optional<server_code> to_server_code(boost::system::error_code code) noexcept;

/// One try of a request on one node.
struct attempt {
    endpoint node;
    std::chrono::microseconds duration{};  ///< From choosing the node to the end of the try.
    boost::system::error_code code;        ///< How the try ended.
    std::string reason;                    ///< The same in words.
    request_effect effect = request_effect::not_sent;
};

/// Everything known about one failed operation. Immutable once shared; may be read from any thread.
struct failure {
    boost::system::error_code code;
    std::string what;  ///< Complete sentence for a person; never holds secrets.
    request_effect effect = request_effect::not_sent;  ///< The worst attempt decides.
    std::optional<endpoint> node;                      ///< The node that decided the outcome, if one did.
    std::vector<attempt> attempts;                     ///< In order of time.
    std::shared_ptr<const server_error_details>
        server;                ///< Set when the failure is a server's ERROR message.
    std::exception_ptr cause;  ///< The user's exception when user code threw.

    /// `what`, then node, effect and attempts, a line each.
    [[nodiscard]] std::string describe() const;
};

/// A shared failure: the error type of `result<T>`. Copies are cheap and may cross threads. Never empty in a
/// result.
class failure_ptr {
public:
    failure_ptr() noexcept = default;
    explicit failure_ptr(failure f) : value_(std::make_shared<const failure>(std::move(f))) {}

    [[nodiscard]] explicit operator bool() const noexcept { return value_ != nullptr; }
    [[nodiscard]] const failure& operator*() const noexcept { return *value_; }
    [[nodiscard]] const failure* operator->() const noexcept { return value_.get(); }

private:
    std::shared_ptr<const failure> value_;
};

/// Base of every exception of this library.
class error : public boost::system::system_error {
public:
    explicit error(failure_ptr f);

    /// `failure::what`, nothing more.
    [[nodiscard]] const char* what() const noexcept override { return failure_->what.c_str(); }

    [[nodiscard]] const failure& details() const noexcept { return *failure_; }
    [[nodiscard]] const failure_ptr& shared_details() const noexcept { return failure_; }
    [[nodiscard]] request_effect effect() const noexcept { return failure_->effect; }
    [[nodiscard]] const std::optional<endpoint>& node() const noexcept { return failure_->node; }
    [[nodiscard]] const std::vector<attempt>& attempts() const noexcept { return failure_->attempts; }

private:
    failure_ptr failure_;
};

/// The session is closed, a connection was lost, or a node does not speak CQL.
class connection_error : public error {
public:
    using error::error;
};

/// No node could take the request, or none could be connected.
class no_host_available : public connection_error {
public:
    using connection_error::connection_error;
};

/// A node asks for a log-in, and there are no credentials, or the `authentication_provider` failed: then
/// `details().cause` holds what it threw. When the node refuses what it was given, that is an
/// `authentication_failed`.
class authentication_error : public connection_error {
public:
    using connection_error::connection_error;
};

/// The deadline of the operation passed.
class operation_timed_out : public error {
public:
    using error::error;
};

/// A limit of this client is reached; nothing was sent. Slow down, or raise the limit.
class overloaded : public error {
public:
    using error::error;
};

/// The peer broke the native protocol; the text names the rule and the position.
class protocol_error : public error {
public:
    using error::error;
};

/// The statement, its values or a conversion is wrong, or user code (codec) threw: then `details().cause`
/// holds it.
class query_error : public error {
public:
    using error::error;
};

/// The result has more bytes than `execute` may hold; stream it with `execute_stream`.
class result_too_large : public error {
public:
    using error::error;
};

/// A setting is out of range or contradicts another.
class configuration_error : public error {
public:
    using error::error;
};

/// The server answered with an ERROR message.
class server_error : public error {
public:
    using error::error;

    /// Every field of the message.
    [[nodiscard]] const server_error_details& server() const noexcept { return *details().server; }
};

// One class for each code of native_protocol_v5.spec section 9.
class internal_server_error : public server_error {
    using server_error::server_error;
};
class server_protocol_error : public server_error {
    using server_error::server_error;
};
class authentication_failed : public server_error {
    using server_error::server_error;
};
class unavailable : public server_error {
    using server_error::server_error;
};
class server_overloaded : public server_error {
    using server_error::server_error;
};
class is_bootstrapping : public server_error {
    using server_error::server_error;
};
class truncate_error : public server_error {
    using server_error::server_error;
};
class write_timeout : public server_error {
    using server_error::server_error;
};
class read_timeout : public server_error {
    using server_error::server_error;
};
class read_failure : public server_error {
    using server_error::server_error;
};
class function_failure : public server_error {
    using server_error::server_error;
};
class write_failure : public server_error {
    using server_error::server_error;
};
class cdc_write_failure : public server_error {
    using server_error::server_error;
};
class cas_write_unknown : public server_error {
    using server_error::server_error;
};
class syntax_error : public server_error {
    using server_error::server_error;
};
class unauthorized : public server_error {
    using server_error::server_error;
};
class invalid_request : public server_error {
    using server_error::server_error;
};
class config_error : public server_error {
    using server_error::server_error;
};
class already_exists : public server_error {
    using server_error::server_error;
};
class unprepared : public server_error {
    using server_error::server_error;
};

/// Throws the failure as the class that fits its code.
[[noreturn]] void throw_failure(const failure_ptr& f);

/// The failure as an exception_ptr of the class that fits its code.
[[nodiscard]] std::exception_ptr to_exception(const failure_ptr& f) noexcept;

/// Found by argument-dependent lookup: what `result<T>::value()` throws.
[[noreturn]] inline void throw_exception_from_error(const failure_ptr& f, const boost::source_location&)
{
    throw_failure(f);
}

}  // namespace async_cassandra

template <>
struct boost::system::is_error_code_enum<async_cassandra::errc> : std::true_type {};
template <>
struct boost::system::is_error_code_enum<async_cassandra::server_code> : std::true_type {};
