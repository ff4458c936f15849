// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/observer.hpp"
#include "base/single_writer.hpp"
#include "net/traffic.hpp"

#include <chrono>
#include <memory>
#include <optional>

namespace async_cassandra::detail {

/// What one shard knows of a node at the moment. Stays the same object while the node is known, whatever becomes of the
/// list of nodes and of connections.
struct node_facts {
    using time_point = std::chrono::steady_clock::time_point;

    static constexpr std::chrono::minutes warm_up{1};

    /// A node that was away for less than this is no colder than before.
    static constexpr std::chrono::seconds absence{1};

    /// It came back lately; its caches are cold.
    [[nodiscard]] bool is_cold(time_point now) const noexcept
    {
        return came_back && now - *came_back < warm_up;
    }

    net::traffic counts;
    bool up = false;  ///< At least one connection serves requests, and the node is not silent.
    base::single_writer<base::node_status> status{
        base::node_status::unknown};  ///< May be read on any thread.

    /// When it came up after it was down, or was added to a cluster that this client knew. Empty when it was up from the
    /// beginning: all nodes are new to a new client.
    std::optional<time_point> came_back;
};

using node_facts_ptr = std::shared_ptr<node_facts>;

}  // namespace async_cassandra::detail
