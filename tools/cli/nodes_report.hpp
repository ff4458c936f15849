// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/topology.hpp>

#include "row_writer.hpp"

#include <chrono>
#include <optional>
#include <span>
#include <string>

namespace async_cassandra::cli {

struct asked_node {
    node about;
    std::optional<std::chrono::nanoseconds> latency;  ///< Of its answer; empty: there was none, it is down.
};

/// A line, or a JSON object, for each node.
void append_nodes(std::string& out, std::span<const asked_node> nodes, row_format format);

}  // namespace async_cassandra::cli
