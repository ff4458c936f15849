// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/schema.hpp>

#include "table_options.hpp"

#include <string>

namespace async_cassandra::cli {

// What follows is written as CREATE statements that the server takes back, in an order in which it does. Tables and views
// that `options` does not name have no options but the order of their rows and their comment.

/// The keyspace, its user-defined types, tables with their indexes, and views.
void append_keyspace(std::string& out, const keyspace_metadata& keyspace, const all_table_options& options);

/// The table and its indexes.
void append_table(std::string& out, const table_metadata& table, const all_table_options& options);

void append_view(std::string& out, const view_metadata& view, const all_table_options& options);

}  // namespace async_cassandra::cli
