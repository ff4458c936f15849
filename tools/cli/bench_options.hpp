// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connection_options.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

namespace async_cassandra::cli {

enum class bench_operation : std::uint8_t { select, insert, mixed, stream };

[[nodiscard]] constexpr std::string_view name_of(bench_operation operation) noexcept
{
    switch (operation) {
    case bench_operation::select: return "select";
    case bench_operation::insert: return "insert";
    case bench_operation::mixed: return "mixed";
    case bench_operation::stream: return "stream";
    }
    return "unknown";
}

struct bench_options {
    connection_options connection;
    bench_operation operation = bench_operation::select;
    std::uint64_t threads = 1;

    /// Requests in flight, or streams side by side, over all threads.
    std::uint64_t in_flight = 128;

    /// Requests, or readings of the whole table, over all threads; as many as `duration` allows when not set.
    std::optional<std::uint64_t> requests;
    std::optional<std::chrono::nanoseconds> duration;

    /// Requests a second, over all threads: open loop. Without it each answer is followed by the next request.
    std::optional<double> rate;

    /// Keys used, and rows the table shall have before.
    std::uint64_t rows = 100'000;

    /// Of the measured requests and of the set-up; the client's default when not set.
    std::optional<async_cassandra::consistency> consistency;

    /// Replicas in keyspace bench, which is changed to have them; 1, or what it has, when not set.
    std::optional<std::uint32_t> replication;

    bool set_up = true;
    bool json = false;
    bool progress = false;
};

}  // namespace async_cassandra::cli
