// SPDX-License-Identifier: Apache-2.0
#include "cluster/schema_reading.hpp"

#include "net/shard_call.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <string_view>
#include <utility>

namespace async_cassandra::detail {

namespace {

struct schema_table {
    const char* name;
    void (schema_rows_reader::*add)(const row&);
};

// In the order in which the reader wants them: what a row belongs to comes before it.
constexpr std::array<schema_table, 9> tables{{
    {"system_schema.keyspaces", &schema_rows_reader::add_keyspace},
    {"system_schema.types", &schema_rows_reader::add_type},
    {"system_schema.tables", &schema_rows_reader::add_table},
    {"system_schema.views", &schema_rows_reader::add_view},
    {"system_schema.columns", &schema_rows_reader::add_column},
    {"system_schema.indexes", &schema_rows_reader::add_index},
    // Never changed by a statement, and small.
    {"system_virtual_schema.keyspaces", &schema_rows_reader::add_keyspace},
    {"system_virtual_schema.tables", &schema_rows_reader::add_table},
    {"system_virtual_schema.columns", &schema_rows_reader::add_column},
}};
constexpr std::size_t first_virtual = 6;

// Well under a millisecond each.
constexpr int rows_per_turn = 200;
constexpr std::size_t columns_per_turn = 500;

bool contains(const std::vector<std::string>& list, std::string_view name) noexcept
{
    return std::ranges::find(list, name) != list.end();
}

/// Of which keyspaces the tables are read; empty: of all. Those of none are not read.
std::vector<std::string> with_tables(const schema_scope& scope)
{
    if (scope.asked.empty() || scope.wanted.empty())
        return scope.asked.empty() ? scope.wanted : scope.asked;
    std::vector<std::string> both;
    std::ranges::copy_if(scope.asked, std::back_inserter(both), [&](const std::string& name) {
        return contains(scope.wanted, name);
    });
    return both;
}

std::string condition(const std::vector<std::string>& keyspaces)
{
    if (keyspaces.empty())
        return {};
    std::string text = " WHERE keyspace_name IN (";
    for (const std::string& name : keyspaces) {
        text += text.back() == '(' ? "'" : ", '";
        for (const char c : name)
            text += c == '\'' ? std::string{"''"} : std::string{c};
        text += '\'';
    }
    return text + ")";
}

}  // namespace

schema_reading::schema_reading(
    std::shared_ptr<net::shard> home,
    std::shared_ptr<net::connection> on,
    schema_scope scope,
    std::chrono::milliseconds timeout,
    callback done
)
    : shard_(std::move(home)),
      connection_(std::move(on)),
      scope_(std::move(scope)),
      where_(condition(scope_.asked)),
      where_wanted_(condition(with_tables(scope_))),
      only_keyspaces_(!scope_.tables || (!scope_.asked.empty() && where_wanted_.empty())),
      timeout_(timeout),
      done_(std::move(done)),
      reader_([only = scope_.wanted, tables = scope_.tables](std::string_view name) {
          return tables && (only.empty() || contains(only, name));
      })
{}

void schema_reading::run()
{
    ask();
}

void schema_reading::give_up() noexcept
{
    done_ = nullptr;
    inquiry_.give_up();
    connection_.reset();
}

void schema_reading::ask()
{
    const std::string where = table_ == 0 ? where_ : table_ < first_virtual ? where_wanted_ : std::string{};
    inquiry_.ask(
        shard_,
        connection_,
        std::string{"SELECT * FROM "} + tables[table_].name + where,
        timeout_,
        [self = shared_from_this()](result<result_set> rows) { self->on_rows(std::move(rows)); }
    );
}

void schema_reading::on_rows(result<result_set> rows)
{
    // Before 4.0 there are no virtual keyspaces.
    if (table_ >= first_virtual && rows.has_error() && is_lasting(rows.error()->code)) {
        put_together();
        return;
    }
    if (rows.has_error()) {
        end(rows.error());
        return;
    }
    rows_ = std::move(*rows);
    next_row_ = rows_.begin();
    read_some();
}

void schema_reading::read_some()
{
    if (done_ == nullptr)
        return;
    for (int i = 0; i < rows_per_turn && next_row_ != rows_.end(); ++i, ++next_row_)
        (reader_.*tables[table_].add)(*next_row_);
    if (next_row_ != rows_.end())
        net::run_later(*shard_, [self = shared_from_this()] { self->read_some(); });
    else if (has_next_table())
        ask();
    else
        put_together();
}

bool schema_reading::has_next_table() noexcept
{
    ++table_;
    if (only_keyspaces_)
        return false;
    return table_ != (scope_.asked.empty() ? tables.size() : first_virtual);
}

void schema_reading::put_together()
{
    if (done_ == nullptr)
        return;
    if (reader_.step(columns_per_turn))
        end(reader_.finish());
    else
        net::run_later(*shard_, [self = shared_from_this()] { self->put_together(); });
}

void schema_reading::end(result<described_schema> outcome)
{
    connection_.reset();
    if (const callback done = std::exchange(done_, nullptr))
        done(std::move(outcome));
}

}  // namespace async_cassandra::detail
