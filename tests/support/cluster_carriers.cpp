// SPDX-License-Identifier: Apache-2.0
#include "support/cluster_carriers.hpp"

#include <boost/system/system_error.hpp>

namespace async_cassandra::testing {

loopback_cluster::loopback_cluster(fake_cluster& cluster)
{
    // A port that is free at one address may be taken at another.
    constexpr int most_tries = 50;
    for (int tries = 1;; ++tries) {
        cluster.set_port(closed_port().port);
        try {
            cluster.carried_by(*this);
            return;
        } catch (const boost::system::system_error&) {
            servers_.clear();
            if (tries == most_tries)
                throw;
        }
    }
}

void loopback_cluster::listen(const endpoint& at, peer& node)
{
    servers_.erase(at);
    servers_.emplace(at, std::make_unique<loopback_server>(node, at));
}

void loopback_cluster::stop_listening(const endpoint& at)
{
    servers_.at(at)->stop_listening();
}

}  // namespace async_cassandra::testing
