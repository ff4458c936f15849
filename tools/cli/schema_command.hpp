// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connection_options.hpp"

#include <string>

namespace async_cassandra::cli {

struct schema_options {
    connection_options connection;
    std::string keyspace;  ///< Empty: all but the server's own.
    std::string table;     ///< Or a view; empty: all of the keyspace.
};

/// Writes the schema to standard output as CREATE statements. Throws when there is no such keyspace or table, and what
/// kept it from reading.
void run_schema(const schema_options& options);

}  // namespace async_cassandra::cli
