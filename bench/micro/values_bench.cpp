// SPDX-License-Identifier: Apache-2.0
// One column of each type: read (through `as<>`) and bound.
#include <async_cassandra/detail/bound_values.hpp>
#include <async_cassandra/result_set.hpp>

#include <benchmark/benchmark.h>

#include <map>

namespace {

using namespace async_cassandra;
using namespace std::chrono_literals;

constexpr std::size_t page_rows = 1000;

struct address {
    std::string street;
    std::int32_t zip;
};

std::shared_ptr<const columns> one_column(const data_type& type)
{
    return std::make_shared<const columns>(std::vector<column>{{"bench", "t", "v", type}});
}

template <class T>
page page_of(const std::shared_ptr<const columns>& list, const T& value, std::size_t rows)
{
    detail::bound_values cells;
    for (std::size_t i = 0; i < rows; ++i)
        detail::bind_all(cells, *list, value);
    detail::page_parts parts;
    parts.block = detail::block_ptr::allocate(cells.bytes().size());
    std::memcpy(parts.block.data(), cells.bytes().data(), cells.bytes().size());
    parts.columns = list;
    parts.row_count = static_cast<std::uint32_t>(rows);
    return page{std::move(parts)};
}

template <class Read, class T>
void read_value(benchmark::State& state, const data_type& type, const T& value)
{
    const page rows = page_of(one_column(type), value, page_rows);
    for (auto _ : state)
        for (const auto& [read] : rows.as<Read>())
            benchmark::DoNotOptimize(read);
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(page_rows));
}

template <class T>
void bind_value(benchmark::State& state, const data_type& type, const T& value)
{
    const auto list = one_column(type);
    detail::bound_values values;
    for (auto _ : state) {
        values.clear();
        detail::bind_all(values, *list, value);
        benchmark::DoNotOptimize(values.bytes().data());
    }
    state.SetItemsProcessed(state.iterations());
}

/// Reads as Read, binds as T.
template <class Read, class T>
void add_as(const std::string& name, const data_type& type, const T& value)
{
    benchmark::RegisterBenchmark(("read/" + name).c_str(), [type, value](benchmark::State& state) {
        read_value<Read>(state, type, value);
    });
    benchmark::RegisterBenchmark(("bind/" + name).c_str(), [type, value](benchmark::State& state) {
        bind_value(state, type, value);
    });
}

template <class T>
void add(const std::string& name, const data_type& type, const T& value)
{
    add_as<T>(name, type, value);
}

// Bytes that end in the caller's memory.
void copy_embeddings(benchmark::State& state)
{
    constexpr std::uint32_t dimension = 1536;
    constexpr std::size_t rows = 100;
    const page all = page_of(
        one_column(data_type::vector_of(type_kind::float_, dimension)),
        std::vector<float>(dimension, 0.5F),
        rows
    );
    std::vector<float> matrix(dimension * rows);
    for (auto _ : state) {
        std::size_t at = 0;
        for (const auto& [view] : all.as<vector_view<float>>()) {
            view.copy_to(std::span{matrix}.subspan(at, dimension));
            at += dimension;
        }
        benchmark::DoNotOptimize(matrix.data());
        benchmark::ClobberMemory();
    }
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(matrix.size() * sizeof(float)));
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(rows));
}
BENCHMARK(copy_embeddings)->Name("read/vector<float, 1536> into a span");

template <class Blob>
void read_blobs(benchmark::State& state)
{
    constexpr std::size_t size = 10'000;
    constexpr std::size_t rows = 100;
    const page all = page_of(one_column(type_kind::blob), blob(size, std::byte{7}), rows);
    for (auto _ : state)
        for (const auto& [read] : all.as<Blob>())
            benchmark::DoNotOptimize(read);
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(size * rows));
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(rows));
}
BENCHMARK(read_blobs<blob_view>)->Name("read/blob of 10 kB, seen in place");
BENCHMARK(read_blobs<blob>)->Name("read/blob of 10 kB, copied");

const bool registered = [] {
    add<std::int8_t>("tinyint", type_kind::tinyint, -5);
    add<std::int16_t>("smallint", type_kind::smallint, -500);
    add<std::int32_t>("int", type_kind::int_, 70'000);
    add<std::int64_t>("bigint", type_kind::bigint, 1LL << 40);
    add<std::int64_t>("counter", type_kind::counter, 1LL << 40);
    add("varint of 3 bytes", type_kind::varint, varint{70'000});
    add("varint of 25 bytes", type_kind::varint, *varint::parse("1" + std::string(58, '0')));
    add("decimal", type_kind::decimal, *decimal::parse("12345.67"));
    add("float", type_kind::float_, 1.5F);
    add("double", type_kind::double_, 1.5);
    add("boolean", type_kind::boolean, true);
    add<std::string_view>("text, seen in place", type_kind::text, "twenty characters...");
    add<std::string>("text, copied", type_kind::text, "twenty characters...");
    add<std::string_view>("ascii, seen in place", type_kind::ascii, "twenty characters...");
    add("uuid", type_kind::uuid, uuid::random(1, 2));
    add("timeuuid", type_kind::timeuuid, uuid::time_based({}, 1));
    add("inet", type_kind::inet, *inet::parse("2001:db8::1"));
    add("timestamp", type_kind::timestamp, timestamp{1'700'000'000'123ms});
    add("date", type_kind::date, date{std::chrono::days{19'782}});
    add<time_of_day>("time", type_kind::time, 13h + 30min);
    add("duration", type_kind::duration, duration{14, 3, 4h});
    add("list<int> of 10", data_type::list_of(type_kind::int_), std::vector<std::int32_t>(10, 7));
    add("set<text> of 3, as a vector",
        data_type::set_of(type_kind::text),
        std::vector<std::string>{"a", "bc", "def"});
    add("map<text, int> of 3",
        data_type::map_of(type_kind::text, type_kind::int_),
        std::map<std::string, std::int32_t>{{"a", 1}, {"bc", 2}, {"def", 3}});
    add("tuple<int, text>",
        data_type::tuple_of({type_kind::int_, type_kind::text}),
        std::tuple<std::int32_t, std::string>{1, "abc"});
    add_as<std::optional<address>>(
        "udt of 2 fields",
        data_type::udt_of("bench", "addr", {"street", "zip"}, {type_kind::text, type_kind::int_}),
        address{"Main Street", 12345}
    );
    add("vector<float, 8>, as an array",
        data_type::vector_of(type_kind::float_, 8),
        std::array<float, 8>{1, 2, 3});
    add("vector<float, 1536>, as a vector",
        data_type::vector_of(type_kind::float_, 1536),
        std::vector<float>(1536, 0.5F));
    add("vector<text, 3>",
        data_type::vector_of(type_kind::text, 3),
        std::vector<std::string>{"a", "bc", "def"});
    return true;
}();

}  // namespace
