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

// A row of a table is half a kilobyte. Other clients read 1,000 to 5,000 rows at a time.
constexpr std::int32_t rows_per_page = 2'000;

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
    keyspaces_callback on_keyspaces,
    callback done
)
    : shard_(std::move(home)),
      connection_(std::move(on)),
      scope_(std::move(scope)),
      where_(condition(scope_.asked)),
      where_wanted_(condition(with_tables(scope_))),
      timeout_(timeout),
      on_keyspaces_(std::move(on_keyspaces)),
      done_(std::move(done)),
      reader_([only = scope_.wanted, tables = scope_.tables](std::string_view name) {
          return tables && (only.empty() || contains(only, name));
      })
{
    const bool only_keyspaces = !scope_.tables || (!scope_.asked.empty() && where_wanted_.empty());
    answers_.resize(only_keyspaces ? 1 : scope_.asked.empty() ? tables.size() : first_virtual);
}

void schema_reading::run()
{
    for (std::size_t i = 0; i < answers_.size() && done_ != nullptr; ++i)
        ask(i);
}

void schema_reading::give_up() noexcept
{
    done_ = nullptr;
    on_keyspaces_ = nullptr;
    give_up_questions();
    connection_.reset();
}

void schema_reading::give_up_questions() noexcept
{
    for (table_answer& each : answers_)
        each.inquiry.give_up();
}

void schema_reading::ask(std::size_t table)
{
    const std::string where = table == 0 ? where_ : table < first_virtual ? where_wanted_ : std::string{};
    answers_[table].inquiry.ask(
        shard_,
        connection_,
        std::string{"SELECT * FROM "} + tables[table].name + where,
        query_limits{timeout_, true, rows_per_page},
        [self = shared_from_this(), table](result<result_set> rows) {
            self->answers_[table].rows.emplace(std::move(rows));
            if (table == self->table_)
                self->take_rows();
        }
    );
}

void schema_reading::take_rows()
{
    if (done_ == nullptr)
        return;
    result<result_set> rows = *std::exchange(answers_[table_].rows, std::nullopt);
    // Before 4.0 there are no virtual keyspaces.
    if (table_ >= first_virtual && rows.has_error() && is_lasting(rows.error()->code)) {
        give_up_questions();
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
    else
        go_to_next_table();
}

void schema_reading::go_to_next_table()
{
    if (const keyspaces_callback told = std::exchange(on_keyspaces_, nullptr))
        told(reader_.replications());
    ++table_;
    if (table_ == answers_.size())
        put_together();
    else if (answers_[table_].rows)
        net::run_later(*shard_, [self = shared_from_this()] { self->take_rows(); });
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
    give_up_questions();
    connection_.reset();
    if (const callback done = std::exchange(done_, nullptr))
        done(std::move(outcome));
}

}  // namespace async_cassandra::detail
