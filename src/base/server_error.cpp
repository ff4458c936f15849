// SPDX-License-Identifier: Apache-2.0
#include <async_cassandra/server_error.hpp>

namespace async_cassandra {

std::string_view to_string(server_code code) noexcept
{
    switch (code) {
    case server_code::server_error: return "SERVER_ERROR";
    case server_code::protocol_error: return "PROTOCOL_ERROR";
    case server_code::bad_credentials: return "BAD_CREDENTIALS";
    case server_code::unavailable: return "UNAVAILABLE";
    case server_code::overloaded: return "OVERLOADED";
    case server_code::is_bootstrapping: return "IS_BOOTSTRAPPING";
    case server_code::truncate_error: return "TRUNCATE_ERROR";
    case server_code::write_timeout: return "WRITE_TIMEOUT";
    case server_code::read_timeout: return "READ_TIMEOUT";
    case server_code::read_failure: return "READ_FAILURE";
    case server_code::function_failure: return "FUNCTION_FAILURE";
    case server_code::write_failure: return "WRITE_FAILURE";
    case server_code::cdc_write_failure: return "CDC_WRITE_FAILURE";
    case server_code::cas_write_unknown: return "CAS_WRITE_UNKNOWN";
    case server_code::syntax_error: return "SYNTAX_ERROR";
    case server_code::unauthorized: return "UNAUTHORIZED";
    case server_code::invalid: return "INVALID";
    case server_code::config_error: return "CONFIG_ERROR";
    case server_code::already_exists: return "ALREADY_EXISTS";
    case server_code::unprepared: return "UNPREPARED";
    }
    return "UNKNOWN";
}

}  // namespace async_cassandra
