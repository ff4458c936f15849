// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/config.hpp>

#include <chrono>
#include <string>
#include <vector>

namespace async_cassandra::cli {

/// Holds the password when there is --user and no --password-file.
inline constexpr const char* password_variable = "ASYNC_CASSANDRA_PASSWORD";

/// Which cluster, and how to speak with it: what all commands have in common.
struct connection_options {
    std::vector<std::string> contact_points{"127.0.0.1"};
    std::uint16_t port = 9042;
    std::string local_dc;  ///< Empty: that of the first node connected to.
    protocol_version protocol = protocol_version::v5;
    async_cassandra::compression compression = async_cassandra::compression::none;
    std::string user;           ///< Empty: no log-in.
    std::string password_file;  ///< Its first line; empty: the environment variable.
    bool tls = false;
    std::string authorities;  ///< PEM file; empty: the system's.
    std::string certificate;  ///< PEM file, shown to nodes that want one.
    std::string key;          ///< PEM file; empty: in `certificate`.
    bool accept_any_certificate = false;
    /// Short, for somebody waits who may have mistyped the port.
    std::chrono::milliseconds connect_timeout{5'000};

    /// Reads the password. Throws `configuration_error` when that cannot be done.
    [[nodiscard]] cluster_config to_config() const;
};

}  // namespace async_cassandra::cli
