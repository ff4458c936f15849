// SPDX-License-Identifier: Apache-2.0
#include "cluster/load_balancing.hpp"

#include <benchmark/benchmark.h>

#include <array>
#include <memory>
#include <string>
#include <vector>

namespace async_cassandra::detail {
namespace {

constexpr std::uint32_t size = 12;
constexpr node_facts::time_point now{std::chrono::hours{1000}};

boost::intrusive_ptr<plan_table> twelve_nodes(const load_balancing_settings& settings)
{
    const auto racks =
        std::make_shared<const std::array<std::string, 3>>(std::array<std::string, 3>{"r1", "r2", "r3"});
    std::vector<plan_table::entry> entries;
    for (std::uint8_t i = 0; i < size; ++i) {
        auto facts = std::make_shared<node_facts>();
        facts->up = true;
        entries.push_back({{uuid{{i}}, {}, "dc1", (*racks)[i % 3U]}, std::move(facts)});
    }
    return new plan_table{std::move(entries), racks, settings, "dc1", 1};
}

// Made, and its first node taken: what a request that succeeds at once needs.
void first_of_plan(benchmark::State& state, const load_balancing_settings& settings, std::uint32_t factor)
{
    load_balancer balancer{settings, 1};
    balancer.use(twelve_nodes(settings));
    std::array<std::uint32_t, size> ring{};
    for (std::uint32_t i = 0; i < size; ++i)
        ring[i] = i;
    std::uint32_t at = 0;
    for (auto _ : state) {
        at = at == size - factor ? 0 : at + 1;
        node_plan plan = balancer.plan({.replicas = std::span{ring}.subspan(at, factor), .now = now});
        benchmark::DoNotOptimize(plan.next());
    }
}

void default_of_three(benchmark::State& state)
{
    first_of_plan(state, {}, 3);
}
BENCHMARK(default_of_three);

void with_racks_of_three(benchmark::State& state)
{
    load_balancing_settings settings;
    settings.local_rack = "r2";
    first_of_plan(state, settings, 3);
}
BENCHMARK(with_racks_of_three);

void ring_order_of_three(benchmark::State& state)
{
    load_balancing_settings settings;
    settings.shuffle_replicas = false;
    settings.avoid_slow_replicas = false;
    first_of_plan(state, settings, 3);
}
BENCHMARK(ring_order_of_three);

void no_replicas(benchmark::State& state)
{
    first_of_plan(state, {}, 0);
}
BENCHMARK(no_replicas);

void whole_default_of_three(benchmark::State& state)
{
    const load_balancing_settings settings;
    load_balancer balancer{settings, 1};
    balancer.use(twelve_nodes(settings));
    constexpr std::array<std::uint32_t, 3> replicas{2, 5, 9};
    for (auto _ : state)
        for (node_plan plan = balancer.plan({.replicas = replicas, .now = now}); !plan.empty();)
            benchmark::DoNotOptimize(plan.next());
}
BENCHMARK(whole_default_of_three);

class first_replica final : public load_balancing_policy {
    void plan(const request_info& request, std::span<const node_view>, plan_sink& plan) override
    {
        plan.add(request.replicas.front());
    }
};

void policy_of_the_user(benchmark::State& state)
{
    load_balancing_settings settings;
    settings.policy = std::make_shared<first_replica>();
    first_of_plan(state, settings, 3);
}
BENCHMARK(policy_of_the_user);

}  // namespace
}  // namespace async_cassandra::detail
