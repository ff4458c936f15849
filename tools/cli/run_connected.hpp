// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/cluster.hpp>

#include <boost/asio/awaitable.hpp>

#include <functional>

namespace async_cassandra::cli {

/// Runs `work` with a cluster of these settings on this thread, to its end. Throws what it throws.
void run_connected(const cluster_config& config, const std::function<asio::awaitable<void>(cluster)>& work);

}  // namespace async_cassandra::cli
