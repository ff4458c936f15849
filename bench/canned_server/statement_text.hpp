// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace async_cassandra::bench {

/// Single spaces, no semicolon at the end, letters outside quotes in lower case.
std::string normalise_statement(std::string_view text);

/// The words of a normalised statement: runs without spaces, parentheses and commas.
std::vector<std::string> statement_words(std::string_view normalised);

/// A select from a normalised statement.
struct select_parts {
    /// Empty for `*`.
    std::vector<std::string> columns;
    std::string keyspace;
    std::string table;
};

/// False when it is no `SELECT ... FROM keyspace.table`.
bool read_select(std::string_view normalised, select_parts& parts);

/// What a DDL statement changes, in the words of a schema change result.
struct schema_change {
    std::string change;
    std::string target;
    std::string keyspace;
    std::string name;
};

enum class ddl_reading { not_ddl, no_answer_fields, missing_keyspace, change };

/// `no_answer_fields`: DDL of a kind that is answered with a void result.
ddl_reading read_ddl(std::string_view normalised, std::string_view current_keyspace, schema_change& change);

/// Without the double quotes round it.
std::string unquoted(std::string_view identifier);

}  // namespace async_cassandra::bench
