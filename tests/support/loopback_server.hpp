// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/endpoint.hpp>

#include "support/peer.hpp"

#include <memory>

namespace async_cassandra::testing {

/// Carries a peer over real sockets on an address of this machine, on a thread of its own, from construction to destruction.
class loopback_server {
public:
    /// At 127.0.0.1, on a free port or on the given one (for a server that comes back). `server` must outlive it. Throws
    /// when the port is taken.
    explicit loopback_server(peer& server, std::uint16_t port = 0);
    loopback_server(peer& server, const async_cassandra::endpoint& at);
    ~loopback_server();
    loopback_server(const loopback_server&) = delete;
    loopback_server& operator=(const loopback_server&) = delete;

    [[nodiscard]] async_cassandra::endpoint endpoint() const noexcept;
    /// New connections are refused from now on; open ones stay.
    void stop_listening();
    /// As when the process is killed: all connections get a reset, new ones are refused. Returns when that is done.
    void kill();

private:
    class carrier;
    std::unique_ptr<carrier> carrier_;
};

/// A port of 127.0.0.1 on which nobody listens.
[[nodiscard]] async_cassandra::endpoint closed_port();

}  // namespace async_cassandra::testing
