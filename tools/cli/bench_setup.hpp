// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bench_options.hpp"
#include "bench_worker.hpp"
#include "progress_line.hpp"

namespace async_cassandra::cli {

/// Creates keyspace bench and its tables where they are missing, and loads `rows` rows where the table of the operation
/// has fewer. Once done, it changes nothing when it runs again. A keyspace with another number of replicas than asked for
/// is altered, which is said on standard error, and its rows are loaded again, so that all replicas have them. Throws the
/// first failure.
void set_up_bench(bench_worker& worker, const bench_options& options, progress_line& progress);

}  // namespace async_cassandra::cli
