// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/config.hpp>
#include <async_cassandra/schema.hpp>

#include "nodes_report.hpp"
#include "table_options.hpp"

#include <vector>

namespace async_cassandra::cli {

struct described_schema {
    schema known;
    all_table_options options;
};

/// Connects, reads the schema, and closes. Throws what keeps it from that.
[[nodiscard]] described_schema read_schema(const cluster_config& config);

/// Connects, asks each node for a sign of life, side by side, and closes. Sorted by data center, rack and address. Why a node
/// gives none is told on standard error. Throws what keeps it from finding any.
[[nodiscard]] std::vector<asked_node> ask_nodes(const cluster_config& config);

}  // namespace async_cassandra::cli
