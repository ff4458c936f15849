// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "simulation/scenario_calls.hpp"
#include "simulation/scenario_run.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

// What the library promises, checked when a run is over. Each adds what did not hold to the report.
namespace async_cassandra::testing {

/// What the played side knows of the calls.
struct scenario_truth {
    /// How often the insert with this id was carried out.
    std::function<int(std::int64_t id)> applied;
};

/// The call ended exactly once; not later than its deadline and the time for which the client got no CPU; with the answer
/// to its own request, or with an error of the library that names a node where one had to do with it and is honest about
/// its effect; one that had to succeed did. An insert was carried out at most once: nothing that may have been applied was sent again.
void check_call(const call_record& record, const scenario_truth& truth, scenario_report& report);

/// The client kept the protocol.
void check_protocol(const std::vector<std::string>& violations, scenario_report& report);

/// After `close` the node has no connection left.
void check_closed(const std::string& node, std::size_t open_connections, scenario_report& report);

/// What a session or a cluster holds, where it should hold nothing; empty when it does not.
[[nodiscard]] std::string what_is_left(const session_stats& stats);
[[nodiscard]] std::string what_is_left(const cluster_stats& stats);

/// After `close` nothing is left.
void check_left(const std::string& left, scenario_report& report);

[[nodiscard]] std::string in_milliseconds(std::chrono::nanoseconds time);

/// What is wrong with two runs of the same seed, with the command that plays it again; empty when nothing is.
[[nodiscard]] std::string compare_runs(
    std::uint64_t seed, const scenario_report& first, const scenario_report& second, const char* option
);

}  // namespace async_cassandra::testing
