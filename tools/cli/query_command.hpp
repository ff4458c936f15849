// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connection_options.hpp"
#include "row_writer.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace async_cassandra::cli {

struct query_options {
    connection_options connection;
    std::string cql;
    std::vector<std::string> parameters;  ///< As typed: CQL literals.
    std::string keyspace;
    row_format format = row_format::table;
    std::optional<async_cassandra::consistency> consistency;
    std::optional<std::int32_t> page_size;
    std::optional<std::chrono::milliseconds> timeout;
};

/// Runs the statement and streams its rows to standard output. Throws what went wrong.
void run_query(const query_options& options);

}  // namespace async_cassandra::cli
