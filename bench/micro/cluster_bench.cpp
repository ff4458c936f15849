// SPDX-License-Identifier: Apache-2.0
#include <async_cassandra/detail/bound_values.hpp>
#include <async_cassandra/result_set.hpp>

#include "cluster/node_rows.hpp"
#include "cluster/schema_rows.hpp"
#include "cluster/topology_builder.hpp"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <random>

#include <time.h>  // NOLINT(modernize-deprecated-headers): clock_gettime is of POSIX

namespace {

using namespace async_cassandra;
using namespace async_cassandra::detail;

constexpr std::size_t step_budget = 50'000;

// Two data centers with three racks each, tokens by chance.
std::shared_ptr<const described_nodes> nodes_with(std::size_t nodes, std::size_t tokens)
{
    std::mt19937_64 dice{1};
    described_nodes made;
    made.partitioner = "org.apache.cassandra.dht.Murmur3Partitioner";
    for (std::size_t i = 0; i < nodes; ++i) {
        node_description each;
        each.facts.host_id = uuid::random(i << 32U, 0);
        each.facts.address = {
            inet{std::array<std::uint8_t, 4>{
                10, 0, static_cast<std::uint8_t>(i >> 8U), static_cast<std::uint8_t>(i)}},
            9042};
        each.facts.data_center = i % 2 == 0 ? "dc1" : "dc2";
        each.facts.rack = "rack" + std::to_string(i / 2 % 3);
        each.facts.token_count = static_cast<std::uint32_t>(tokens);
        for (std::size_t k = 0; k < tokens; ++k)
            each.tokens.push_back(static_cast<token>(dice()));
        std::ranges::sort(each.tokens);
        made.nodes.push_back(std::move(each));
    }
    return std::make_shared<const described_nodes>(std::move(made));
}

keyspace_replications three_in_both()
{
    return {
        {"shop", {replication_strategy::network_topology, {}, {{"dc1", {.all = 3}}, {"dc2", {.all = 3}}}}}};
}

// Of the processor: a machine that does something else meanwhile says nothing about a step.
double thread_ms()
{
    timespec now{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

// What a shard goes through when a large cluster is read: ring, map, snapshot.
void build_topology(benchmark::State& state)
{
    const auto nodes =
        nodes_with(static_cast<std::size_t>(state.range(0)), static_cast<std::size_t>(state.range(1)));
    double longest_ms = 0;
    double steps = 0;
    std::shared_ptr<topology_data> made;
    const auto timed = [&](auto work) {
        const double begin = thread_ms();
        const auto result = work();
        longest_ms = std::max(longest_ms, thread_ms() - begin);
        ++steps;
        return result;
    };
    for (auto _ : state) {
        std::optional<topology_builder> builder;
        timed([&] { return builder.emplace(nodes, three_in_both(), nullptr).notes().size(); });
        while (!timed([&] { return builder->step(step_budget); })) {}
        made = builder->take();
    }
    state.counters["longest_step_ms"] = longest_ms;
    state.counters["steps"] = steps / static_cast<double>(state.iterations());
    state.counters["map_bytes"] = static_cast<double>(made->map_of("shop")->byte_size());
    state.counters["ring_bytes"] = static_cast<double>(made->ring->size() * sizeof(ring_entry));
}
BENCHMARK(build_topology)->Args({1000, 16})->Args({1000, 256})->Unit(benchmark::kMillisecond);

void find_replicas(benchmark::State& state)
{
    topology_builder builder{
        nodes_with(static_cast<std::size_t>(state.range(0)), static_cast<std::size_t>(state.range(1))),
        three_in_both(),
        nullptr};
    while (!builder.step(step_budget)) {}
    const auto made = builder.take();
    const token_map& map = *made->map_of("shop");
    std::mt19937_64 dice{2};
    for (auto _ : state) {
        const auto found = map.replicas(static_cast<token>(dice()));
        benchmark::DoNotOptimize(found.front());
    }
}
BENCHMARK(find_replicas)->Args({3, 16})->Args({1000, 16})->Args({1000, 256});

std::shared_ptr<const columns> columns_of(const std::vector<std::pair<const char*, data_type>>& list)
{
    std::vector<column> made;
    for (const auto& [name, type] : list)
        made.push_back({"system", "peers_v2", name, type});
    return std::make_shared<const columns>(std::move(made));
}

page page_of(const std::shared_ptr<const columns>& list, const bound_values& cells, std::size_t rows)
{
    page_parts parts;
    parts.block = block_ptr::allocate(cells.bytes().size());
    std::memcpy(parts.block.data(), cells.bytes().data(), cells.bytes().size());
    parts.columns = list;
    parts.row_count = static_cast<std::uint32_t>(rows);
    return page{std::move(parts)};
}

// A row of system.peers_v2, which is the unit of work of whoever reads them.
void read_peer(benchmark::State& state)
{
    constexpr std::size_t rows = 1000;
    const data_type token_set = data_type::set_of(type_kind::text);
    const auto peers = columns_of(
        {{"peer", type_kind::inet},
         {"peer_port", type_kind::int_},
         {"data_center", type_kind::text},
         {"host_id", type_kind::uuid},
         {"native_address", type_kind::inet},
         {"native_port", type_kind::int_},
         {"rack", type_kind::text},
         {"release_version", type_kind::text},
         {"schema_version", type_kind::uuid},
         {"tokens", token_set}}
    );
    bound_values cells;
    const auto nodes = nodes_with(rows, static_cast<std::size_t>(state.range(0)));
    for (const node_description& each : nodes->nodes) {
        std::vector<std::string> tokens;
        for (const token t : each.tokens)
            tokens.push_back(std::to_string(t));
        const node& n = each.facts;
        const inet address = n.address.address;
        bind_all(
            cells,
            *peers,
            address,
            7000,
            n.data_center,
            n.host_id,
            address,
            9042,
            n.rack,
            "5.0.2",
            n.host_id,
            tokens
        );
    }
    const page read = page_of(peers, cells, rows);
    const auto local_columns = columns_of({{"partitioner", type_kind::text}});
    bound_values local_cells;
    bind_all(local_cells, *local_columns, "org.apache.cassandra.dht.Murmur3Partitioner");
    const page local = page_of(local_columns, local_cells, 1);
    for (auto _ : state) {
        node_rows_reader reader{endpoint{}, 9042};
        reader.add_local(*local.begin());
        for (const row r : read)
            reader.add_peer(r);
        benchmark::DoNotOptimize(reader.finish().nodes.size() == rows);
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(rows));
}
BENCHMARK(read_peer)->Arg(16)->Arg(256);

// A row of system_schema.columns, with what its table costs, of 20 columns each.
void read_column(benchmark::State& state)
{
    constexpr int tables = 200;
    constexpr int columns_each = 20;
    const auto table_columns =
        columns_of({{"keyspace_name", type_kind::text}, {"table_name", type_kind::text}});
    const auto column_columns = columns_of(
        {{"keyspace_name", type_kind::text},
         {"table_name", type_kind::text},
         {"column_name", type_kind::text},
         {"clustering_order", type_kind::text},
         {"kind", type_kind::text},
         {"position", type_kind::int_},
         {"type", type_kind::text}}
    );
    bound_values table_cells;
    bound_values column_cells;
    for (int i = 0; i < tables; ++i) {
        const std::string table = "table_" + std::to_string(i);
        bind_all(table_cells, *table_columns, "shop", table);
        for (int k = 0; k < columns_each; ++k) {
            const std::string name = "column_" + std::to_string(k);
            const char* const type = k % 2 == 0 ? "text" : "frozen<map<text, list<int>>>";
            bind_all(column_cells, *column_columns, "shop", table, name, "none", "regular", -1, type);
        }
    }
    const auto keyspace_columns = columns_of({{"keyspace_name", type_kind::text}});
    bound_values keyspace_cells;
    bind_all(keyspace_cells, *keyspace_columns, "shop");
    const page keyspace_page = page_of(keyspace_columns, keyspace_cells, 1);
    const page table_page = page_of(table_columns, table_cells, tables);
    const page column_page = page_of(column_columns, column_cells, std::size_t{tables} * columns_each);
    for (auto _ : state) {
        schema_rows_reader reader;
        reader.add_keyspace(*keyspace_page.begin());
        for (const row r : table_page)
            reader.add_table(r);
        for (const row r : column_page)
            reader.add_column(r);
        while (!reader.step(step_budget)) {}
        benchmark::DoNotOptimize(reader.finish().keyspaces.size());
    }
    state.SetItemsProcessed(state.iterations() * tables * columns_each);
}
BENCHMARK(read_column);

}  // namespace

BENCHMARK_MAIN();
