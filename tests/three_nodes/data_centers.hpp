// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/config.hpp>

#include <cstddef>

namespace async_cassandra::testing {

/// Clients that stay in the first data center ("stays"), that may leave it ("allowed"), and that may with the local levels,
/// too ("asked"). They do what each line of the input says, answer with one line of JSON, and close when it ends:
///
///     run CLIENT KEYSPACE LEVEL REQUESTS     half inserts, half selects, all at once
///     connections CLIENT                     of each node
///
/// Keyspaces, each with a table: `both`, with a copy on each node; `there`, only in the other data center; `unmet`, with
/// twice as many copies as there are nodes, so that no quorum is ever met.
void run_data_centers(const cluster_config& config, std::size_t nodes_per_data_center);

}  // namespace async_cassandra::testing
