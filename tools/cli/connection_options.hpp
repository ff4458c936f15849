// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/config.hpp>

#include <string>
#include <vector>

namespace async_cassandra::cli {

/// Which cluster, and how to speak with it: what all commands have in common.
struct connection_options {
    std::vector<std::string> contact_points{"127.0.0.1"};
    std::uint16_t port = 9042;
    protocol_version protocol = protocol_version::v5;

    [[nodiscard]] cluster_config to_config() const
    {
        cluster_config config;
        config.contact_points = contact_points;
        config.port = port;
        config.protocol = protocol;
        return config;
    }
};

}  // namespace async_cassandra::cli
