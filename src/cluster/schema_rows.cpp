// SPDX-License-Identifier: Apache-2.0
#include "cluster/schema_rows.hpp"

#include <async_cassandra/types/collection_codec.hpp>
#include <async_cassandra/types/scalar_codec.hpp>

#include "protocol/constants.hpp"

#include <algorithm>
#include <array>
#include <tuple>
#include <utility>

namespace async_cassandra::detail {

namespace {

using text_map = std::map<std::string, std::string>;

constexpr std::array kinds{
    column_kind::partition_key, column_kind::clustering, column_kind::static_, column_kind::regular};

std::optional<column_kind> parse_kind(std::string_view text) noexcept
{
    const auto found = std::ranges::find(kinds, text, [](column_kind k) { return to_string(k); });
    return found == kinds.end() ? std::nullopt : std::optional{*found};
}

// Each name once.
template <class List, class Name>
void sort_by_name(List& list, Name name)
{
    std::ranges::stable_sort(list, {}, name);
    const auto repeated = std::ranges::unique(list, {}, name);
    list.erase(repeated.begin(), repeated.end());
}

bool is_key(column_kind kind) noexcept
{
    return kind == column_kind::partition_key || kind == column_kind::clustering;
}

/// A row that tells of a part of a table.
template <class Keyspace>
struct part_of_table {
    part_of_table(const system_row& from, Keyspace* in, std::string_view name_column)
        : keyspace(in), name(from.get<std::string>(name_column))
    {
        if (in == nullptr)
            return;
        const auto of = from.get<std::string_view>("table_name");
        if (of)
            table = in->find(*of);
        text = in->made->name + "." + std::string{of.value_or("?")} + "." + name.value_or("?");
    }

