// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/endpoint.hpp>

#include "component/certificates.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <memory>
#include <string>
#include <vector>

namespace boost::asio {
class io_context;
}  // namespace boost::asio

namespace async_cassandra::testing {

struct tls_front_settings {
    identity own;
    std::string client_authority{};  ///< PEM. Not empty: clients must show a certificate of it.
    int highest_version = 0;         ///< TLS1_1_VERSION and the like, at security level 0; 0: any.
    bool silent = false;             ///< Accepts and never begins the handshake.
};

/// A TLS server on 127.0.0.1, on a thread of its own: what comes out of the encryption goes to a server without it, and
/// back.
class tls_front {
public:
    tls_front(const endpoint& behind, tls_front_settings settings);
    ~tls_front();
    tls_front(const tls_front&) = delete;
    tls_front& operator=(const tls_front&) = delete;

    [[nodiscard]] endpoint address() const;

    /// For new connections.
    void show(const identity& other);

    /// Ends all connections in an orderly way for TCP, but not for TLS: without close_notify.
    void cut();

    /// What clients asked for with SNI, connection by connection; empty where one asked for nothing.
    [[nodiscard]] std::vector<std::string> names_asked_for() const;

    /// Handshakes that came to their end.
    [[nodiscard]] std::size_t handshakes() const;

private:
    class server;
    std::unique_ptr<server> server_;
};

/// An event loop of a caller's, run step by step, which may go away at any of them.
class stepped_loop {
public:
    stepped_loop();
    ~stepped_loop();
    stepped_loop(const stepped_loop&) = delete;
    stepped_loop& operator=(const stepped_loop&) = delete;

    [[nodiscard]] boost::asio::any_io_executor executor() const;
    /// Waits for something to run.
    void run_one();
    /// Does not.
    void poll_one();
    void destroy();

private:
    std::unique_ptr<boost::asio::io_context> context_;
};

}  // namespace async_cassandra::testing
