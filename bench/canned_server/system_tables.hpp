// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "envelope.hpp"
#include "statement_text.hpp"

#include <functional>
#include <map>

namespace async_cassandra::bench {

using table_columns = std::vector<column>;

enum class system_answer { rows, no_such_table, no_such_column };

/// The little that a driver asks the system tables for: one row of system.local, the keyspace of the statements in
/// system_schema.keyspaces, so that requests have replicas, and nothing in all others.
class system_tables {
public:
    explicit system_tables(std::uint16_t port);

    /// Puts the body of a RESULT of rows into `body`, or says in `name` what is not there.
    system_answer select(const select_parts& parts, byte_buffer& body, std::string& name) const;

    static bool holds(std::string_view keyspace);

private:
    struct local_cell {
        column named;
        byte_buffer value;
    };

    void add_local(std::uint16_t port);
    void add_keyspace();
    static system_answer select_row(
        const std::vector<local_cell>& row, const select_parts& parts, byte_buffer& body, std::string& name
    );

    std::vector<local_cell> local_;
    std::vector<local_cell> keyspace_;
    std::map<std::string, table_columns, std::less<>> empty_tables_;
};

}  // namespace async_cassandra::bench
