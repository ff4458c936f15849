// SPDX-License-Identifier: Apache-2.0
#include "support/system_tables.hpp"

#include "support/builtin_statements.hpp"
#include "support/cluster_state.hpp"
#include "support/node_state.hpp"

#include <array>
#include <utility>

namespace async_cassandra::testing {

namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 15> definitions{{
    {"system.local",
     "key text, bootstrapped text, broadcast_address inet, broadcast_port int, cluster_name text, "
     "cql_version text, data_center text, gossip_generation int, host_id uuid, listen_address inet, "
     "listen_port int, native_protocol_version text, partitioner text, rack text, release_version text, "
     "rpc_address inet, rpc_port int, schema_version uuid, tokens set<text>, truncated_at map<uuid, blob>"},
    {"system.peers_v2",
     "peer inet, peer_port int, data_center text, host_id uuid, native_address inet, native_port int, "
     "preferred_ip inet, preferred_port int, rack text, release_version text, schema_version uuid, "
     "tokens set<text>"},
    {"system.peers",
     "peer inet, data_center text, host_id uuid, preferred_ip inet, rack text, release_version text, "
     "rpc_address inet, schema_version uuid, tokens set<text>"},
    {"system_schema.keyspaces", "keyspace_name text, durable_writes boolean, replication map<text, text>"},
    {"system_schema.tables",
     "keyspace_name text, table_name text, additional_write_policy text, allow_auto_snapshot boolean, "
     "bloom_filter_fp_chance double, caching map<text, text>, cdc boolean, comment text, "
     "compaction map<text, text>, compression map<text, text>, crc_check_chance double, "
     "dclocal_read_repair_chance double, default_time_to_live int, extensions map<text, blob>, "
     "flags set<text>, gc_grace_seconds int, id uuid, incremental_backups boolean, max_index_interval int, "
     "memtable text, memtable_flush_period_in_ms int, min_index_interval int, read_repair text, "
     "read_repair_chance double, speculative_retry text"},
    {"system_schema.columns",
     "keyspace_name text, table_name text, column_name text, clustering_order text, column_name_bytes blob, "
     "kind text, position int, type text"},
    {"system_schema.types",
     "keyspace_name text, type_name text, field_names list<text>, field_types list<text>"},
    {"system_schema.functions",
     "keyspace_name text, function_name text, argument_types list<text>, argument_names list<text>, "
     "body text, called_on_null_input boolean, language text, return_type text"},
    {"system_schema.aggregates",
     "keyspace_name text, aggregate_name text, argument_types list<text>, final_func text, initcond text, "
     "return_type text, state_func text, state_type text"},
    {"system_schema.indexes",
     "keyspace_name text, table_name text, index_name text, kind text, options map<text, text>"},
    {"system_schema.views",
     "keyspace_name text, view_name text, additional_write_policy text, allow_auto_snapshot boolean, "
     "base_table_id uuid, base_table_name text, bloom_filter_fp_chance double, caching map<text, text>, "
     "cdc boolean, comment text, compaction map<text, text>, compression map<text, text>, "
     "crc_check_chance double, dclocal_read_repair_chance double, default_time_to_live int, "
     "extensions map<text, blob>, gc_grace_seconds int, id uuid, include_all_columns boolean, "
     "incremental_backups boolean, max_index_interval int, memtable text, memtable_flush_period_in_ms int, "
     "min_index_interval int, read_repair text, read_repair_chance double, speculative_retry text, "
     "where_clause text"},
    {"system_schema.triggers",
     "keyspace_name text, table_name text, trigger_name text, options map<text, text>"},
    {"system_virtual_schema.keyspaces", "keyspace_name text"},
    {"system_virtual_schema.tables", "keyspace_name text, table_name text, comment text"},
    {"system_virtual_schema.columns",
     "keyspace_name text, table_name text, column_name text, clustering_order text, column_name_bytes blob, "
     "kind text, position int, type text"},
}};

constexpr std::int32_t internode_port = 7000;

cell token_set(const fake_node_settings& settings)
{
    std::vector<cell> tokens;
    for (const std::string& token : settings.tokens)
        tokens.push_back(cells::text(token));
    return cells::list(tokens);
}

row local_row(const node_state& node)
{
    const fake_node_settings& s = node.settings;
    const cell address = cells::address(s.address.address);
    return {
        cells::text("local"),
        cells::text("COMPLETED"),
        address,
        cells::int_(internode_port),
        cells::text(s.cluster_name),
        cells::text("3.4.7"),
        cells::text(s.data_center),
        cells::int_(1'704'067'200),
        cells::uuid(host_id_of(s)),
        address,
        cells::int_(internode_port),
        cells::text(s.highest == protocol_version::v5 ? "5" : "4"),
        cells::text(s.partitioner),
        cells::text(s.rack),
        cells::text(s.release_version),
        address,
        cells::int_(s.address.port),
        cells::uuid(node.schema->version()),
        token_set(s),
        cells::null(),
    };
}

/// What other nodes say of a node.
struct peer_columns {
    cell peer;
    cell data_center;
    cell host_id;
    cell native_address;
    cell native_port;
    cell rack;
    cell release_version;
    cell schema_version;
    cell tokens;
};

peer_columns columns_of_peer(const node_state& of)
{
    const fake_node_settings& s = of.settings;
    const auto wrong = [&](peers_row_fault fault) { return of.row_faults.contains(fault); };
    const auto unless = [&](peers_row_fault fault, cell good) {
        return wrong(fault) ? cells::null() : std::move(good);
    };
    peer_columns out;
    out.peer = cells::address(s.address.address);
    out.data_center = unless(peers_row_fault::null_place, cells::text(s.data_center));
    out.rack = unless(peers_row_fault::null_place, cells::text(s.rack));
    const node_state& whose = wrong(peers_row_fault::id_of_another) ? *of.cluster->members.front() : of;
    out.host_id = unless(peers_row_fault::null_host_id, cells::uuid(host_id_of(whose.settings)));
    const bool unspecified = wrong(peers_row_fault::unspecified_address);
    out.native_address =
        unless(peers_row_fault::null_address, cells::address(unspecified ? inet{} : s.address.address));
    out.native_port = unless(peers_row_fault::null_address, cells::int_(s.address.port));
    out.release_version = cells::text(s.release_version);
    out.schema_version = unless(peers_row_fault::null_schema_version, cells::uuid(of.schema->version()));
    out.tokens = unless(peers_row_fault::null_tokens, token_set(s));
    return out;
}

std::vector<row> peer_rows(const node_state& asked, bool v2)
{
    std::vector<row> rows;
    effect_tally& effects = asked.cluster->effects;
    for (const node_state* member : asked.cluster->members) {
        const bool itself = member == &asked;
        if (!member->in_ring)
            effects.add(fault_effect::departure_read);
        if (!member->in_ring || (itself && !asked.row_faults.contains(peers_row_fault::lists_itself)))
            continue;
        if (!member->row_faults.empty())
            effects.add(fault_effect::wrong_row_read);
        if (member->place_changed)
            effects.add(fault_effect::new_place_read);
        const peer_columns p = columns_of_peer(*member);
        if (v2)
            rows.push_back(
                {p.peer,
                 cells::int_(internode_port),
                 p.data_center,
                 p.host_id,
                 p.native_address,
                 p.native_port,
                 cells::null(),
                 cells::null(),
                 p.rack,
                 p.release_version,
                 p.schema_version,
                 p.tokens}
            );
        else
            rows.push_back(
                {p.peer,
                 p.data_center,
                 p.host_id,
                 cells::null(),
                 p.rack,
                 p.release_version,
                 p.native_address,
                 p.schema_version,
                 p.tokens}
            );
    }
    return rows;
}

/// Two of the virtual tables that a server has.
std::vector<row> virtual_schema_rows(std::string_view table)
{
    constexpr const char* views = "system_views";
    const auto column_row = [&](const char* name, const char* kind, std::int32_t position) {
        return row{
            cells::text(views),
            cells::text("settings"),
            cells::text(name),
            cells::text("none"),
            cells::text(name),
            cells::text(kind),
            cells::int_(position),
            cells::text("text")};
    };
    if (table == "keyspaces")
        return {{cells::text(views)}, {cells::text("system_virtual_schema")}};
    if (table == "tables")
        return {{cells::text(views), cells::text("settings"), cells::text("current settings")}};
    return {column_row("name", "partition_key", 0), column_row("value", "regular", -1)};
}

}  // namespace

std::vector<column> system_columns(std::string_view keyspace, std::string_view table)
{
    const std::string name = std::string{keyspace} + "." + std::string{table};
    for (const auto& [known, list] : definitions)
        if (known == name)
            return columns_of(keyspace, table, list);
    return {};
}

std::vector<row> system_rows(std::string_view keyspace, std::string_view table, const node_state& node)
{
    if (keyspace == "system_schema") {
        if (node.schema != node.cluster->schema)
            node.cluster->effects.add(fault_effect::old_schema_read);
        return node.schema->content.rows_of(table);
    }
    if (keyspace == "system_virtual_schema")
        return virtual_schema_rows(table);
    if (keyspace != "system")
        return {};
    if (table == "local")
        return {local_row(node)};
    return peer_rows(node, table == "peers_v2");
}

}  // namespace async_cassandra::testing
