// SPDX-License-Identifier: Apache-2.0
#include "session/server_failure.hpp"

#include "base/failure.hpp"

#include <algorithm>
#include <cctype>
#include <string>

namespace async_cassandra::detail {

namespace {

std::string upper_without_literals(std::string_view cql)
{
    std::string text;
    char quote = 0;
    for (const char c : cql) {
        if (quote != 0)
            quote = c == quote ? char{0} : quote;
        else if (c == '\'' || c == '"')
            quote = c;
        else
            text += std::isspace(static_cast<unsigned char>(c))
                        ? ' '
                        : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    }
    return text;
}

// UNAVAILABLE and OVERLOADED leave nothing behind for a single plain statement. A conditional statement may have begun
// its Paxos rounds, a counter its update on the leader, a batch its batch log. When in doubt, it is one of these.
bool is_single_plain(std::string_view cql)
{
    const std::string text = upper_without_literals(cql);
    const std::size_t first = text.find_first_not_of(' ');
    const std::string_view begin =
        first == std::string::npos ? std::string_view{} : std::string_view{text}.substr(first);
    if (begin.empty() || begin.starts_with("SELECT"))
        return true;
    if (text.find(" IF ") != std::string::npos)
        return false;
    if (begin.starts_with("UPDATE"))
        return text.find_first_of("+-") == std::string::npos;
    return begin.starts_with("INSERT") || begin.starts_with("DELETE");
}

}  // namespace

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
