// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "simulation/simulated_client.hpp"
#include "support/addresses.hpp"
#include "support/builtin_statements.hpp"
#include "support/cluster_carriers.hpp"
#include "support/fake_cluster.hpp"
#include "support/fake_node.hpp"

#include <utility>
#include <vector>

namespace async_cassandra::testing {

struct played_node {
    fake_node node;
};

/// One node, one client, one virtual clock.
class simulated_session : protected played_node, public simulated_client {
protected:
    simulated_session() { world.network().listen(address, node); }

    [[nodiscard]] network_conditions& weather() { return world.network().conditions(address); }

    static constexpr endpoint address = loopback_address();
    const std::vector<column> number = columns_of("ks", "t", "n bigint");
};

struct played_cluster {
    explicit played_cluster(fake_cluster_settings settings) : nodes(std::move(settings)) {}

    fake_cluster nodes;
};

/// A cluster, one client whose contact points are all its nodes, one virtual clock.
class simulated_cluster_session : protected played_cluster, public simulated_client {
protected:
    explicit simulated_cluster_session(fake_cluster_settings settings = {})
        : played_cluster(std::move(settings)), carrier(nodes, world.network())
    {
        config.contact_points.clear();
        for (std::size_t i = 0; i < nodes.size(); ++i)
            config.contact_points.push_back(to_string(nodes.address(i)));
    }

    simulated_carrier carrier;
};

}  // namespace async_cassandra::testing
