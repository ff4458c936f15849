// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/cluster.hpp>

#include "support/seeded_random.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <vector>

namespace async_cassandra::testing {

namespace asio = boost::asio;

/// Inserts and reads in turn, on a schedule that no answer holds up. Inserts have a key of their own each; reads ask for
/// a row whose insert was answered, which must be there. Everything happens on one loop.
class steady_load {
public:
    using clock = std::chrono::steady_clock;

    struct failed_request {
        clock::time_point due;
        clock::time_point called;  ///< Later than due when this program was not given a processor in time.
        clock::time_point ended;
        bool insert;
        std::exception_ptr why;
    };

    struct figures {
        std::uint64_t inserts = 0;  ///< Answered ones.
        std::uint64_t reads = 0;    ///< Answered ones.
        std::uint64_t failed = 0;
        std::uint64_t wrong_reads = 0;  ///< Answered, but without the row or with another value.
        clock::duration longest{};      ///< From when the request was due.
    };

    /// `on_failure` is called for each that fails, on the loop.
    steady_load(
        asio::io_context& loop,
        session target,
        std::string table,
        double per_second,
        std::function<void(const failed_request&)> on_failure
    );

    asio::awaitable<void> prepare();

    /// From now until `stop`.
    void start();

    /// Nothing begins any more.
    void stop();

    [[nodiscard]] std::uint64_t in_flight() const noexcept { return in_flight_; }
    [[nodiscard]] const figures& so_far() const noexcept { return figures_; }

    /// How many of the answered inserts are not in the table.
    asio::awaitable<std::uint64_t> count_missing() const;

private:
    void send_due();
    void insert(clock::time_point due);
    void read(clock::time_point due);
    void end(clock::time_point due, clock::time_point called, bool insert, const std::exception_ptr& why);

    session session_;
    std::string table_;
    clock::duration interval_;
    std::function<void(const failed_request&)> on_failure_;
    asio::steady_timer timer_;
    prepared_statement insert_;
    prepared_statement read_;
    seeded_random random_{1};
    clock::time_point begin_;
    std::uint64_t next_ = 0;
    std::uint64_t in_flight_ = 0;
    bool stopped_ = false;
    std::vector<std::int64_t> answered_;
    figures figures_;
};

}  // namespace async_cassandra::testing
