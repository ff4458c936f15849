// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/cluster.hpp>

#include "cluster/cluster_core.hpp"
#include "support/simulated_world.hpp"

#include <memory>
#include <utility>
#include <vector>

namespace async_cassandra::testing {

/// A cluster of the library in a simulated world.
[[nodiscard]] inline cluster make_simulated_cluster(simulated_world& world, cluster_config config)
{
    detail::check_config(config);
    std::vector<std::unique_ptr<base::environment>> environments;
    for (unsigned i = 0; i < config.io_threads; ++i)
        environments.push_back(world.make_environment());
    return cluster{detail::cluster_core::create(std::move(environments), std::move(config))};
}

}  // namespace async_cassandra::testing
