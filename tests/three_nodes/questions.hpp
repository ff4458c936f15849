// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/config.hpp>

namespace async_cassandra::testing {

/// Creates and drops so many tables, one after the other, and prints for how many of these changes the result said that
/// all nodes agree, this client's schema showed it at once, and every node said so when asked itself.
void run_ddl(const cluster_config& config, int tables);

/// Starts so many requests at once on the only connection to one node and prints how many failed, how long all took, and
/// by how much the most resident memory grew meanwhile.
void run_burst(cluster_config config, int requests);

}  // namespace async_cassandra::testing
