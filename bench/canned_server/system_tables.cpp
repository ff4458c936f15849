// SPDX-License-Identifier: Apache-2.0
#include "system_tables.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace async_cassandra::bench {

namespace {

using namespace column_types;

struct described_table {
    std::string_view name;
    std::string_view columns;
};

constexpr std::array<described_table, 11> described_tables{{
    {"system.peers_v2",
     "peer inet; peer_port int; data_center text; host_id uuid; native_address inet; native_port int; "
     "preferred_ip inet; preferred_port int; rack text; release_version text; schema_version uuid; "
     "tokens set<text>"},
    {"system.peers",
     "peer inet; data_center text; host_id uuid; preferred_ip inet; rack text; release_version text; "
     "rpc_address inet; schema_version uuid; tokens set<text>"},
    {"system_schema.keyspaces", "keyspace_name text; durable_writes boolean; replication map<text, text>"},
    {"system_schema.tables",
     "keyspace_name text; table_name text; bloom_filter_fp_chance double; caching map<text, text>; comment "
     "text; "
     "compaction map<text, text>; compression map<text, text>; default_time_to_live int; "
     "extensions map<text, blob>; flags set<text>; gc_grace_seconds int; id uuid"},
    {"system_schema.columns",
     "keyspace_name text; table_name text; column_name text; clustering_order text; column_name_bytes blob; "
     "kind text; position int; type text"},
    {"system_schema.types",
     "keyspace_name text; type_name text; field_names list<text>; field_types list<text>"},
    {"system_schema.functions",
     "keyspace_name text; function_name text; argument_types list<text>; argument_names list<text>; body "
     "text; "
     "called_on_null_input boolean; language text; return_type text"},
    {"system_schema.aggregates",
     "keyspace_name text; aggregate_name text; argument_types list<text>; final_func text; initcond text; "
     "return_type text; state_func text; state_type text"},
    {"system_schema.indexes",
     "keyspace_name text; table_name text; index_name text; kind text; options map<text, text>"},
    {"system_schema.views",
     "keyspace_name text; view_name text; base_table_id uuid; base_table_name text; id uuid; "
     "include_all_columns boolean; where_clause text"},
    {"system_schema.triggers",
     "keyspace_name text; table_name text; trigger_name text; options map<text, text>"},
}};

const column_type& type_named(std::string_view name)
{
    static const std::map<std::string_view, column_type> types{
        {"blob", blob},
        {"boolean", boolean},
        {"double", real},
        {"inet", inet},
        {"int", integer},
        {"list<text>", {0x20, 0x0D}},
        {"map<text, blob>", {0x21, 0x0D, 0x03}},
        {"map<text, text>", {0x21, 0x0D, 0x0D}},
        {"set<text>", text_set},
        {"text", text},
        {"uuid", uuid},
    };
    return types.at(name);
}

table_columns read_columns(std::string_view description)
{
    table_columns columns;
    while (!description.empty()) {
        const std::string_view one = description.substr(0, description.find("; "));
        const std::size_t space = one.find(' ');
        columns.push_back({std::string(one.substr(0, space)), type_named(one.substr(space + 1))});
        description.remove_prefix(std::min(description.size(), one.size() + 2));
    }
    return columns;
}

void put_rows_head(byte_buffer& body, const select_parts& parts, const table_columns& columns)
{
    body.put(static_cast<std::uint32_t>(result_kind::rows));
    body.put(global_table_spec);
    body.put(static_cast<std::uint32_t>(columns.size()));
    put_column_specs(body, parts.keyspace, parts.table, columns);
}

/// Drivers ask the schema tables for expressions and for columns of other servers; as no row follows, such a
/// column is described as text.
table_columns chosen_columns(const select_parts& parts, const table_columns& all)
{
    if (parts.columns.empty())
        return all;
    table_columns chosen;
    for (const std::string& name : parts.columns) {
        const auto found =
            std::find_if(all.begin(), all.end(), [&](const column& each) { return each.name == name; });
        chosen.push_back(found == all.end() ? column{name, text} : *found);
    }
    return chosen;
}

}  // namespace

system_tables::system_tables(std::uint16_t port)
{
    for (const described_table& each : described_tables) {
        empty_tables_.emplace(each.name, read_columns(each.columns));
    }
    add_local(port);
    add_keyspace();
}

