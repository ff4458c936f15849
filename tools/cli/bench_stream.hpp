// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/session.hpp>

#include "bench_work.hpp"

#include <optional>
#include <vector>

namespace async_cassandra::cli {

/// Reads bench.big with several streams side by side, every cell. A request is a page here, its latency the time until
/// it was there after it was asked for. Without limits each stream goes once through the table; with them it begins
/// again.
class bench_stream final : public bench_work {
public:
    bench_stream(session target, prepared_statement prepared, closed_pacing pacing, bool again, std::uint64_t streams);

    void start(bench_clock::time_point now, std::function<void()> finished) override;

private:
    void open(std::size_t index);
    void ask(std::size_t index, bench_clock::time_point now);
    void on_page(std::size_t index, bench_clock::time_point from, std::exception_ptr why, std::optional<page> rows);
    void end(std::size_t index);

    session session_;
    prepared_statement prepared_;
    closed_pacing pacing_;
    bool again_;
    std::vector<std::optional<streaming_result_set>> streams_;
    std::size_t running_ = 0;
    std::function<void()> finished_;
};

}  // namespace async_cassandra::cli
