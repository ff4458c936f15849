// SPDX-License-Identifier: Apache-2.0
#include "support/system_tables.hpp"

#include "support/builtin_statements.hpp"

#include <array>
#include <utility>

namespace async_cassandra::testing {

namespace {

// As Cassandra 5.0 has them, in its order: partition key, clustering columns, the others by name.
constexpr std::array<std::pair<std::string_view, std::string_view>, 15> definitions{{
    {"system.local",
     "key text, bootstrapped text, broadcast_address inet, broadcast_port int, cluster_name text, "
     "cql_version text, "
     "data_center text, gossip_generation int, host_id uuid, listen_address inet, listen_port int, "
     "native_protocol_version text, partitioner text, rack text, release_version text, rpc_address inet, "
     "rpc_port int, "
     "schema_version uuid, tokens set<text>, truncated_at map<uuid, blob>"},
    {"system.peers_v2",
     "peer inet, peer_port int, data_center text, host_id uuid, native_address inet, native_port int, "
     "preferred_ip inet, "
     "preferred_port int, rack text, release_version text, schema_version uuid, tokens set<text>"},
    {"system.peers",
     "peer inet, data_center text, host_id uuid, preferred_ip inet, rack text, release_version text, "
     "rpc_address inet, "
     "schema_version uuid, tokens set<text>"},
    {"system_schema.keyspaces", "keyspace_name text, durable_writes boolean, replication map<text, text>"},
    {"system_schema.tables",
     "keyspace_name text, table_name text, caching map<text, text>, comment text, compaction map<text, "
     "text>, "
     "compression map<text, text>, default_time_to_live int, extensions map<text, blob>, flags set<text>, "
     "gc_grace_seconds int, id uuid, speculative_retry text"},
    {"system_schema.columns",
     "keyspace_name text, table_name text, column_name text, clustering_order text, column_name_bytes blob, "
     "kind text, "
     "position int, type text"},
    {"system_schema.types",
     "keyspace_name text, type_name text, field_names list<text>, field_types list<text>"},
    {"system_schema.functions",
     "keyspace_name text, function_name text, argument_types list<text>, argument_names list<text>, body "
     "text, "
     "called_on_null_input boolean, language text, return_type text"},
    {"system_schema.aggregates",
     "keyspace_name text, aggregate_name text, argument_types list<text>, final_func text, initcond text, "
     "return_type text, state_func text, state_type text"},
    {"system_schema.indexes",
     "keyspace_name text, table_name text, index_name text, kind text, options map<text, text>"},
    {"system_schema.views",
     "keyspace_name text, view_name text, base_table_id uuid, base_table_name text, id uuid, "
     "include_all_columns boolean, where_clause text"},
    {"system_schema.triggers",
     "keyspace_name text, table_name text, trigger_name text, options map<text, text>"},
    {"system_virtual_schema.keyspaces", "keyspace_name text"},
    {"system_virtual_schema.tables", "keyspace_name text, table_name text, comment text"},
    {"system_virtual_schema.columns",
     "keyspace_name text, table_name text, column_name text, clustering_order text, column_name_bytes blob, "
     "kind text, "
     "position int, type text"},
}};

row local_row(const fake_node_settings& s)
{
    const auto id = [](std::uint8_t kind, std::uint8_t number) {
        return cells::uuid({0xfa, 0x4e, 0x00, kind, 0, 0, 0x40, 0, 0x80, 0, 0, 0, 0, 0, 0, number});
    };
    std::vector<cell> tokens;
    for (const std::string& token : s.tokens)
        tokens.push_back(cells::text(token));
    const cell address = cells::address(s.address.address);
    return {
        cells::text("local"),
        cells::text("COMPLETED"),
        address,
        cells::int_(7000),
        cells::text(s.cluster_name),
        cells::text("3.4.7"),
        cells::text(s.data_center),
        cells::int_(1'704'067'200),
        id(1, s.host_number),
        address,
        cells::int_(7000),
        cells::text(s.highest == protocol_version::v5 ? "5" : "4"),
        cells::text("org.apache.cassandra.dht.Murmur3Partitioner"),
        cells::text(s.rack),
        cells::text(s.release_version),
        address,
        cells::int_(s.address.port),
        id(2, 0),
        cells::list(tokens),
        cells::null(),
    };
}

}  // namespace

std::optional<system_table> find_system_table(std::string_view name, const fake_node_settings& settings)
{
    for (const auto& [known, list] : definitions) {
        if (known != name)
            continue;
        const auto dot = name.find('.');
        system_table found{columns_of(name.substr(0, dot), name.substr(dot + 1), list), {}};
        if (name == "system.local")
            found.rows.push_back(local_row(settings));
        return found;
    }
    return std::nullopt;
}

}  // namespace async_cassandra::testing
