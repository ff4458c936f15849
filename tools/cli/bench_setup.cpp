// SPDX-License-Identifier: Apache-2.0
#include "bench_setup.hpp"

#include "bench_load.hpp"
#include "bench_progress.hpp"
#include "bench_statements.hpp"

#include <fmt/format.h>

namespace async_cassandra::cli {

namespace {

// bench.big is spread over partitions of some rows each: reading them is what a stream does in practice, and a server
// reads one row per partition several times slower.
constexpr std::uint64_t buckets = 1024;

constexpr std::string_view create_keyspace =
    "CREATE KEYSPACE IF NOT EXISTS bench WITH replication = {'class': 'SimpleStrategy', "
    "'replication_factor': 1}";
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

asio::awaitable<void> create_tables(const session& target)
{
    for (const std::string_view cql : {create_keyspace, create_kv, create_big})
        co_await target.execute(std::string{cql});
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

template <class Operation>
void load(bench_worker& worker, Operation operation, const bench_options& options, progress_line& progress)
{
    constexpr std::uint64_t in_flight = 512;
    using load_type = bench_load<Operation, closed_pacing>;
    load_type work{
        worker.context().get_executor(),
        worker.target(),
        std::move(operation),
        closed_pacing{options.rows, std::nullopt},
        in_flight,
        load_type::on_error::stop};
    const auto begin = bench_clock::now();
    bench_progress shown{
        worker.context().get_executor(), "loading", options.rows, std::nullopt, {&work}, progress};
    worker.run_until_finished(work, begin);
    shown.stop();
    if (work.tally().first_error)
        std::rethrow_exception(work.tally().first_error);
}

}  // namespace

void set_up_bench(bench_worker& worker, const bench_options& options, progress_line& progress)
{
    worker.run(create_tables(worker.target()));
    if (options.operation == bench_operation::insert)
        return;
    const bool stream = options.operation == bench_operation::stream;
    progress.show("counting the rows that are there");
    std::uint64_t found = 0;
    worker.run(count_keys(
        worker.target(), stream ? "SELECT id FROM bench.big" : "SELECT k FROM bench.kv", options.rows, found
    ));
    if (found < options.rows) {
        if (stream)
            load(worker, insert_big_operation{worker.prepare(insert_big)}, options, progress);
        else
            load(worker, insert_operation{worker.prepare(insert_text), {0, options.rows}}, options, progress);
    }
    progress.clear();
}

}  // namespace async_cassandra::cli
