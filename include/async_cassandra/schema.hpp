// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/types/data_type.hpp>
#include <async_cassandra/types/uuid.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// \file
/// What the client knows of keyspaces and tables. Names are as they are, not as CQL writes them: table
/// "Users" is `Users` without quotes.
namespace async_cassandra {

/// What a column is to its table.
enum class column_kind : std::uint8_t { partition_key, clustering, static_, regular };

/// "partition_key", "clustering", "static" or "regular", as the server writes it.
[[nodiscard]] std::string_view to_string(column_kind kind) noexcept;

struct column_metadata {
    std::string name;
    data_type type;        ///< A custom type by the name of `cql_type`, when that cannot be read.
    std::string cql_type;  ///< As the server writes it: "frozen<list<int>>".
    column_kind kind = column_kind::regular;
    std::int32_t position = -1;  ///< From 0, in the partition key or among the clustering columns; else -1.
    bool descending = false;     ///< A clustering column whose rows come in descending order.
};

struct index_metadata {
    std::string name;
    std::string kind;                            ///< "COMPOSITES", "KEYS" or "CUSTOM".
    std::map<std::string, std::string> options;  ///< "target" among them; "class_name" of a custom one.
};

struct table_metadata {
    std::string keyspace;
    std::string name;
    std::optional<uuid> id;  ///< Virtual tables have none.
    std::string comment;
    /// The partition key, then clustering columns, both in their order; then static and then other columns by
    /// name.
    std::vector<column_metadata> columns;
    std::vector<index_metadata> indexes;  ///< By name.

    /// The first of the columns. Valid as long as this.
    [[nodiscard]] std::span<const column_metadata> partition_key() const noexcept;

    /// Those that follow. Valid as long as this.
    [[nodiscard]] std::span<const column_metadata> clustering_key() const noexcept;

    /// The column with this name; null when there is none. Valid as long as this.
    [[nodiscard]] const column_metadata* find_column(std::string_view name) const noexcept;
};

/// A materialized view: a table that the server keeps.
struct view_metadata {
    table_metadata table;
    std::string base_table;
    std::string where_clause;
    bool includes_all_columns = false;
};

struct keyspace_metadata {
    std::string name;
    /// As the server has it: "class" and its options. Empty for a virtual keyspace.
    std::map<std::string, std::string> replication;
    bool durable_writes = true;
    bool is_virtual = false;
    std::vector<table_metadata> tables;  ///< By name, without views.
    std::vector<view_metadata> views;    ///< By name.
    std::vector<data_type> user_types;   ///< By name.

    /// Null when there is none. Valid as long as this.
    [[nodiscard]] const table_metadata* find_table(std::string_view table) const noexcept;
    [[nodiscard]] const view_metadata* find_view(std::string_view view) const noexcept;
    [[nodiscard]] const data_type* find_user_type(std::string_view type) const noexcept;
};

/// What the client knew of the cluster's keyspaces at one moment. Immutable and cheap to copy: copies share.
/// May be read from any thread, by several at once. What it returns is valid as long as any copy of it.
class schema {
public:
    using keyspace_list = std::vector<std::shared_ptr<const keyspace_metadata>>;

    /// No keyspaces.
    schema() noexcept = default;

    /// Made by the cluster: sorted by name, each once.
    explicit schema(keyspace_list keyspaces);

    /// All keyspaces by name. None is null. They may be kept, each by itself.
    [[nodiscard]] std::span<const std::shared_ptr<const keyspace_metadata>> keyspaces() const& noexcept;
    void keyspaces() const&& = delete;

    /// Null when there is none.
    [[nodiscard]] const keyspace_metadata* find(std::string_view keyspace) const& noexcept;
    void find(std::string_view) const&& = delete;

    /// Null when there is none. Views are tables too.
    [[nodiscard]] const table_metadata* find(std::string_view keyspace, std::string_view table)
        const& noexcept;
    void find(std::string_view, std::string_view) const&& = delete;

private:
    std::shared_ptr<const keyspace_list> keyspaces_;
};

}  // namespace async_cassandra
