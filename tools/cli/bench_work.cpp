// SPDX-License-Identifier: Apache-2.0
#include "bench_work.hpp"

namespace async_cassandra::cli {

void bench_tally::merge(const bench_tally& other)
{
    latencies.merge(other.latencies);
    requests += other.requests;
    errors += other.errors;
    for (const auto& [name, count] : other.errors_by_class)
        errors_by_class[name] += count;
    unsent += other.unsent;
    rows += other.rows;
    checksum += other.checksum;
    if (!first_error)
        first_error = other.first_error;
}

}  // namespace async_cassandra::cli
