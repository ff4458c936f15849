// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/fake_cluster.hpp"
#include "support/loopback_server.hpp"
#include "support/simulated_network.hpp"

#include <map>
#include <memory>

namespace async_cassandra::testing {

/// Carries a cluster through the network in memory. Make it after the cluster and its world; the nodes outlive the world.
class simulated_carrier final : public cluster_carrier {
public:
    simulated_carrier(fake_cluster& cluster, simulated_network& network) : network_(network)
    {
        cluster.carried_by(*this);
    }

    void listen(const endpoint& at, peer& node) override { network_.listen(at, node); }
    void stop_listening(const endpoint& at) override { network_.stop_listening(at); }

private:
    simulated_network& network_;
};

/// Carries a cluster over real sockets: a thread for each node, all on one free port of addresses of their own. Ends
/// before the cluster does.
class loopback_cluster final : public cluster_carrier {
public:
    explicit loopback_cluster(fake_cluster& cluster);

    void listen(const endpoint& at, peer& node) override;
    void stop_listening(const endpoint& at) override;

private:
    std::map<endpoint, std::unique_ptr<loopback_server>> servers_;
};

}  // namespace async_cassandra::testing
