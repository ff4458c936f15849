// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/schema.hpp>

#include <string>

namespace async_cassandra::cli {

// What follows is written as CREATE statements that the server takes back, in an order in which it does. Of the options of
// a table these are the order of its rows and its comment: the client knows no others.

/// The keyspace, its user-defined types, tables with their indexes, and views.
void append_keyspace(std::string& out, const keyspace_metadata& keyspace);

/// The table and its indexes.
void append_table(std::string& out, const table_metadata& table);

void append_view(std::string& out, const view_metadata& view);

}  // namespace async_cassandra::cli
