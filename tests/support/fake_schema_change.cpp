// SPDX-License-Identifier: Apache-2.0
#include "support/cql_words.hpp"
#include "support/fake_schema.hpp"
#include "support/statement_errors.hpp"

#include <algorithm>

namespace async_cassandra::testing {

namespace {

using protocol::schema_change_kind;
using protocol::schema_target;

/// One statement that changes a schema, and how far it has been read.
struct change {
    fake_schema& schema;
    std::string_view text;
    std::string_view keyspace;
    std::span<const std::string> data_centers;
    word_cursor words;
    schema_change_kind kind;
    bool conditional = false;  // IF [NOT] EXISTS

    void skip_condition() { conditional = words.skip("if not exists") || words.skip("if exists"); }
    [[nodiscard]] answer syntax() const { return syntax_error(text, words.peek()); }
    [[nodiscard]] answer or_nothing(answer error) const { return conditional ? reply_void() : error; }
    [[nodiscard]] answer changed(schema_target target, const std::string& owner, std::string name = {}) const
    {
        return reply_schema_change({kind, target, owner, std::move(name), {}});
    }
    /// Of an index or of what a table consists of.
    [[nodiscard]] static answer table_updated(const std::string& owner, std::string table)
    {
        return reply_schema_change(
            {schema_change_kind::updated, schema_target::table, owner, std::move(table), {}}
        );
    }
};

// Keyspaces.

void take_replication(change& c, schema_keyspace& keyspace)
{
    std::vector<std::pair<std::string, std::string>> given = c.words.take_map();
    const auto named = std::ranges::find(given, "class", &std::pair<std::string, std::string>::first);
    keyspace.replication.clear();
    if (named != given.end()) {
        const bool whole = named->second.find('.') != std::string::npos;
        keyspace.replication.emplace_back(
            "class", (whole ? "" : "org.apache.cassandra.locator.") + named->second
        );
        given.erase(named);
    }
    const bool by_data_center = !keyspace.replication.empty() &&
                                keyspace.replication.front().second.ends_with("NetworkTopologyStrategy");
    for (auto& [key, value] : given) {
        if (!by_data_center || key != "replication_factor") {
            keyspace.replication.emplace_back(key, value);
            continue;
        }
        for (const std::string& name : c.data_centers)
            if (std::ranges::find(given, name, &std::pair<std::string, std::string>::first) == given.end())
                keyspace.replication.emplace_back(name, value);
    }
}

void take_keyspace_options(change& c, schema_keyspace& keyspace)
{
    while (!c.words.done()) {
        if (c.words.skip("replication ="))
            take_replication(c, keyspace);
        else if (c.words.skip("durable_writes ="))
            keyspace.durable_writes = lower(c.words.next()) == "true";
        else
            c.words.next();
    }
}

answer change_keyspace(change& c)
{
    c.skip_condition();
    if (c.words.done())
        return c.syntax();
    const std::string name = name_of(c.words.next());
    auto& all = c.schema.keyspaces;
    const auto known = all.find(name);
    if (c.kind == schema_change_kind::created) {
        if (known != all.end() || name == "system" || name == "system_schema")
            return c.or_nothing(already_exists(name, {}));
        take_keyspace_options(c, all[name]);
        return c.changed(schema_target::keyspace, name);
    }
    if (known == all.end())
        return c.or_nothing(invalid("Keyspace '" + name + "' doesn't exist"));
    if (c.kind == schema_change_kind::dropped)
        all.erase(known);
    else
        take_keyspace_options(c, known->second);
    return c.changed(schema_target::keyspace, name);
}

// Tables.

void set_key(schema_table& table, std::string_view name, const char* kind, std::int32_t position)
{
    const auto found = std::ranges::find(table.columns, name, &schema_column::name);
    if (found == table.columns.end())
        return;
    found->kind = kind;
    found->position = position;
    if (found->kind == "clustering")
        found->clustering_order = "asc";
}

/// Behind PRIMARY KEY: `(a, b)` or `((a, b), c)`.
void take_key(change& c, schema_table& table)
{
    std::int32_t partition = 0;
    std::int32_t clustering = 0;
    bool inner = false;
    c.words.skip("(");
    if (c.words.skip("("))
        inner = true;
    const bool composite = inner;
    while (!c.words.done()) {
        if (c.words.skip(",")) {
            continue;
        }
        if (c.words.skip(")")) {
            if (!inner)
                return;
            inner = false;
            continue;
        }
        const std::string name = name_of(c.words.next());
        if (inner || (!composite && partition == 0))
            set_key(table, name, "partition_key", partition++);
        else
            set_key(table, name, "clustering", clustering++);
    }
}

/// Behind `WITH CLUSTERING ORDER BY`.
void take_order(change& c, schema_table& table)
{
    c.words.skip("(");
    while (!c.words.done() && !c.words.skip(")")) {
        const std::string name = name_of(c.words.next());
        const auto found = std::ranges::find(table.columns, name, &schema_column::name);
        if (c.words.skip("desc") && found != table.columns.end())
            found->clustering_order = "desc";
        c.words.skip("asc");
        c.words.skip(",");
    }
}

bool take_columns(change& c, schema_table& table)
{
    if (!c.words.skip("("))
        return false;
    while (!c.words.skip(")")) {
        if (c.words.done())
            return false;
        if (c.words.skip("primary key")) {
            take_key(c, table);
        } else {
            schema_column& added = table.columns.emplace_back();
            added.name = name_of(c.words.next());
            added.type = c.words.take_type();
            if (c.words.skip("static"))
                added.kind = "static";
            if (c.words.skip("primary key"))
                set_key(table, added.name, "partition_key", 0);
        }
        c.words.skip(",");
    }
    if (c.words.skip_to("clustering") && c.words.skip("order by"))
        take_order(c, table);
    return !table.partition_key().empty();
}

answer alter_table(change& c, const std::string& owner, const std::string& name, schema_table& table)
{
    const bool add = c.words.skip("add");
    if (!add && !c.words.skip("drop"))
        return c.words.skip("with") ? c.changed(schema_target::table, owner, name) : c.syntax();
    while (!c.words.done()) {
        const std::string column = name_of(c.words.next());
        const auto found = std::ranges::find(table.columns, column, &schema_column::name);
        if (add && found != table.columns.end())
            return invalid("Column with name '" + column + "' already exists");
        if (!add && found == table.columns.end())
            return invalid("Column " + column + " was not found in table '" + owner + "." + name + "'");
        if (add) {
            std::string type = c.words.take_type();
            table.columns.push_back({column, std::move(type), c.words.skip("static") ? "static" : "regular"});
        } else {
            table.columns.erase(found);
        }
        c.words.skip(",");
    }
    return c.changed(schema_target::table, owner, name);
}

answer change_table(change& c)
{
    c.skip_condition();
    if (c.words.done())
        return c.syntax();
    const auto [owner, name] = c.words.take_table(c.keyspace);
    const auto keyspace = c.schema.keyspaces.find(owner);
    if (keyspace == c.schema.keyspaces.end())
        return missing_keyspace_of_table(owner);
    auto& tables = keyspace->second.tables;
    const auto known = tables.find(name);
    if (c.kind == schema_change_kind::created) {
        if (known != tables.end())
            return c.or_nothing(already_exists(owner, name));
        schema_table made;
        made.number = ++c.schema.made;
        if (!take_columns(c, made))
            return c.syntax();
        tables.emplace(name, std::move(made));
        return c.changed(schema_target::table, owner, name);
    }
    if (known == tables.end())
        return c.or_nothing(invalid("Table '" + owner + "." + name + "' doesn't exist"));
    if (c.kind == schema_change_kind::updated)
        return alter_table(c, owner, name, known->second);
    tables.erase(known);
    return c.changed(schema_target::table, owner, name);
}

// `CREATE MATERIALIZED VIEW v AS SELECT … FROM t WHERE … PRIMARY KEY (…)`
answer create_view(change& c, const std::string& owner, const std::string& name)
{
    auto& tables = c.schema.keyspaces.find(owner)->second.tables;
    if (!c.words.skip_to("from"))
        return c.syntax();
    const std::string base = c.words.take_table(owner).table;
    const auto found = tables.find(base);
    if (found == tables.end())
        return invalid("Base table '" + base + "' doesn't exist");
    schema_table view;
    view.number = ++c.schema.made;
    view.base = base;
    view.columns = found->second.columns;
    for (schema_column& column : view.columns)
        column = {column.name, column.type};
    if (!c.words.skip("where"))
        return c.syntax();
    while (!c.words.done() && !c.words.skip("primary key")) {
        view.where_clause += view.where_clause.empty() ? "" : " ";
        view.where_clause += c.words.next();
    }
    take_key(c, view);
    tables.emplace(name, std::move(view));
    return c.changed(schema_target::table, owner, name);
}

answer change_view(change& c)
{
    c.skip_condition();
    const auto [owner, name] = c.words.take_table(c.keyspace);
    const auto keyspace = c.schema.keyspaces.find(owner);
    if (keyspace == c.schema.keyspaces.end())
        return missing_keyspace_of_table(owner);
    const bool known = keyspace->second.tables.contains(name);
    if (c.kind == schema_change_kind::created)
        return known ? c.or_nothing(already_exists(owner, name)) : create_view(c, owner, name);
    if (!known)
        return c.or_nothing(invalid("Materialized view '" + owner + "." + name + "' doesn't exist"));
    if (c.kind == schema_change_kind::dropped)
        keyspace->second.tables.erase(name);
    return c.changed(schema_target::table, owner, name);
}

// `CREATE INDEX name ON t (c)`, `DROP INDEX ks.name`
answer change_index(change& c)
{
    c.skip_condition();
    if (c.kind == schema_change_kind::created) {
        const std::string name = name_of(c.words.next());
        if (!c.words.skip("on"))
            return c.syntax();
        const auto [owner, table] = c.words.take_table(c.keyspace);
        if (c.schema.find(owner, table) == nullptr)
            return missing_table(table);
        c.words.skip("(");
        c.schema.keyspaces[owner].tables[table].indexes.push_back({name, name_of(c.words.next())});
        return change::table_updated(owner, table);
    }
    const auto [owner, name] = c.words.take_table(c.keyspace);
    if (const auto found = c.schema.keyspaces.find(owner); found != c.schema.keyspaces.end())
        for (auto& [table, content] : found->second.tables)
            if (std::erase_if(content.indexes, [&](const auto& i) { return i.name == name; }) != 0)
                return change::table_updated(owner, table);
    return c.or_nothing(invalid("Index '" + owner + "." + name + "' doesn't exist"));
}

answer change_type(change& c)
{
    c.skip_condition();
    const auto [owner, name] = c.words.take_table(c.keyspace);
    const auto keyspace = c.schema.keyspaces.find(owner);
    if (keyspace == c.schema.keyspaces.end())
        return missing_keyspace_of_table(owner);
    auto& types = keyspace->second.types;
    const bool known = types.contains(name);
    if (c.kind == schema_change_kind::created && known)
        return c.or_nothing(invalid("A user type with name '" + name + "' already exists"));
    if (c.kind != schema_change_kind::created && !known)
        return c.or_nothing(invalid("Type '" + owner + "." + name + "' doesn't exist"));
    if (c.kind == schema_change_kind::dropped) {
        types.erase(name);
        return c.changed(schema_target::type, owner, name);
    }
    if (!c.words.skip(c.kind == schema_change_kind::created ? "(" : "add"))
        return c.syntax();
    auto& fields = types[name].fields;
    while (!c.words.done() && !c.words.skip(")")) {
        std::string field = name_of(c.words.next());
        fields.emplace_back(std::move(field), c.words.take_type());
        c.words.skip(",");
    }
    return c.changed(schema_target::type, owner, name);
}

}  // namespace

answer fake_schema::apply(
    std::string_view text, std::string_view keyspace, std::span<const std::string> data_centers
)
{
    const std::vector<std::string_view> words = cql_words(text);
    change c{*this, text, keyspace, data_centers, word_cursor{words}, schema_change_kind::updated};
    if (c.words.skip("create"))
        c.kind = schema_change_kind::created;
    else if (c.words.skip("drop"))
        c.kind = schema_change_kind::dropped;
    else
        c.words.skip("alter");
    if (c.words.skip("keyspace"))
        return change_keyspace(c);
    if (c.words.skip("table"))
        return change_table(c);
    if (c.words.skip("materialized view"))
        return change_view(c);
    if (c.words.skip("index"))
        return change_index(c);
    if (c.words.skip("type"))
        return change_type(c);
    return c.syntax();
}

}  // namespace async_cassandra::testing
