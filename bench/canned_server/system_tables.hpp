// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "envelope.hpp"
#include "statement_text.hpp"

#include <functional>
#include <map>

namespace async_cassandra::bench {

using table_columns = std::vector<column>;

enum class system_answer { rows, no_such_table, no_such_column };

/// The little that a driver asks the system tables for: one row of system.local, and nothing in all others.
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
    system_answer select_local(const select_parts& parts, byte_buffer& body, std::string& name) const;

    std::vector<local_cell> local_;
    std::map<std::string, table_columns, std::less<>> empty_tables_;
};

}  // namespace async_cassandra::bench
