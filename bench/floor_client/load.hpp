// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

namespace async_cassandra::bench {

enum class operation : std::uint8_t { select, insert, stream };

struct load_settings {
    std::string host = "127.0.0.1";
    std::uint16_t port = 0;
    operation op = operation::select;
    std::uint64_t in_flight = 1024;
    std::uint64_t requests = 1'000'000;
    std::uint8_t protocol = 5;
};

/// Of the measured phase. CPU is the whole process, user and system; `rows` is for stream alone.
struct load_figures {
    std::uint64_t requests = 0;
    std::uint64_t rows = 0;
    double seconds = 0;
    double cpu_us = 0;
};

/// Throws when the server answers with anything but the result that is expected.
load_figures run_load(const load_settings& settings);

}  // namespace async_cassandra::bench