    Keyspace* keyspace;
    std::optional<std::string> name;
    table_metadata* table = nullptr;
    std::string text;  // "shop.users.id"
};

// Columns in the order of column_metadata.
void finish_table(table_metadata& table)
{
    sort_by_name(table.indexes, &index_metadata::name);
    sort_by_name(table.columns, &column_metadata::name);
    std::ranges::stable_sort(table.columns, {}, [](const column_metadata& c) {
        return std::pair{c.kind, c.position};
    });
}

}  // namespace

table_metadata* schema_rows_reader::keyspace_rows::find(std::string_view table)
{
    if (const auto found = tables.find(table); found != tables.end())
        return &found->second;
    const auto found = views.find(table);
    return found == views.end() ? nullptr : &found->second.table;
}

// A row of a keyspace that is not there says nothing: it was not wanted, or is new, which an event will tell.
schema_rows_reader::keyspace_rows* schema_rows_reader::keyspace_of(const system_row& from)
{
    const auto name = from.get<std::string_view>("keyspace_name");
    const auto found = name ? keyspaces_.find(*name) : keyspaces_.end();
    return found == keyspaces_.end() ? nullptr : &found->second;
}

void schema_rows_reader::add_keyspace(const row& r)
{
    const system_row from{r, notes_};
    const auto name = from.get<std::string>("keyspace_name");
    if (!name) {
        notes_.add("a keyspace without a name: left out");
        return;
    }
    keyspace_metadata made;
    made.name = *name;
    made.is_virtual = !from.has_column("replication");
    made.durable_writes = from.get<bool>("durable_writes").value_or(true);
    if (!made.is_virtual) {
        made.replication = from.get<text_map>("replication").value_or(text_map{});
        std::string reason;
        made_.replications.try_emplace(*name, parse_replication(made.replication, reason));
        if (!reason.empty())
            notes_.add("keyspace " + *name + ": " + reason);
    }
    if (!wanted_ || wanted_(*name))
        keyspaces_.try_emplace(*name).first->second.made =
            std::make_shared<keyspace_metadata>(std::move(made));
}

void schema_rows_reader::add_type(const row& r)
{
    const system_row from{r, notes_};
    keyspace_rows* const in = keyspace_of(from);
    if (in == nullptr)
        return;
    const auto name = from.get<std::string>("type_name");
    auto names = from.get<std::vector<std::string>>("field_names");
    auto fields = from.get<std::vector<std::string>>("field_types");
    if (!name || !names || !fields || names->size() != fields->size()) {
        notes_.add("type " + in->made->name + "." + name.value_or("?") + ": fields are missing: left out");
        return;
    }
    in->types.try_emplace(*name, user_type{*std::move(names), *std::move(fields)});
}

std::optional<table_metadata> schema_rows_reader::read_table(
    const system_row& from, const keyspace_rows& in, std::string_view name_column
)
{
    auto name = from.get<std::string>(name_column);
    if (!name) {
        notes_.add("a table of keyspace " + in.made->name + " without a name: left out");
        return std::nullopt;
    }
    table_metadata made;
    made.keyspace = in.made->name;
    made.name = *std::move(name);
    made.id = from.get<uuid>("id");
    made.comment = from.get<std::string>("comment").value_or("");
    return made;
}

void schema_rows_reader::add_table(const row& r)
{
    const system_row from{r, notes_};
    keyspace_rows* const in = keyspace_of(from);
    if (in == nullptr)
        return;
    if (auto made = read_table(from, *in, "table_name")) {
        std::string name = made->name;
        in->tables.try_emplace(std::move(name), *std::move(made));
    }
}

void schema_rows_reader::add_view(const row& r)
{
    const system_row from{r, notes_};
    keyspace_rows* const in = keyspace_of(from);
    if (in == nullptr)
        return;
    auto made = read_table(from, *in, "view_name");
    if (!made)
        return;
    view_metadata view;
    view.table = *std::move(made);
    view.base_table = from.get<std::string>("base_table_name").value_or("");
    view.where_clause = from.get<std::string>("where_clause").value_or("");
    view.includes_all_columns = from.get<bool>("include_all_columns").value_or(false);
    std::string name = view.table.name;
    in->views.try_emplace(std::move(name), std::move(view));
}

void schema_rows_reader::add_column(const row& r)
{
    const system_row from{r, notes_};
    part_of_table part{from, keyspace_of(from), "column_name"};
    if (part.keyspace == nullptr)
        return;
    auto type = from.get<std::string>("type");
    const auto kind = from.get<std::string_view>("kind");
    const std::string where = "column " + part.text;
    if (part.table == nullptr || !part.name || !type || !kind) {
        notes_.add(
            where + (part.table == nullptr ? ": there is no such table" : ": no name, type or kind") +
            ": left out"
        );
        return;
    }
    column_metadata made;
    made.type = parse_type(*part.keyspace, *type, where, 1).type;
    made.name = *std::move(part.name);
    made.cql_type = *std::move(type);
    if (const auto known = parse_kind(*kind))
        made.kind = *known;
    else
        notes_.add(where + ": '" + std::string{*kind} + "' is no kind: it is taken for a regular one");
    if (is_key(made.kind))
        made.position = from.get<std::int32_t>("position").value_or(0);
    made.descending = made.kind == column_kind::clustering &&
                      from.get<std::string_view>("clustering_order").value_or("") == "desc";
    part.table->columns.push_back(std::move(made));
}

void schema_rows_reader::add_index(const row& r)
{
    const system_row from{r, notes_};
    part_of_table part{from, keyspace_of(from), "index_name"};
    if (part.keyspace == nullptr)
        return;
    if (part.table == nullptr || !part.name) {
        notes_.add("index " + part.text + ": there is no such table: left out");
        return;
    }
    index_metadata made;
    made.name = *std::move(part.name);
    made.kind = from.get<std::string>("kind").value_or("");
    made.options = from.get<text_map>("options").value_or(text_map{});
    part.table->indexes.push_back(std::move(made));
}

// User-defined types are looked up when something has them: they stand in the order of their names, not of their use.
std::optional<types::nested_type> schema_rows_reader::make_type(
    keyspace_rows& in, std::string_view name, int depth
)
{
    const auto found = in.types.find(name);
    if (found == in.types.end())
        return std::nullopt;
    user_type& type = found->second;
    // A type cannot have itself as a field; what nests too deeply is none, says the parser for each by itself.
    if (!type.made && !type.in_work && depth <= protocol::max_type_depth) {
        type.in_work = true;
        std::vector<data_type> fields;
        int highest = 0;
        for (std::size_t i = 0; i < type.names.size(); ++i) {
            const std::string where = "type " + in.made->name + "." + found->first + "." + type.names[i];
            types::nested_type field = parse_type(in, type.types[i], where, depth);
            highest = std::max(highest, field.height);
            fields.push_back(std::move(field.type));
        }
        type.made = {
            data_type::udt_of(in.made->name, found->first, type.names, std::move(fields)), highest + 1};
    }
    return type.made;
}

types::nested_type schema_rows_reader::parse_type(
    keyspace_rows& in, const std::string& text, const std::string& where, int depth
)
{
    const types::find_user_type find = [&](std::string_view name) { return make_type(in, name, depth + 1); };
    types::cql_type_parser parser{text, find};
    if (auto made = parser.parse())
        return *std::move(made);
    notes_.add(where + ": type '" + text + "': " + parser.rule());
    return {data_type::custom_of(text)};
}

bool schema_rows_reader::step(std::size_t budget)
{
    while (budget != 0 && !keyspaces_.empty()) {
        keyspace_rows& in = keyspaces_.begin()->second;
        if (const std::size_t done = finish_next(in); done != 0) {
            budget -= std::min(budget, done);
            continue;
        }
        made_.keyspaces.push_back(std::move(in.made));
        keyspaces_.erase(keyspaces_.begin());
    }
    return keyspaces_.empty();
}

// Types, a table or a view: how many fields or columns that were. 0: nothing is left.
std::size_t schema_rows_reader::finish_next(keyspace_rows& in)
{
    std::size_t done = 1;
    if (!in.types.empty()) {
        for (const auto& [name, type] : in.types) {
            done += type.names.size();
            if (const auto made = make_type(in, name, 1))
                in.made->user_types.push_back(made->type);
        }
        in.types.clear();
    } else if (!in.tables.empty()) {
        const auto next = in.tables.extract(in.tables.begin());
        done += next.mapped().columns.size();
        finish_table(next.mapped());
        in.made->tables.push_back(std::move(next.mapped()));
    } else if (!in.views.empty()) {
        const auto next = in.views.extract(in.views.begin());
        done += next.mapped().table.columns.size();
        finish_table(next.mapped().table);
        in.made->views.push_back(std::move(next.mapped()));
    } else {
        done = 0;
    }
    return done;
}

described_schema schema_rows_reader::finish()
{
    made_.notes = notes_.take();
    return std::move(made_);
}

schema update_schema(
    const schema& before, const std::vector<std::string>& asked, const schema::keyspace_list& found
)
{
    schema::keyspace_list all = found;
    for (const auto& old : before.keyspaces()) {
        const auto same = [&](const auto& k) { return k->name == old->name; };
        if (std::ranges::find(asked, old->name) == asked.end() && std::ranges::none_of(found, same))
            all.push_back(old);
    }
    std::ranges::sort(all, {}, [](const auto& k) -> const std::string& { return k->name; });
    return schema{std::move(all)};
}

}  // namespace async_cassandra::detail
