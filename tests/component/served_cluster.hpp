// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/cluster.hpp>

#include "component/closed_cluster.hpp"
#include "support/cluster_carriers.hpp"
#include "support/fake_cluster.hpp"

#include <chrono>
#include <cstddef>
#include <utility>

namespace async_cassandra::testing {

/// A played cluster on addresses of 127.0.0.0/8.
struct served_cluster {
    explicit served_cluster(fake_cluster_settings settings = {}) : nodes(std::move(settings)), carrier(nodes)
    {}

    /// Limits that let a test see them pass. All nodes are contact points.
    [[nodiscard]] cluster_config config(protocol_version version = protocol_version::v5) const
    {
        cluster_config c;
        c.contact_points.clear();
        for (std::size_t i = 0; i < nodes.size(); ++i)
            c.contact_points.push_back(to_string(nodes.address(i)));
        c.protocol = version;
        c.request_timeout = std::chrono::seconds{5};
        c.connect_timeout = std::chrono::seconds{5};
        c.drain_timeout = std::chrono::milliseconds{300};
        return c;
    }

    fake_cluster nodes;
    loopback_cluster carrier;
};

}  // namespace async_cassandra::testing
