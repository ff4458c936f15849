// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "simulation/scenario_run.hpp"

#include <cstdint>
#include <string>

namespace async_cassandra::testing {

/// Plays the scenario of this seed on a cluster of several nodes, and checks what run_scenario checks, of all nodes, and
/// that every insert that was answered is there at the end.
[[nodiscard]] scenario_report run_cluster_scenario(std::uint64_t seed, bool keep_trace = false);

/// Twice, with equal trace. The text says what is wrong, what happened in it, and which command plays it again; empty
/// when nothing is.
[[nodiscard]] std::string check_cluster_seed(std::uint64_t seed, scenario_report* report = nullptr);

}  // namespace async_cassandra::testing
