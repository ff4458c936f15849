// SPDX-License-Identifier: Apache-2.0
#include "cluster/topology_builder.hpp"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <array>
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

}  // namespace

BENCHMARK_MAIN();
