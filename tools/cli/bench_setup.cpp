// SPDX-License-Identifier: Apache-2.0
#include "bench_setup.hpp"

#include "bench_load.hpp"
#include "bench_progress.hpp"
#include "bench_statements.hpp"

#include <fmt/format.h>

#include <map>

namespace async_cassandra::cli {

namespace {

// bench.big is spread over partitions of some rows each: reading them is what a stream does in practice, and a server
// reads one row per partition several times slower.
constexpr std::uint64_t buckets = 1024;

constexpr std::string_view create_kv = "CREATE TABLE IF NOT EXISTS bench.kv (k bigint PRIMARY KEY, v blob)";
constexpr std::string_view create_big =
    "CREATE TABLE IF NOT EXISTS bench.big (bucket int, id bigint, ts timestamp, name text, value double, "
    "payload blob, "
    "PRIMARY KEY (bucket, id))";
constexpr std::string_view insert_big =
    "INSERT INTO bench.big (bucket, id, ts, name, value, payload) VALUES (?, ?, ?, ?, ?, ?)";

/// Row after row of bench.big, in neighbouring partitions.
class insert_big_operation {
public:
    explicit insert_big_operation(prepared_statement prepared) noexcept : prepared_(std::move(prepared)) {}

    [[nodiscard]] statement next()
    {
        const std::uint64_t id = next_++;
        const std::uint64_t kind = id % 2048;
        for (std::size_t i = 0; i < payload_.size(); ++i)
            payload_[i] = static_cast<std::byte>(kind + i);
        name_ = fmt::format("name-{}", kind);
        const timestamp ts{std::chrono::milliseconds{1'700'000'000'000 + static_cast<std::int64_t>(id)}};
        return prepared_.bind(
            static_cast<std::int32_t>(id % buckets),
            static_cast<std::int64_t>(id),
            ts,
            name_,
            static_cast<double>(kind) / 4,
            blob_view{payload_}
        );
    }

private:
    prepared_statement prepared_;
    std::uint64_t next_ = 0;
    std::string name_;
    std::array<std::byte, 64> payload_{};
};

using replication_map = std::map<std::string, std::string>;

/// How keyspace bench is replicated; empty when there is none.
asio::awaitable<std::optional<replication_map>> find_replication(const session& target)
{
    const result_set found = co_await target.execute(
        "SELECT replication FROM system_schema.keyspaces WHERE keyspace_name = 'bench'"
    );
    if (found.empty())
        co_return std::nullopt;
    co_return found.one()->get<replication_map>(0);
}

bool is_simple(const replication_map& replication, std::uint32_t replicas)
{
    const auto name = replication.find("class");
    const auto factor = replication.find("replication_factor");
    return name != replication.end() && name->second.ends_with("SimpleStrategy") &&
           factor != replication.end() && factor->second == std::to_string(replicas);
}

/// `new_replicas`: the keyspace was there with another replication. Rows that are there are then not where they belong.
asio::awaitable<void> create_tables(const session& target, const bench_options& options, bool& new_replicas)
{
    const std::string replication = fmt::format(
        "WITH replication = {{'class': 'SimpleStrategy', 'replication_factor': {}}}",
        options.replication.value_or(1)
    );
    const auto before = co_await find_replication(target);
    if (!before)
        co_await target.execute("CREATE KEYSPACE IF NOT EXISTS bench " + replication);
    else if (options.replication && !is_simple(*before, *options.replication)) {
        new_replicas = true;
        co_await target.execute("ALTER KEYSPACE bench " + replication);
    }
    co_await target.execute(std::string{create_kv});
    co_await target.execute(std::string{create_big});
}

/// How many of the keys 0 … rows - 1 are there; stops when all are.
asio::awaitable<void> count_keys(
    const session& target, std::string cql, std::uint64_t rows, std::uint64_t& found
)
{
    streaming_result_set pages = target.execute_stream(std::move(cql));
    while (found < rows) {
        const std::optional<page> keys = co_await pages.next_page();
        if (!keys)
            break;
        for (const auto [key] : keys->as<std::int64_t>())
            found += static_cast<std::uint64_t>(key) < rows ? 1 : 0;
    }
}

/// Each pass writes every row. Nodes that have just started may take too long for some.
template <class Operation>
void load(
    bench_worker& worker, const Operation& operation, const bench_options& options, progress_line& progress
)
{
    constexpr std::uint64_t in_flight = 128;
    constexpr int passes = 3;
    for (int pass = 1;; ++pass) {
        bench_load work{
            worker.context().get_executor(),
            worker.target(),
            operation,
            closed_pacing{options.rows, std::nullopt},
            in_flight};
        const auto begin = bench_clock::now();
        bench_progress shown{
            worker.context().get_executor(), "loading", options.rows, std::nullopt, {&work}, progress};
        worker.run_until_finished(work, begin);
        shown.stop();
        if (work.tally().errors == 0)
            return;
        if (pass == passes)
            std::rethrow_exception(work.tally().first_error);
    }
}

}  // namespace

void set_up_bench(bench_worker& worker, const bench_options& options, progress_line& progress)
{
    bool new_replicas = false;
    worker.run(create_tables(worker.target(), options, new_replicas));
    if (new_replicas)
        fmt::print(
            stderr, "async-cassandra: keyspace bench was changed to {} replicas\n", *options.replication
        );
    if (options.operation == bench_operation::insert)
        return;
    const bool stream = options.operation == bench_operation::stream;
    std::uint64_t found = 0;
    if (!new_replicas) {
        progress.show("counting the rows that are there");
        worker.run(count_keys(
            worker.target(),
            stream ? "SELECT id FROM bench.big" : "SELECT k FROM bench.kv",
            options.rows,
            found
        ));
    }
    if (found < options.rows) {
        if (stream)
            load(worker, insert_big_operation{worker.prepare(insert_big)}, options, progress);
        else
            load(worker, insert_operation{worker.prepare(insert_text), {0, options.rows}}, options, progress);
    }
    progress.clear();
}

}  // namespace async_cassandra::cli
