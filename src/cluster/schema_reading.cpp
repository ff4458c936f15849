// SPDX-License-Identifier: Apache-2.0
#include "cluster/schema_reading.hpp"

#include "net/shard_call.hpp"

#include <array>
#include <utility>

namespace async_cassandra::detail {

namespace {

struct schema_table {
    const char* name;
    void (schema_rows_reader::*add)(const row&);
};

// In the order in which the reader wants them.
constexpr std::array<schema_table, 6> tables{{
    {"keyspaces", &schema_rows_reader::add_keyspace},
    {"types", &schema_rows_reader::add_type},
    {"tables", &schema_rows_reader::add_table},
    {"views", &schema_rows_reader::add_view},
    {"columns", &schema_rows_reader::add_column},
    {"indexes", &schema_rows_reader::add_index},
}};

// Well under a millisecond each.
constexpr int rows_per_turn = 200;
constexpr std::size_t columns_per_turn = 500;

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
    const std::vector<std::string>& keyspaces,
    std::chrono::milliseconds timeout,
    callback done
)
    : shard_(std::move(home)),
      connection_(std::move(on)),
      where_(condition(keyspaces)),
      timeout_(timeout),
      done_(std::move(done))
{}

void schema_reading::run()
{
    ask();
}

void schema_reading::give_up() noexcept
{
    done_ = nullptr;
    if (const auto asking = std::exchange(asking_, nullptr))
        asking->give_up();
    connection_.reset();
}

void schema_reading::ask()
{
    asking_ = std::make_shared<control_query>(
        shard_,
        connection_,
        std::string{"SELECT * FROM system_schema."} + tables[table_].name + where_,
        [self = shared_from_this()](result<result_set> rows) {
            self->asking_.reset();
            self->on_rows(std::move(rows));
        }
    );
    const auto asking = asking_;  // run may end it at once
    asking->run(timeout_);
}

void schema_reading::on_rows(result<result_set> rows)
{
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
    else if (++table_ != tables.size())
        ask();
    else
        put_together();
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
