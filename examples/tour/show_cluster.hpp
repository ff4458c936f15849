// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/cluster.hpp>

namespace tour {

/// Prints nodes, a table, and which nodes have one of its rows.
void show_cluster(const async_cassandra::cluster& cluster);

}  // namespace tour
