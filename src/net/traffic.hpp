// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cmath>
#include <cstdint>

namespace async_cassandra::net {

/// What the connections of one shard to one node have carried: plain numbers of the shard's thread. Always
/// sent == completed + failed + in_flight.
struct traffic {
    using time_point = std::chrono::steady_clock::time_point;
    using duration = std::chrono::steady_clock::duration;

    /// An answer this old counts half as much as one of now.
    static constexpr std::chrono::seconds half_life{1};

    std::uint64_t sent = 0;       ///< Without those that were taken back before a byte of them had left.
    std::uint64_t completed = 0;  ///< Answered with anything but ERROR.
    std::uint64_t failed = 0;     ///< Answered with ERROR, given up after they had left, or lost.
    std::uint32_t in_flight = 0;  ///< Somebody waits for their answer.

    // When the last answers came; long ago when there were none.
    time_point last_answer{};
    time_point last_but_one{};

    void on_sent() noexcept
    {
        ++sent;
        ++in_flight;
    }

    /// No byte of it has left.
    void on_taken_back() noexcept
    {
        --sent;
        --in_flight;
    }

    void on_failed() noexcept
    {
        ++failed;
        --in_flight;
    }

    void on_answered(bool with_error) noexcept
    {
        ++(with_error ? failed : completed);
        --in_flight;
    }

    /// So many answers came at this time; their requests had been under way for `waited` together.
    void on_answers(time_point now, std::uint32_t count, duration waited) noexcept
    {
        last_but_one = count > 1 ? now : last_answer;
        const double kept = std::exp2(-(now - last_answer) / std::chrono::duration<double>{half_life});
        last_answer = now;
        weight_ = weight_ * kept + count;
        waited_ = waited_ * kept + std::chrono::duration<double, std::nano>{waited}.count();
    }

    /// How long answers took: the mean, in which recent ones count more. Zero before the first answer.
    [[nodiscard]] std::chrono::nanoseconds latency() const noexcept
    {
        return std::chrono::nanoseconds{weight_ > 0 ? static_cast<std::int64_t>(waited_ / weight_) : 0};
    }

private:
    double weight_ = 0;
    double waited_ = 0;  // nanoseconds
};

}  // namespace async_cassandra::net
