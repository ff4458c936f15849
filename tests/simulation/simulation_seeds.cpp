// SPDX-License-Identifier: Apache-2.0
#include "simulation/cluster_run.hpp"
#include "simulation/scenario_run.hpp"

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <optional>
#include <string>
#include <string_view>

// Plays scenarios by seed, each twice. Exit code 0: all promises held; 1: some did not; 2: bad usage.
namespace {

struct options {
    std::uint64_t first = 1;
    std::uint64_t seeds = 200;
    bool trace = false;
    bool cluster = false;
};

std::optional<options> parse(int count, char** words)
{
    options chosen;
    for (int i = 1; i < count; ++i) {
        const std::string_view word = words[i];
        if (word == "--trace") {
            chosen.trace = true;
            continue;
        }
        if (word == "--cluster") {
            chosen.cluster = true;
            continue;
        }
        if ((word != "--seeds" && word != "--first") || i + 1 == count)
            return std::nullopt;
        char* end = nullptr;
        const std::uint64_t number = std::strtoull(words[++i], &end, 10);
        if (*end != '\0')
            return std::nullopt;
        (word == "--seeds" ? chosen.seeds : chosen.first) = number;
    }
    return chosen;
}

int play(const options& chosen)
{
    using namespace async_cassandra::testing;
    const auto begin = std::chrono::steady_clock::now();
    std::uint64_t bad = 0;
    std::uint64_t calls = 0;
    std::uint64_t failed_calls = 0;
    effect_tally effects;
    for (std::uint64_t seed = chosen.first; seed < chosen.first + chosen.seeds; ++seed) {
        if (chosen.trace) {
            const auto traced = chosen.cluster ? run_cluster_scenario(seed, true) : run_scenario(seed, true);
            std::cout << traced.plan << traced.trace;
        }
        scenario_report report;
        const std::string wrong =
            chosen.cluster ? check_cluster_seed(seed, &report) : check_seed(seed, &report);
        calls += report.calls;
        failed_calls += report.failed_calls;
        effects.add(report.effects);
        if (wrong.empty())
            continue;
        ++bad;
        std::cout << wrong << std::flush;
    }
    const std::chrono::duration<double> time = std::chrono::steady_clock::now() - begin;
    std::cout << chosen.seeds << " seeds twice in " << time.count() << " s: " << bad << " bad; " << calls
              << " calls, " << failed_calls << " of them with an error\n";
    for (const auto& [name, count] : effects.all())
        if (chosen.cluster)
            std::cout << "  " << name << ": " << count << '\n';
    return bad == 0 ? 0 : 1;
}

}  // namespace

int main(int count, char** words)
{
    const auto chosen = parse(count, words);
    if (!chosen) {
        std::cerr << "usage: simulation_seeds [--first SEED] [--seeds COUNT] [--trace] [--cluster]\n";
        return 2;
    }
    try {
        return play(*chosen);
    } catch (const std::exception& e) {
        std::cerr << "simulation_seeds: " << e.what() << '\n';
        return 1;
    }
}
