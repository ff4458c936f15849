// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/topology.hpp>

#include "row_writer.hpp"

#include <span>
#include <string>

namespace async_cassandra::cli {

/// A line, or a JSON object, for each node.
void append_nodes(std::string& out, std::span<const node> nodes, row_format format);

}  // namespace async_cassandra::cli
