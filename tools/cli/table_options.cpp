// SPDX-License-Identifier: Apache-2.0
#include "table_options.hpp"

#include <async_cassandra/types/literal.hpp>

#include <algorithm>
#include <array>
#include <string_view>

namespace async_cassandra::cli {

namespace {

constexpr std::string_view view_name = "view_name";

// What a table is; and what servers since 4.0 have a column for, but do not take any more.
constexpr std::array<std::string_view, 12> no_options{
    "base_table_id",
    "base_table_name",
    "comment",
    "dclocal_read_repair_chance",
    "flags",
    "id",
    "include_all_columns",
    "keyspace_name",
    "read_repair_chance",
    "table_name",
    view_name,
    "where_clause"};

bool is_option(std::string_view name, bool of_view)
{
    // What is in a view expires with the row that it was made from.
    return std::ranges::find(no_options, name) == no_options.end() &&
           !(of_view && name == "default_time_to_live");
}

}  // namespace

void add_table_options(all_table_options& to, const row& from)
{
    const bool of_view = from.columns().find(view_name).has_value();
    table_options found;
    for (std::size_t i = 0; i < from.size(); ++i) {
        const column& each = from.columns()[i];
        const auto value = from.raw(i);
        if (value && is_option(each.name, of_view))
            found.push_back(std::string{each.name} + " = " + to_cql_literal(each.type, value));
    }
    std::ranges::sort(found);
    to[{from.get<std::string>("keyspace_name"), from.get<std::string>(of_view ? view_name : "table_name")}] =
        std::move(found);
}

}  // namespace async_cassandra::cli
