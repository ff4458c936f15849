// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/environment.hpp"
#include "base/tls_context.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <memory>
#include <string>

namespace async_cassandra::base {

/// Makes a TLS connection of a TCP connection. What goes wrong has the code `errc::tls_failed` or that of the socket, and
/// a text in `detail()`, which otherwise is empty when TLS stands and tells that it does not stand yet before.
[[nodiscard]] std::unique_ptr<pending_operation> start_tls(
    asio::ip::tcp::socket socket,
    std::shared_ptr<tls_context> context,
    const endpoint& node,
    const std::string& host,
    connect_handler done
);

}  // namespace async_cassandra::base
