// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/effect_tally.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace async_cassandra::testing {

struct scenario_report {
    std::uint64_t hash = 0;
    std::size_t calls = 0;
    std::size_t failed_calls = 0;     ///< With a typed error, as they may.
    std::vector<std::string> broken;  ///< Promises of the library that did not hold; empty for a good run.
    std::string trace;                ///< When it was to be kept.
    std::string plan;                 ///< What the seed means, in words; of clusters only.
    effect_tally effects;             ///< What the faults did; of clusters only.
};

/// Plays the scenario of this seed once and checks what the library promises:
/// every call ends exactly once; none later than its deadline; an answer belongs to its request; an error is one of the
/// library's, names a node where one had to do with it, and is honest about its effect; the protocol is kept; when the
/// faults are over and time has passed, each session serves again; after `close` nothing is left open, and session and
/// cluster hold nothing.
[[nodiscard]] scenario_report run_scenario(std::uint64_t seed, bool keep_trace = false);

/// Twice, with equal trace. The text says what is wrong, and which command plays it again; empty when nothing is.
[[nodiscard]] std::string check_seed(std::uint64_t seed, scenario_report* report = nullptr);

}  // namespace async_cassandra::testing
