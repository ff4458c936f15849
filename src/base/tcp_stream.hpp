// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/environment.hpp"
#include "base/transport.hpp"

#include <memory>
#include <string>

namespace async_cassandra::base {

/// Connects over TCP, then, when the transport says so, over TLS.
[[nodiscard]] std::unique_ptr<pending_operation> connect_tcp(
    const asio::any_io_executor& executor,
    std::shared_ptr<const transport> how,
    const endpoint& to,
    const std::string& host,
    connect_handler done
);

}  // namespace async_cassandra::base
