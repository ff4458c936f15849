// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/single_writer.hpp"

#include <chrono>
#include <cmath>
#include <cstdint>

namespace async_cassandra::net {

/// What the connections of one shard to one node have carried: changed on the shard's thread, where always
/// sent == completed + failed + in_flight. The counts and `times` may be read on any.
struct traffic {
    using time_point = std::chrono::steady_clock::time_point;
    using duration = std::chrono::steady_clock::duration;

    /// An answer this old counts half as much as one of now.
    static constexpr std::chrono::seconds half_life{1};

    base::single_writer<std::uint64_t>
        sent;  ///< Without those that were taken back before a byte of them had left.
    base::single_writer<std::uint64_t> completed;  ///< Answered with anything but ERROR.
    base::single_writer<std::uint64_t>
        failed;  ///< Answered with ERROR, given up after they had left, or lost.
    base::single_writer<std::uint32_t> in_flight;    ///< Somebody waits for their answer.
    base::single_writer<std::uint32_t> connections;  ///< Open ones, those that are drained included.

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
        mean_ = static_cast<std::int64_t>(waited_ / weight_);
        answered_ = now.time_since_epoch().count();
    }

    /// How long answers took: the mean, in which recent ones count more. Zero before the first answer.
    [[nodiscard]] std::chrono::nanoseconds latency() const noexcept
    {
        return std::chrono::nanoseconds{mean_.load()};
    }

    /// For the mean of several.
    struct answer_times {
        std::chrono::nanoseconds mean{0};
        double weight = 0;  ///< As of the last answer; 0: there was none.
        time_point last{};
    };
    [[nodiscard]] answer_times times() const noexcept
    {
        return {latency(), weight_, time_point{duration{answered_.load()}}};
    }

private:
    base::single_writer<double> weight_;
    double waited_ = 0;  // nanoseconds
    base::single_writer<std::int64_t> mean_;
    base::single_writer<duration::rep> answered_;
};

}  // namespace async_cassandra::net
