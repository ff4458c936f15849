// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bench_schedule.hpp"
#include "failure_text.hpp"
#include "histogram.hpp"

#include <atomic>
#include <exception>
#include <functional>
#include <map>
#include <string>

namespace async_cassandra::cli {

/// What a load did. Failed requests are among the requests and the latencies.
struct bench_tally {
    histogram latencies;
    std::uint64_t requests = 0;
    std::uint64_t errors = 0;
    std::uint64_t unsent = 0;  ///< Due within the time, but never sent: their wait is among the latencies.
    std::uint64_t rows = 0;
    std::uint64_t checksum = 0;
    std::map<std::string, std::uint64_t> errors_by_class;  ///< By the name of the class that is thrown.
    std::exception_ptr first_error;

    void merge(const bench_tally& other);
};

/// The part of a load that one event loop does. Everything happens on that loop's thread, but for `done`.
class bench_work {
public:
    bench_work() = default;
    virtual ~bench_work() = default;
    bench_work(const bench_work&) = delete;
    bench_work& operator=(const bench_work&) = delete;

    /// `finished` is called once, at the end, on the loop.
    virtual void start(bench_clock::time_point now, std::function<void()> finished) = 0;

    /// Valid once it has finished.
    [[nodiscard]] const bench_tally& tally() const noexcept { return tally_; }

    /// Requests answered so far; from any thread.
    [[nodiscard]] std::uint64_t done() const noexcept { return done_.load(std::memory_order_relaxed); }

protected:
    void count(bench_clock::time_point from, bench_clock::time_point now) noexcept
    {
        tally_.latencies.record(now - from);
        done_.store(++tally_.requests, std::memory_order_relaxed);
    }

    void fail(std::exception_ptr why) noexcept
    {
        ++tally_.errors;
        ++tally_.errors_by_class[failure_class(why)];
        if (!tally_.first_error)
            tally_.first_error = std::move(why);
    }

    bench_tally tally_;

private:
    std::atomic<std::uint64_t> done_{0};
};

}  // namespace async_cassandra::cli
