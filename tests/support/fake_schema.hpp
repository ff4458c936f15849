// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/answer.hpp"

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace async_cassandra::testing {

struct schema_column {
    std::string name;
    std::string type;                       ///< As CQL.
    std::string kind = "regular";           ///< partition_key, clustering, static or regular.
    std::int32_t position = -1;             ///< In its key; -1 outside.
    std::string clustering_order = "none";  ///< asc or desc of a clustering column.
};

struct schema_index {
    std::string name;
    std::string target;
};

/// A table or a materialized view.
struct schema_table {
    std::uint64_t number = 0;  ///< Of its id.
    std::vector<schema_column> columns;
    std::vector<schema_index> indexes;
    std::string base;          ///< Of a view: its table; else empty.
    std::string where_clause;  ///< Of a view.

    [[nodiscard]] const schema_column* find(std::string_view column) const;
    /// Columns of the partition key in its order.
    [[nodiscard]] std::vector<const schema_column*> partition_key() const;
};

struct schema_type {
    std::vector<std::pair<std::string, std::string>> fields;
};

struct schema_keyspace {
    /// As the server keeps it: `class` with its package first.
    std::vector<std::pair<std::string, std::string>> replication;
    bool durable_writes = true;
    std::map<std::string, schema_table, std::less<>> tables{};
    std::map<std::string, schema_type, std::less<>> types{};
};

/// What a server knows of keyspaces and what is in them.
class fake_schema {
public:
    std::map<std::string, schema_keyspace, std::less<>> keyspaces;

    [[nodiscard]] const schema_keyspace* find(std::string_view keyspace) const;
    [[nodiscard]] const schema_table* find(std::string_view keyspace, std::string_view table) const;

    /// The keyspaces that every server has, with their replication.
    void add_system_keyspaces();
    /// SimpleStrategy with one replica, unless it is there.
    void add_keyspace(std::string name);

    /// Carries out CREATE, ALTER or DROP of a keyspace, table, type, index or view: a schema change, nothing at all
    /// (IF [NOT] EXISTS), or the server's error. Unknown options are passed over. `data_centers`: for which a
    /// `replication_factor` of NetworkTopologyStrategy stands.
    [[nodiscard]] answer apply(
        std::string_view text, std::string_view keyspace, std::span<const std::string> data_centers
    );

    /// Rows of `system_schema.<table>` in the order of its columns.
    [[nodiscard]] std::vector<row> rows_of(std::string_view table) const;

    /// Counts what was made, for ids.
    std::uint64_t made = 0;
};

}  // namespace async_cassandra::testing
