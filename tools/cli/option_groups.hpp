// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connection_options.hpp"
#include "row_writer.hpp"

#include <CLI/CLI.hpp>

#include <chrono>
#include <limits>
#include <string>

/// Options, and checks of them, that several commands have.
namespace async_cassandra::cli {

/// Seconds as typed, fractions allowed; 0 when the option was not given.
struct seconds_option {
    static constexpr double longest = 1'000'000;

    double value = 0;

    template <class Duration>
    [[nodiscard]] Duration as() const
    {
        return std::chrono::ceil<Duration>(std::chrono::duration<double>{value});
    }
};

[[nodiscard]] CLI::Validator above_zero(double highest);

template <class Integer>
[[nodiscard]] CLI::Range at_least_one(Integer highest = std::numeric_limits<Integer>::max())
{
    return CLI::Range{Integer{1}, highest};
}

void add_connection_options(CLI::App& app, connection_options& options);

/// `level` becomes what `parse_consistency` takes; it stays empty when nothing is said.
void add_consistency_option(CLI::App& app, std::string& level);

void add_format_option(CLI::App& app, row_format& format);

/// `what` is limited.
void add_timeout_option(CLI::App& app, seconds_option& timeout, const std::string& what);

}  // namespace async_cassandra::cli
