// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/session.hpp>

#include "bench_work.hpp"

#include <optional>
#include <vector>

namespace async_cassandra::cli {

/// Reads bench.big as often as the pacing says, several streams side by side, every cell. A request is a page here, its
/// latency the time until it was there after it was asked for.
class bench_stream final : public bench_work {
public:
    bench_stream(
        session target, prepared_statement prepared, closed_pacing pacing, std::uint64_t side_by_side
    );

    void start(bench_clock::time_point now, std::function<void()> finished) override;

private:
    /// Begins the next reading of the table, or ends for good.
    void begin_pass(std::size_t index, bench_clock::time_point now);
    void ask(std::size_t index, bench_clock::time_point now);
    void on_page(
        std::size_t index, bench_clock::time_point from, std::exception_ptr why, std::optional<page> rows
    );
    void finish_when_idle();

    session session_;
    prepared_statement prepared_;
    closed_pacing pacing_;
    std::vector<std::optional<streaming_result_set>> streams_;
    std::size_t running_ = 0;
    std::function<void()> finished_;
};

}  // namespace async_cassandra::cli
