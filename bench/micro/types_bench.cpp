// SPDX-License-Identifier: Apache-2.0
#include <async_cassandra/detail/bound_values.hpp>
#include <async_cassandra/result_set.hpp>
#include <async_cassandra/types/literal.hpp>

#include <benchmark/benchmark.h>

#include <vector>

namespace {

using namespace async_cassandra;

constexpr std::size_t page_rows = 5000;

// The columns of bench.big: bigint, timestamp, text, double, blob of 64 bytes.
std::shared_ptr<const columns> big_columns()
{
    std::vector<column> list;
    const std::pair<const char*, type_kind> specs[] = {
        {"id", type_kind::bigint},
        {"ts", type_kind::timestamp},
        {"name", type_kind::text},
        {"value", type_kind::double_},
        {"payload", type_kind::blob}};
    for (const auto& [name, kind] : specs)
        list.push_back({"bench", "big", name, kind});
    return std::make_shared<const columns>(std::move(list));
}

page big_page(std::size_t rows)
{
    const auto list = big_columns();
    detail::bound_values cells;
    const blob payload(64, std::byte{0x5A});
    for (std::size_t i = 0; i < rows; ++i) {
        const auto id = static_cast<std::int64_t>(i);
        const std::string name = "name " + std::string(i % 16, 'x');
        detail::bind_all(
            cells, *list, id, timestamp{std::chrono::milliseconds{id}}, name, static_cast<double>(i), payload
        );
    }
    detail::page_parts parts;
    parts.block = detail::block_ptr::allocate(cells.bytes().size());
    std::memcpy(parts.block.data(), cells.bytes().data(), cells.bytes().size());
    parts.columns = list;
    parts.row_count = static_cast<std::uint32_t>(rows);
    return page{std::move(parts)};
}

struct big_row {
    std::int64_t id;
    timestamp ts;
    std::string_view name;
    double value;
    blob_view payload;
};

void count_rows(benchmark::State& state, std::size_t rows)
{
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(rows));
}

void as_tuple(benchmark::State& state)
{
    const page rows = big_page(page_rows);
    for (auto _ : state) {
        std::size_t sum = 0;
        for (auto [id, ts, name, value, payload] :
             rows.as<std::int64_t, timestamp, std::string_view, double, blob_view>())
            sum += static_cast<std::size_t>(id + ts.time_since_epoch().count()) + name.size() +
                   static_cast<std::size_t>(value) + payload.size();
        benchmark::DoNotOptimize(sum);
    }
    count_rows(state, page_rows);
}
BENCHMARK(as_tuple);

void as_struct(benchmark::State& state)
{
    const page rows = big_page(page_rows);
    for (auto _ : state) {
        std::size_t sum = 0;
        for (const big_row r : rows.as<big_row>())
            sum += static_cast<std::size_t>(r.id + r.ts.time_since_epoch().count()) + r.name.size() +
                   static_cast<std::size_t>(r.value) + r.payload.size();
        benchmark::DoNotOptimize(sum);
    }
    count_rows(state, page_rows);
}
BENCHMARK(as_struct);

void result_set_as_tuple(benchmark::State& state)
{
    result_set rows{big_page(page_rows / 2)};
    rows.append(big_page(page_rows / 2));
    for (auto _ : state) {
        std::size_t sum = 0;
        for (auto [id, ts, name, value, payload] :
             rows.as<std::int64_t, timestamp, std::string_view, double, blob_view>())
            sum += static_cast<std::size_t>(id + ts.time_since_epoch().count()) + name.size() +
                   static_cast<std::size_t>(value) + payload.size();
        benchmark::DoNotOptimize(sum);
    }
    count_rows(state, page_rows);
}
BENCHMARK(result_set_as_tuple);

void row_get(benchmark::State& state)
{
    const page rows = big_page(page_rows);
    for (auto _ : state) {
        std::size_t sum = 0;
        for (const row r : rows)
            sum += static_cast<std::size_t>(
                       r.get<std::int64_t>(0) + r.get<timestamp>(1).time_since_epoch().count()
                   ) +
                   r.get<std::string_view>(2).size() + static_cast<std::size_t>(r.get<double>(3)) +
                   r.get<blob_view>(4).size();
        benchmark::DoNotOptimize(sum);
    }
    count_rows(state, page_rows);
}
BENCHMARK(row_get);

void row_get_by_name(benchmark::State& state)
{
    const page rows = big_page(page_rows);
    for (auto _ : state) {
        std::size_t sum = 0;
        for (const row r : rows)
            sum += static_cast<std::size_t>(
                       r.get<std::int64_t>("id") + r.get<timestamp>("ts").time_since_epoch().count()
                   ) +
                   r.get<std::string_view>("name").size() + static_cast<std::size_t>(r.get<double>("value")) +
                   r.get<blob_view>("payload").size();
        benchmark::DoNotOptimize(sum);
    }
    count_rows(state, page_rows);
}
BENCHMARK(row_get_by_name);

void skip_rows(benchmark::State& state)
{
    const page rows = big_page(page_rows);
    for (auto _ : state) {
        std::size_t n = 0;
        for (const row r : rows) {
            benchmark::DoNotOptimize(r);
            ++n;
        }
        benchmark::DoNotOptimize(n);
    }
    count_rows(state, page_rows);
}
BENCHMARK(skip_rows);

void one_row_result(benchmark::State& state)
{
    const page made = big_page(1);
    for (auto _ : state) {
        for (auto [id, ts, name, value, payload] :
             made.as<std::int64_t, timestamp, std::string_view, double, blob_view>())
            benchmark::DoNotOptimize(id);
    }
}
BENCHMARK(one_row_result);

void move_result_set(benchmark::State& state)
{
    result_set a{big_page(1)};
    for (auto _ : state) {
        result_set b{std::move(a)};
        benchmark::DoNotOptimize(b);
        a = std::move(b);
    }
}
BENCHMARK(move_result_set);

void bind_insert(benchmark::State& state)
{
    const columns markers{{{"bench", "kv", "k", type_kind::bigint}, {"bench", "kv", "v", type_kind::blob}}};
    const blob payload(100, std::byte{1});
    std::int64_t key = 0;
    for (auto _ : state) {
        detail::bound_values values;
        detail::bind_all(values, markers, ++key, payload);
        benchmark::DoNotOptimize(values.bytes().data());
    }
}
BENCHMARK(bind_insert);

void move_bound_values(benchmark::State& state)
{
    const columns markers{{{"bench", "kv", "k", type_kind::bigint}, {"bench", "kv", "v", type_kind::blob}}};
    detail::bound_values a;
    detail::bind_all(a, markers, 1, blob(100, std::byte{1}));
    for (auto _ : state) {
        detail::bound_values b{std::move(a)};
        benchmark::DoNotOptimize(b);
        a = std::move(b);
    }
}
BENCHMARK(move_bound_values);

void json_row(benchmark::State& state)
{
    const page rows = big_page(page_rows);
    std::string out;
    for (auto _ : state) {
        for (const row r : rows) {
            out.clear();
            for (std::size_t i = 0; i < r.size(); ++i)
                append_json(out, r.columns()[i].type, r.raw(i));
        }
        benchmark::DoNotOptimize(out);
    }
    count_rows(state, page_rows);
}
BENCHMARK(json_row);

}  // namespace

BENCHMARK_MAIN();
