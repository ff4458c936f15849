// SPDX-License-Identifier: Apache-2.0
#include <async_cassandra/schema.hpp>

#include <algorithm>

namespace async_cassandra {

namespace {

// In lists that are sorted by name.
template <class List, class Name>
auto find_in(const List& list, std::string_view name, Name name_of) noexcept
{
    const auto found = std::ranges::lower_bound(list, name, {}, name_of);
    return found != list.end() && name_of(*found) == name ? &*found : nullptr;
}

constexpr auto name_of_type = [](const data_type& t) -> std::string_view { return t.name(); };
constexpr auto name_of_table = [](const table_metadata& t) -> std::string_view { return t.name; };
constexpr auto name_of_view = [](const view_metadata& v) -> std::string_view { return v.table.name; };
constexpr auto name_of_keyspace = [](const auto& k) -> std::string_view { return k->name; };

}  // namespace

std::string_view to_string(column_kind kind) noexcept
{
    switch (kind) {
    case column_kind::partition_key: return "partition_key";
    case column_kind::clustering: return "clustering";
    case column_kind::static_: return "static";
    case column_kind::regular: break;
    }
    return "regular";
}

std::span<const column_metadata> table_metadata::partition_key() const noexcept
{
    const auto end = std::ranges::find_if(columns, [](const column_metadata& c) {
        return c.kind != column_kind::partition_key;
    });
    return {columns.begin(), end};
}

std::span<const column_metadata> table_metadata::clustering_key() const noexcept
{
    const auto rest = std::span{columns}.subspan(partition_key().size());
    const auto end = std::ranges::find_if(rest, [](const column_metadata& c) {
        return c.kind != column_kind::clustering;
    });
    return {rest.begin(), end};
}

const column_metadata* table_metadata::find_column(std::string_view wanted) const noexcept
{
    const auto found = std::ranges::find(columns, wanted, &column_metadata::name);
    return found == columns.end() ? nullptr : &*found;
}

const table_metadata* keyspace_metadata::find_table(std::string_view table) const noexcept
{
    return find_in(tables, table, name_of_table);
}

const view_metadata* keyspace_metadata::find_view(std::string_view view) const noexcept
{
    return find_in(views, view, name_of_view);
}

const data_type* keyspace_metadata::find_user_type(std::string_view type) const noexcept
{
    return find_in(user_types, type, name_of_type);
}

schema::schema(keyspace_list keyspaces)
    : keyspaces_(std::make_shared<const keyspace_list>(std::move(keyspaces)))
{}

std::span<const std::shared_ptr<const keyspace_metadata>> schema::keyspaces() const& noexcept
{
    return keyspaces_ == nullptr ? std::span<const std::shared_ptr<const keyspace_metadata>>{} : *keyspaces_;
}

const keyspace_metadata* schema::find(std::string_view keyspace) const& noexcept
{
    const auto* found = find_in(keyspaces(), keyspace, name_of_keyspace);
    return found == nullptr ? nullptr : found->get();
}

const table_metadata* schema::find(std::string_view keyspace, std::string_view table) const& noexcept
{
    const keyspace_metadata* found = find(keyspace);
    if (found == nullptr)
        return nullptr;
    if (const table_metadata* plain = found->find_table(table))
        return plain;
    const view_metadata* view = found->find_view(table);
    return view == nullptr ? nullptr : &view->table;
}

}  // namespace async_cassandra
