// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bench_options.hpp"

namespace async_cassandra::cli {

/// Sets up, measures and prints. False when a request failed; throws what kept it from measuring.
[[nodiscard]] bool run_bench(const bench_options& options);

}  // namespace async_cassandra::cli
