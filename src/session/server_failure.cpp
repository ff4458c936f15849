// SPDX-License-Identifier: Apache-2.0
#include "session/server_failure.hpp"

#include "base/failure.hpp"
#include "session/statement_text.hpp"

#include <string>

namespace async_cassandra::detail {

request_effect effect_of(server_code code, std::string_view cql) noexcept
{
    switch (code) {
    case server_code::protocol_error:
    case server_code::bad_credentials:
    case server_code::is_bootstrapping:
    case server_code::syntax_error:
    case server_code::unauthorized:
    case server_code::invalid:
    case server_code::config_error:
    case server_code::already_exists:
    case server_code::unprepared: return request_effect::rejected;
    case server_code::unavailable:
    case server_code::overloaded:
        return is_single_plain(cql) ? request_effect::rejected : request_effect::maybe_applied;
    default: return request_effect::maybe_applied;
    }
}

failure to_failure(std::shared_ptr<const server_error_details> details, std::string_view cql)
{
    const boost::system::error_code code = make_error_code(details->code);
    failure f =
        base::make_failure(code, code.message() + ": " + details->message, effect_of(details->code, cql));
    f.server = std::move(details);
    return f;
}

}  // namespace async_cassandra::detail
