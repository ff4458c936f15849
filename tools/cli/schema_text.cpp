// SPDX-License-Identifier: Apache-2.0
#include "schema_text.hpp"

#include <async_cassandra/types/literal.hpp>

#include <algorithm>
#include <set>

namespace async_cassandra::cli {

namespace {

std::string name_of(std::string_view name)
{
    std::string out;
    append_cql_name(out, name);
    return out;
}

std::string name_of(std::string_view keyspace, std::string_view name)
{
    return name_of(keyspace) + '.' + name_of(name);
}

/// {'class': 'SimpleStrategy', 'replication_factor': '3'}
void append_options(std::string& out, const std::map<std::string, std::string>& options)
{
    out += '{';
    for (const char* separator = ""; const auto& [name, value] : options) {
        out += separator;
        append_cql_string(out, name);
        out += ": ";
        append_cql_string(out, value);
        separator = ", ";
    }
    out += '}';
}

/// Within a user-defined type user-defined types are frozen, and everything that is within something else.
void append_field_type(std::string& out, const data_type& type, bool inner)
{
    const bool udt = type.kind() == type_kind::udt;
    const bool list = type.kind() == type_kind::list || type.kind() == type_kind::set;
    const bool map = type.kind() == type_kind::map;
    const bool frozen = udt || (inner && (list || map));
    if (frozen)
        out += "frozen<";
    if (udt)
        out += name_of(type.name());
    else if (list || map || type.kind() == type_kind::tuple || type.kind() == type_kind::vector) {
        const char* name = map ? "map<" : type.kind() == type_kind::tuple ? "tuple<" : "vector<";
        out += type.kind() == type_kind::list ? "list<" : type.kind() == type_kind::set ? "set<" : name;
        for (const char* separator = ""; const data_type& element : type.elements()) {
            out += separator;
            append_field_type(out, element, true);
            separator = ", ";
        }
        if (type.kind() == type_kind::vector)
            out += ", " + std::to_string(type.dimension());
        out += '>';
    } else
        out += type.to_string();
    if (frozen)
        out += '>';
}

void append_user_type(std::string& out, const data_type& type)
{
    out += "CREATE TYPE " + name_of(type.keyspace(), type.name()) + " (";
    for (std::size_t i = 0; i < type.field_names().size(); ++i) {
        out += i == 0 ? "\n    " : ",\n    ";
        append_cql_name(out, type.field_names()[i]);
        out += ' ';
        append_field_type(out, type.elements()[i], false);
    }
    out += "\n);\n";
}

/// What the type is made of comes before it.
void append_with_parts(
    std::string& out,
    const keyspace_metadata& keyspace,
    const data_type& type,
    std::set<std::string_view>& written
)
{
    for (const data_type& part : type.elements())
        append_with_parts(out, keyspace, part, written);
    if (type.kind() != type_kind::udt || keyspace.find_user_type(type.name()) == nullptr ||
        !written.insert(type.name()).second)
        return;
    out += '\n';
    append_user_type(out, type);
}

/// PRIMARY KEY ((a, b), c)
void append_primary_key(std::string& out, const table_metadata& table)
{
    const auto partition = table.partition_key();
    out += partition.size() > 1 ? "PRIMARY KEY ((" : "PRIMARY KEY (";
    for (const char* separator = ""; const column_metadata& each : partition) {
        out += separator;
        append_cql_name(out, each.name);
        separator = ", ";
    }
    if (partition.size() > 1)
        out += ')';
    for (const column_metadata& each : table.clustering_key()) {
        out += ", ";
        append_cql_name(out, each.name);
    }
    out += ')';
}

/// CLUSTERING ORDER BY (c DESC)
std::string clustering_order(const table_metadata& table)
{
    std::string out = "CLUSTERING ORDER BY (";
    for (const char* separator = ""; const column_metadata& each : table.clustering_key()) {
        out += separator;
        append_cql_name(out, each.name);
        out += each.descending ? " DESC" : " ASC";
        separator = ", ";
    }
    return out + ')';
}

/// WITH CLUSTERING ORDER BY (c DESC) AND comment = 'x' AND …, or nothing. It begins with `word`.
void append_with(
    std::string& out, const table_metadata& table, const all_table_options& options, const char* word
)
{
    const auto append_one = [&](std::string_view text) {
        out += word;
        out += text;
        word = "\n    AND ";
    };
    if (std::ranges::any_of(table.clustering_key(), &column_metadata::descending))
        append_one(clustering_order(table));
    if (!table.comment.empty()) {
        append_one("comment = ");
        append_cql_string(out, table.comment);
    }
    if (const auto found = options.find({table.keyspace, table.name}); found != options.end())
        for (const std::string& each : found->second)
            append_one(each);
}

void append_index(std::string& out, const table_metadata& table, const index_metadata& index)
{
    constexpr std::string_view target = "target";
    constexpr std::string_view class_name = "class_name";
    std::map<std::string, std::string> rest = index.options;
    const auto take = [&](std::string_view name) {
        const auto found = rest.extract(std::string{name});
        return found ? found.mapped() : std::string{};
    };
    const std::string on = take(target);
    const std::string by = take(class_name);
    out += by.empty() ? "CREATE INDEX " : "CREATE CUSTOM INDEX ";
    out += name_of(index.name) + " ON " + name_of(table.keyspace, table.name) + " (" + on + ')';
    if (!by.empty()) {
        out += " USING ";
        append_cql_string(out, by);
    }
    if (!rest.empty() && !by.empty()) {
        out += " WITH OPTIONS = ";
        append_options(out, rest);
    }
    out += ";\n";
}

void append_columns(std::string& out, const table_metadata& table, const all_table_options& options)
{
    out += name_of(table.keyspace, table.name) + " (\n";
    for (const column_metadata& each : table.columns) {
        out += "    " + name_of(each.name) + ' ' + each.cql_type;
        out += each.kind == column_kind::static_ ? " STATIC,\n" : ",\n";
    }
    out += "    ";
    append_primary_key(out, table);
    out += "\n)";
    append_with(out, table, options, " WITH ");
    out += ";\n";
}

}  // namespace

void append_keyspace(std::string& out, const keyspace_metadata& keyspace, const all_table_options& options)
{
    if (keyspace.is_virtual) {
        out += "/*\nVIRTUAL KEYSPACE " + name_of(keyspace.name) + ";\n*/\n";
    } else {
        out += "CREATE KEYSPACE " + name_of(keyspace.name) + " WITH replication = ";
        append_options(out, keyspace.replication);
        out += keyspace.durable_writes ? " AND durable_writes = true;\n" : " AND durable_writes = false;\n";
    }
    std::set<std::string_view> written;
    for (const data_type& each : keyspace.user_types)
        append_with_parts(out, keyspace, each, written);
    for (const table_metadata& each : keyspace.tables) {
        out += '\n';
        append_table(out, each, options);
    }
    for (const view_metadata& each : keyspace.views) {
        out += '\n';
        append_view(out, each, options);
    }
}

void append_table(std::string& out, const table_metadata& table, const all_table_options& options)
{
    // What the server makes up as it is asked cannot be created: a comment, as the server's DESCRIBE has it.
    const bool is_virtual = !table.id;
    out += is_virtual ? "/*\nVIRTUAL TABLE " : "CREATE TABLE ";
    append_columns(out, table, options);
    if (is_virtual)
        out += "*/\n";
    for (const index_metadata& each : table.indexes)
        append_index(out, table, each);
}

void append_view(std::string& out, const view_metadata& view, const all_table_options& options)
{
    out += "CREATE MATERIALIZED VIEW " + name_of(view.table.keyspace, view.table.name) + " AS\n    SELECT ";
    if (view.includes_all_columns)
        out += '*';
    else
        for (const char* separator = ""; const column_metadata& each : view.table.columns) {
            out += separator;
            append_cql_name(out, each.name);
            separator = ", ";
        }
    out += "\n    FROM " + name_of(view.table.keyspace, view.base_table) + "\n    WHERE " +
           view.where_clause + "\n    ";
    append_primary_key(out, view.table);
    append_with(out, view.table, options, "\n    WITH ");
    out += ";\n";
}

}  // namespace async_cassandra::cli
