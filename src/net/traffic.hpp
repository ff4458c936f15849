// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/single_writer.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace async_cassandra::net {

/// What the connections of one shard to one node have carried: changed on the shard's thread, where always
/// sent == completed + failed + in_flight. The counts and `times` may be read on any.
struct traffic {
    using time_point = std::chrono::steady_clock::time_point;
    using duration = std::chrono::steady_clock::duration;

    /// An answer this old counts half as much as one of now.
    static constexpr std::chrono::seconds half_life{1};

    /// So many requests without an answer are enough to tell a slow node by …
    static constexpr std::uint32_t busy = 10;
    /// … that gives fewer than two answers in this time.
    static constexpr std::chrono::milliseconds answer_window{200};

    base::single_writer<std::uint64_t>
        sent;  ///< Without those that were taken back before a byte of them had left.
    base::single_writer<std::uint64_t> completed;  ///< Answered with anything but ERROR.
    base::single_writer<std::uint64_t>
        failed;  ///< Answered with ERROR, given up after they had left, or lost.
    base::single_writer<std::uint32_t> in_flight;    ///< Somebody waits for their answer.
    base::single_writer<std::uint32_t> connections;  ///< Open ones, those that are drained included.

    /// Those in flight, and those that were given up while the node may work on them still.
    std::uint32_t unanswered = 0;
    time_point busy_since{};  ///< When `unanswered` last became `busy`.

    // When the last answers came; long ago when there were none.
    time_point last_answer{};
    time_point last_but_one{};

    void on_sent(time_point now) noexcept
    {
        ++sent;
        ++in_flight;
        if (++unanswered == busy) [[unlikely]]
            busy_since = now;
    }

    /// No byte of it has left.
    void on_taken_back() noexcept
    {
        --sent;
        --in_flight;
        --unanswered;
    }

    /// Nobody waits for its answer any more, which may come.
    void on_given_up() noexcept
    {
        ++failed;
        --in_flight;
    }

    /// Of one that was given up.
    void on_late_answer() noexcept { --unanswered; }

    /// The connection is gone with it.
    void on_failed() noexcept
    {
        ++failed;
        --in_flight;
        --unanswered;
    }

    /// The connection is gone with so many that were given up.
    void on_late_answers_lost(std::size_t count) noexcept { unanswered -= static_cast<std::uint32_t>(count); }

    void on_answered(bool with_error) noexcept
    {
        ++(with_error ? failed : completed);
        --in_flight;
        --unanswered;
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

    /// Much is under way, and hardly an answer comes. Late ones do not count.
    [[nodiscard]] bool is_slow(time_point now) const noexcept
    {
        return unanswered >= busy && now - std::max(busy_since, last_but_one) > answer_window;
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
