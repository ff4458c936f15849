// SPDX-License-Identifier: Apache-2.0
#include <async_cassandra/detail/throw.hpp>
#include <async_cassandra/error.hpp>

#include <boost/asio/error.hpp>

#include <utility>

namespace async_cassandra {

namespace {

// Boost's error_category has, on purpose, no virtual destructor: categories are never destroyed through it.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wnon-virtual-dtor"

class client_category_type final : public boost::system::error_category {
public:
    const char* name() const noexcept override { return "async_cassandra.client"; }

    std::string message(int value) const override
    {
        switch (static_cast<errc>(value)) {
        case errc::connection_failed: return "connection could not be opened";
        case errc::connection_lost: return "connection lost";
        case errc::closed: return "closed";
        case errc::no_host_available: return "no host available";
        case errc::request_timeout: return "request timed out";
        case errc::handshake_timeout: return "connection handshake timed out";
        case errc::heartbeat_timeout: return "node fell silent";
        case errc::overloaded: return "client limit reached";
        case errc::protocol_violation: return "peer broke the native protocol";
        case errc::bad_query: return "bad query";
        case errc::result_too_large: return "result too large";
        case errc::bad_configuration: return "bad configuration";
        case errc::resolve_failed: return "host name could not be resolved";
        case errc::not_authenticated: return "not authenticated";
        case errc::tls_failed: return "TLS failed";
        case errc::wrong_cluster: return "node of another cluster";
        }
        return "unknown error " + std::to_string(value);
    }
};

class server_category_type final : public boost::system::error_category {
public:
    const char* name() const noexcept override { return "async_cassandra.server"; }

    // Every value, also the one that -1 on the wire comes to.
    bool failed(int) const noexcept override { return true; }

    std::string message(int value) const override
    {
        const server_code code = from_value(value);
        const std::string_view known = to_string(code);
        return known == "UNKNOWN" ? "server error code " + std::to_string(static_cast<int>(code))
                                  : std::string{known};
    }

    // A peer may send any code: the arithmetic wraps.
    static int to_value(server_code code) noexcept
    {
        return static_cast<int>(static_cast<std::uint32_t>(code) + 1);
    }
    static server_code from_value(int value) noexcept
    {
        return static_cast<server_code>(static_cast<std::uint32_t>(value) - 1);
    }
};

#pragma GCC diagnostic pop

template <class Exception>
[[noreturn]] void throw_as(const failure_ptr& f)
{
    throw Exception{f};
}

[[noreturn]] void throw_server_failure(server_code code, const failure_ptr& f)
{
    switch (code) {
    case server_code::server_error: throw_as<internal_server_error>(f);
    case server_code::protocol_error: throw_as<server_protocol_error>(f);
    case server_code::bad_credentials: throw_as<authentication_failed>(f);
    case server_code::unavailable: throw_as<unavailable>(f);
    case server_code::overloaded: throw_as<server_overloaded>(f);
    case server_code::is_bootstrapping: throw_as<is_bootstrapping>(f);
    case server_code::truncate_error: throw_as<truncate_error>(f);
    case server_code::write_timeout: throw_as<write_timeout>(f);
    case server_code::read_timeout: throw_as<read_timeout>(f);
    case server_code::read_failure: throw_as<read_failure>(f);
    case server_code::function_failure: throw_as<function_failure>(f);
    case server_code::write_failure: throw_as<write_failure>(f);
    case server_code::cdc_write_failure: throw_as<cdc_write_failure>(f);
    case server_code::cas_write_unknown: throw_as<cas_write_unknown>(f);
    case server_code::syntax_error: throw_as<syntax_error>(f);
    case server_code::unauthorized: throw_as<unauthorized>(f);
    case server_code::invalid: throw_as<invalid_request>(f);
    case server_code::config_error: throw_as<config_error>(f);
    case server_code::already_exists: throw_as<already_exists>(f);
    case server_code::unprepared: throw_as<unprepared>(f);
    }
    throw_as<server_error>(f);  // a code this library does not know
}

[[noreturn]] void throw_client_failure(errc code, const failure_ptr& f)
{
    switch (code) {
    case errc::no_host_available: throw_as<no_host_available>(f);
    case errc::not_authenticated: throw_as<authentication_error>(f);
    case errc::request_timeout: throw_as<operation_timed_out>(f);
    case errc::overloaded: throw_as<overloaded>(f);
    case errc::protocol_violation: throw_as<protocol_error>(f);
    case errc::bad_query: throw_as<query_error>(f);
    case errc::result_too_large: throw_as<result_too_large>(f);
    case errc::bad_configuration: throw_as<configuration_error>(f);
    case errc::connection_failed:
    case errc::connection_lost:
    case errc::closed:
    case errc::handshake_timeout:
    case errc::heartbeat_timeout:
    case errc::resolve_failed:
    case errc::tls_failed:
    case errc::wrong_cluster: throw_as<connection_error>(f);
    }
    throw_as<error>(f);
}

}  // namespace

std::string_view to_string(request_effect effect) noexcept
{
    switch (effect) {
    case request_effect::not_sent: return "not_sent";
    case request_effect::rejected: return "rejected";
    case request_effect::maybe_applied: return "maybe_applied";
    }
    return "unknown";
}

const boost::system::error_category& client_category() noexcept
{
    static const client_category_type instance;
    return instance;
}

const boost::system::error_category& server_category() noexcept
{
    static const server_category_type instance;
    return instance;
}

boost::system::error_code make_error_code(errc code) noexcept
{
    return {static_cast<int>(code), client_category()};
}

boost::system::error_code make_error_code(server_code code) noexcept
{
    return {server_category_type::to_value(code), server_category()};
}

std::optional<server_code> to_server_code(boost::system::error_code code) noexcept
{
    if (code.category() != server_category())
        return std::nullopt;
    return server_category_type::from_value(code.value());
}

std::string failure::describe() const
{
    std::string text = what;
    if (node)
        text += "\n  node:     " + to_string(*node);
    text += "\n  code:     " + code.message() + " (" + code.category().name() + ":" +
            std::to_string(code.value()) + ")";
    text += "\n  effect:   ";
    text += to_string(effect);
    for (const attempt& tried : attempts) {
        text += "\n  attempt:  " + to_string(tried.node) + ", " + std::to_string(tried.duration.count()) +
                " us, ";
        text += to_string(tried.effect);
        text += ": " + tried.reason;
    }
    return text;
}

error::error(failure_ptr f) : system_error(f->code, f->what), failure_(std::move(f)) {}

void throw_failure(const failure_ptr& f)
{
    if (const auto code = to_server_code(f->code))
        throw_server_failure(*code, f);
    if (f->code.category() == client_category())
        throw_client_failure(static_cast<errc>(f->code.value()), f);
    throw_as<error>(f);
}

std::exception_ptr to_exception(const failure_ptr& f) noexcept
{
    try {
        throw_failure(f);
    } catch (...) {
        return std::current_exception();
    }
}

namespace detail {

void throw_query_error(std::string what, std::exception_ptr cause)
{
    failure f;
    f.code = errc::bad_query;
    f.what = std::move(what);
    f.cause = std::move(cause);
    throw_as<query_error>(failure_ptr{std::move(f)});
}

}  // namespace detail

}  // namespace async_cassandra
