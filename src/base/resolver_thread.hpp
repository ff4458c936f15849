// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/environment.hpp"

namespace async_cassandra::base {

/// Looks a host name up on a thread that nobody joins: getaddrinfo may block for many seconds, and neither closing
/// nor destroying anything may wait for it. Destroying the returned object gives the look-up up.
[[nodiscard]] std::unique_ptr<pending_operation> resolve_on_thread(
    const asio::any_io_executor& executor, const std::string& host, resolve_handler done
);

}  // namespace async_cassandra::base
