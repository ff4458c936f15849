// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bench_work.hpp"
#include "progress_line.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace async_cassandra::cli {

namespace asio = boost::asio;

/// Looks at a running load ten times a second: shows how far it is, and notes the memory after a tenth of it.
class bench_progress {
public:
    /// `loop` runs the first of the works. What is given lives longer than this.
    bench_progress(
        const asio::any_io_executor& loop,
        std::string title,
        std::optional<std::uint64_t> requests,
        std::optional<std::chrono::nanoseconds> duration,
        std::vector<const bench_work*> works,
        progress_line& line
    );
    ~bench_progress() { stop(); }
    bench_progress(const bench_progress&) = delete;
    bench_progress& operator=(const bench_progress&) = delete;

    /// Looks no more. The loop may run on.
    void stop();

    /// Resident MiB after a tenth of the requests or of the duration; nothing when that was not seen.
    [[nodiscard]] std::optional<double> mib_at_tenth() const noexcept { return mib_at_tenth_; }

private:
    void wait();
    void look();
    void show(std::uint64_t done, double seconds);

    /// How much of the work is done, 0 … 1; 0 when nobody knows.
    [[nodiscard]] double fraction(std::uint64_t done, double seconds) const noexcept;

    asio::steady_timer timer_;
    std::string title_;
    std::optional<std::uint64_t> requests_;
    std::optional<std::chrono::nanoseconds> duration_;
    std::vector<const bench_work*> works_;
    progress_line& line_;
    bench_clock::time_point begin_ = bench_clock::now();
    bench_clock::time_point last_shown_ = begin_;
    std::uint64_t last_done_ = 0;
    std::optional<double> mib_at_tenth_;
    std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);
};

}  // namespace async_cassandra::cli
