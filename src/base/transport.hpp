// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/config.hpp>
#include <async_cassandra/types/inet.hpp>

#include <memory>

namespace async_cassandra::base {

class tls_context;

/// How the connections of one cluster are made. Shared by its shards.
struct transport {
    bool no_delay = true;
    std::optional<std::chrono::seconds> keepalive;
    std::optional<std::chrono::milliseconds> user_timeout;
    std::optional<inet> local_address;
    std::shared_ptr<tls_context> tls;  ///< Null: in the clear.
};

/// Reads certificates. Throws `configuration_error`.
[[nodiscard]] std::shared_ptr<const transport> make_transport(const cluster_config& config);

}  // namespace async_cassandra::base
