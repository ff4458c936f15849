// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bench_options.hpp"
#include "option_groups.hpp"

namespace async_cassandra::cli {

/// What CLI11 fills in before it becomes bench_options.
struct bench_arguments {
    bench_options options;
    std::uint64_t in_flight = 0;
    std::uint64_t requests = 0;
    std::uint64_t rows = 0;
    std::uint32_t replication = 0;
    std::string consistency;
    double rate = 0;
    seconds_option duration;
    bool no_setup = false;
};

CLI::App& add_bench(CLI::App& app, bench_arguments& into);

[[nodiscard]] bench_options finish(bench_arguments&& read);

/// What no single option shows.
[[nodiscard]] std::string contradiction(const bench_options& options);

}  // namespace async_cassandra::cli
