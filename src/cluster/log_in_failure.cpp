// SPDX-License-Identifier: Apache-2.0
#include "cluster/log_in_failure.hpp"

#include "base/failure.hpp"

namespace async_cassandra::detail {

bool is_final_log_in_failure(const net::close_reason& reason) noexcept
{
    if (reason.code == errc::not_authenticated)
        return true;
    if (reason.server == nullptr || reason.server->code != server_code::bad_credentials)
        return false;
    // Cassandra and ScyllaDB, in this order, when the table of roles cannot be read.
    for (const std::string_view trouble :
         {"Unable to perform authentication",
          "Could not verify password",
          "Cannot achieve consistency level"})
        if (reason.text.find(trouble) != std::string::npos)
            return false;
    return true;
}

failure to_log_in_failure(const endpoint& node, const net::close_reason& reason)
{
    const std::string_view prefix = reason.server != nullptr ? "BAD_CREDENTIALS: " : "";
    failure f = base::make_failure(
        reason.code,
        to_string(node) + ": " + std::string{prefix} + reason.text,
        reason.server != nullptr ? request_effect::rejected : request_effect::not_sent
    );
    f.node = node;
    f.server = reason.server;
    f.cause = reason.cause;
    return f;
}

}  // namespace async_cassandra::detail
