// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bench_options.hpp"
#include "bench_work.hpp"

#include <optional>
#include <string>

namespace async_cassandra::cli {

/// One measured phase.
struct bench_figures {
    bench_tally tally;
    protocol_version protocol = protocol_version::v5;
    double seconds = 0;
    double cpu_us = 0;  ///< The whole process, user and system.
    double peak_mib = 0;
    std::optional<double> mib_at_tenth;
    double mib_at_end = 0;
};

/// 1234567 as "1,234,567".
[[nodiscard]] std::string grouped(std::uint64_t number);

/// One JSON object on one line.
[[nodiscard]] std::string to_json(const bench_options& options, const bench_figures& figures);

/// The same for people, in lines.
[[nodiscard]] std::string to_text(const bench_options& options, const bench_figures& figures);

}  // namespace async_cassandra::cli
