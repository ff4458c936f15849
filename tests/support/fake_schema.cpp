// SPDX-License-Identifier: Apache-2.0
#include "support/fake_schema.hpp"

#include "support/fake_ids.hpp"

#include <algorithm>
#include <initializer_list>
#include <string_view>

namespace async_cassandra::testing {

namespace {

using entries = std::vector<std::pair<std::string, std::string>>;

cell text_map(const entries& list)
{
    std::vector<std::pair<cell, cell>> cells_of;
    for (const auto& [key, value] : list)
        cells_of.emplace_back(cells::text(key), cells::text(value));
    return cells::map(cells_of);
}

template <class List, class Get>
cell text_list(const List& list, Get get)
{
    std::vector<cell> elements;
    for (const auto& element : list)
        elements.push_back(cells::text(get(element)));
    return cells::list(elements);
}

cell id_of(const schema_table& table)
{
    return cells::uuid(fake_id(id_kind::table, table.number));
}

// The options of Cassandra 5.0, which tables and views have in common. Columns come by name, so those of their own stand
// between these.

row options_from_filter_to_extensions()
{
    return {
        cells::double_(0.01),  // bloom_filter_fp_chance
        text_map({{"keys", "ALL"}, {"rows_per_partition", "NONE"}}),
        cells::null(),  // cdc
        cells::text(""),
        text_map(
            {{"class", "org.apache.cassandra.db.compaction.SizeTieredCompactionStrategy"},
             {"max_threshold", "32"},
             {"min_threshold", "4"}}
        ),
        text_map({{"chunk_length_in_kb", "16"}, {"class", "org.apache.cassandra.io.compress.LZ4Compressor"}}),
        cells::double_(1),  // crc_check_chance
        cells::double_(0),  // dclocal_read_repair_chance
        cells::int_(0),     // default_time_to_live
        cells::map({}),
    };
}

row options_from_incremental_backups()
{
    return {
        cells::null(),      // incremental_backups
        cells::int_(2048),  // max_index_interval
        cells::null(),      // memtable
        cells::int_(0),     // memtable_flush_period_in_ms
        cells::int_(128),   // min_index_interval
        cells::text("BLOCKING"),
        cells::double_(0),  // read_repair_chance
        cells::text("99p"),
    };
}

row joined(std::initializer_list<row> parts)
{
    row all;
    for (const row& part : parts)
        all.insert(all.end(), part.begin(), part.end());
    return all;
}

row name_and_first_options(const std::string& keyspace, const std::string& name)
{
    return {cells::text(keyspace), cells::text(name), cells::text("99p"), cells::null()};
}

row table_row(const std::string& keyspace, const std::string& name, const schema_table& table)
{
    return joined(
        {name_and_first_options(keyspace, name),
         options_from_filter_to_extensions(),
         {cells::list({cells::text("compound")}), cells::int_(864'000), id_of(table)},
         options_from_incremental_backups()}
    );
}

row view_row(
    const std::string& keyspace, const std::string& name, const schema_table& view, const schema_table& base
)
{
    return joined(
        {name_and_first_options(keyspace, name),
         {id_of(base), cells::text(view.base)},
         options_from_filter_to_extensions(),
         {cells::int_(864'000), id_of(view), cells::boolean(view.columns.size() == base.columns.size())},
         options_from_incremental_backups(),
         {cells::text(view.where_clause)}}
    );
}

void add_columns(
    std::vector<row>& rows, const std::string& keyspace, const std::string& name, const schema_table& table
)
{
    std::vector<schema_column> sorted = table.columns;
    std::ranges::sort(sorted, {}, &schema_column::name);
    for (const schema_column& c : sorted) {
        rows.push_back(
            {cells::text(keyspace),
             cells::text(name),
             cells::text(c.name),
             cells::text(c.clustering_order),
             cells::text(c.name),
             cells::text(c.kind),
             cells::int_(c.position),
             cells::text(c.type)}
        );
    }
}

void add_indexes(
    std::vector<row>& rows, const std::string& keyspace, const std::string& name, const schema_table& table
)
{
    for (const schema_index& index : table.indexes)
        rows.push_back(
            {cells::text(keyspace),
             cells::text(name),
             cells::text(index.name),
             cells::text("COMPOSITES"),
             text_map({{"target", index.target}})}
        );
}

void add_types(std::vector<row>& rows, const std::string& keyspace, const schema_keyspace& owner)
{
    for (const auto& [name, type] : owner.types)
        rows.push_back(
            {cells::text(keyspace),
             cells::text(name),
             text_list(type.fields, [](const auto& f) { return f.first; }),
             text_list(type.fields, [](const auto& f) { return f.second; })}
        );
}

}  // namespace

const schema_column* schema_table::find(std::string_view column) const
{
    const auto found = std::ranges::find(columns, column, &schema_column::name);
    return found == columns.end() ? nullptr : &*found;
}

std::vector<const schema_column*> schema_table::partition_key() const
{
    std::vector<const schema_column*> key;
    for (const schema_column& c : columns)
        if (c.kind == "partition_key")
            key.push_back(&c);
    std::ranges::sort(key, {}, &schema_column::position);
    return key;
}

const schema_keyspace* fake_schema::find(std::string_view keyspace) const
{
    const auto found = keyspaces.find(keyspace);
    return found == keyspaces.end() ? nullptr : &found->second;
}

const schema_table* fake_schema::find(std::string_view keyspace, std::string_view table) const
{
    const schema_keyspace* owner = find(keyspace);
    if (owner == nullptr)
        return nullptr;
    const auto found = owner->tables.find(table);
    return found == owner->tables.end() ? nullptr : &found->second;
}

void fake_schema::add_system_keyspaces()
{
    const std::string package = "org.apache.cassandra.locator.";
    const auto simple = [&](const char* factor) {
        return schema_keyspace{{{"class", package + "SimpleStrategy"}, {"replication_factor", factor}}};
    };
    for (const char* name : {"system", "system_schema"})
        keyspaces[name] = schema_keyspace{{{"class", package + "LocalStrategy"}}};
    keyspaces["system_auth"] = simple("3");
    keyspaces["system_distributed"] = simple("3");
    keyspaces["system_traces"] = simple("2");
}

void fake_schema::add_keyspace(std::string name)
{
    keyspaces.emplace(
        std::move(name),
        schema_keyspace{
            {{"class", "org.apache.cassandra.locator.SimpleStrategy"}, {"replication_factor", "1"}}}
    );
}

std::vector<row> fake_schema::rows_of(std::string_view table) const
{
    std::vector<row> rows;
    for (const auto& [keyspace, owner] : keyspaces) {
        if (table == "keyspaces")
            rows.push_back(
                {cells::text(keyspace), cells::boolean(owner.durable_writes), text_map(owner.replication)}
            );
        if (table == "types")
            add_types(rows, keyspace, owner);
        for (const auto& [name, t] : owner.tables) {
            if (table == "columns")
                add_columns(rows, keyspace, name, t);
            else if (table == "indexes")
                add_indexes(rows, keyspace, name, t);
            else if (table == "tables" && t.base.empty())
                rows.push_back(table_row(keyspace, name, t));
            else if (table == "views" && !t.base.empty())
                rows.push_back(view_row(keyspace, name, t, owner.tables.at(t.base)));
        }
    }
    return rows;
}

}  // namespace async_cassandra::testing
