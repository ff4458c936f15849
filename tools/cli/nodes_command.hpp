// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connection_options.hpp"
#include "row_writer.hpp"

#include <chrono>
#include <optional>

namespace async_cassandra::cli {

struct nodes_options {
    connection_options connection;
    row_format format = row_format::table;
    std::optional<std::chrono::milliseconds> timeout;  ///< Of each node's answer.
};

/// Writes the nodes of the cluster to standard output, each with the time it took to answer a probe; those that did not
/// are down, and standard error says why. Throws what kept it from finding any.
void run_nodes(const nodes_options& options);

}  // namespace async_cassandra::cli