void system_tables::add_keyspace()
{
    keyspace_.push_back({{"keyspace_name", text}, {}});
    keyspace_.back().value.append(as_bytes("bench"));
    keyspace_.push_back({{"durable_writes", boolean}, {}});
    keyspace_.back().value.put(std::uint8_t{1});
    keyspace_.push_back({{"replication", type_named("map<text, text>")}, {}});
    byte_buffer& replication = keyspace_.back().value;
    replication.put(std::uint32_t{2});
    for (const std::string_view word :
         {"class", "org.apache.cassandra.locator.SimpleStrategy", "replication_factor", "1"})
        replication.put_value(as_bytes(word));
}

void system_tables::add_local(std::uint16_t port)
{
    const auto add = [this](std::string name, const column_type& type) -> byte_buffer& {
        local_.push_back({{std::move(name), type}, {}});
        return local_.back().value;
    };
    const auto add_text = [&](std::string name, std::string_view value) {
        add(std::move(name), text).append(as_bytes(value));
    };
    const auto add_loopback = [&](std::string name) {
        add(std::move(name), inet).put(std::uint32_t{0x7F000001});
    };
    const auto add_uuid = [&](std::string name, std::uint64_t low) {
        byte_buffer& value = add(std::move(name), uuid);
        value.put(std::uint64_t{0xC0FFEE0000004000});
        value.put(std::uint64_t{0x8000000000000000} + low);
    };
    add_text("key", "local");
    add_text("bootstrapped", "COMPLETED");
    add_loopback("broadcast_address");
    add("broadcast_port", integer).put(std::uint32_t{7000});
    add_text("cluster_name", "canned");
    add_text("cql_version", "3.4.7");
    add_text("data_center", "datacenter1");
    add("gossip_generation", integer).put(std::uint32_t{1});
    add_uuid("host_id", 1);
    add_loopback("listen_address");
    add("listen_port", integer).put(std::uint32_t{7000});
    add_text("native_protocol_version", "5");
    add_text("partitioner", "org.apache.cassandra.dht.Murmur3Partitioner");
    add_text("rack", "rack1");
    add_text("release_version", "5.0.4");
    add_loopback("rpc_address");
    add("rpc_port", integer).put(std::uint32_t{port});
    add_uuid("schema_version", 2);
    byte_buffer& tokens = add("tokens", text_set);
    tokens.put(std::uint32_t{1});
    tokens.put_value(as_bytes("-9223372036854775808"));
    add("truncated_at", uuid_blob_map).put(std::uint32_t{0});
}

bool system_tables::holds(std::string_view keyspace)
{
    return keyspace == "system" || keyspace == "system_schema" || keyspace == "system_virtual_schema";
}

system_answer system_tables::select(const select_parts& parts, byte_buffer& body, std::string& name) const
{
    const std::string table = parts.keyspace + "." + parts.table;
    if (table == "system.local")
        return select_row(local_, parts, body, name);
    if (table == "system_schema.keyspaces")
        return select_row(keyspace_, parts, body, name);
    const auto found = empty_tables_.find(table);
    if (found == empty_tables_.end()) {
        name = parts.table;
        return system_answer::no_such_table;
    }
    put_rows_head(body, parts, chosen_columns(parts, found->second));
    body.put(std::uint32_t{0});
    return system_answer::rows;
}

system_answer system_tables::select_row(
    const std::vector<local_cell>& row, const select_parts& parts, byte_buffer& body, std::string& name
)
{
    std::vector<const local_cell*> cells;
    if (parts.columns.empty()) {
        for (const local_cell& cell : row)
            cells.push_back(&cell);
    }
    for (const std::string& wanted : parts.columns) {
        const auto found = std::find_if(row.begin(), row.end(), [&](const local_cell& cell) {
            return cell.named.name == wanted;
        });
        if (found == row.end()) {
            name = wanted;
            return system_answer::no_such_column;
        }
        cells.push_back(&*found);
    }
    table_columns columns;
    for (const local_cell* cell : cells)
        columns.push_back(cell->named);
    put_rows_head(body, parts, columns);
    body.put(std::uint32_t{1});
    for (const local_cell* cell : cells)
        body.put_value(cell->value.view());
    return system_answer::rows;
}

}  // namespace async_cassandra::bench
