// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/row.hpp>

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace async_cassandra::cli {

/// What stands after WITH in the CREATE statement of a table or view, beside the order of its rows and the comment:
/// "gc_grace_seconds = 864000" and so on, by name.
using table_options = std::vector<std::string>;

/// Those of each table and view, by keyspace and name. Virtual tables have none.
using all_table_options = std::map<std::pair<std::string, std::string>, table_options>;

/// Takes a row of system_schema.tables or system_schema.views. Every column is an option that does not say which table it
/// is or what it is made of; so options of servers that are newer than this are taken, too. Null ones are left out.
void add_table_options(all_table_options& to, const row& from);

}  // namespace async_cassandra::cli
