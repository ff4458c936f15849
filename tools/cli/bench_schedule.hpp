// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>

namespace async_cassandra::cli {

using bench_clock = std::chrono::steady_clock;

/// The share of one of `parts` equal parts of `whole`: the first ones take what is left over.
[[nodiscard]] constexpr std::uint64_t share_of(
    std::uint64_t whole, std::uint64_t part, std::uint64_t parts
) noexcept
{
    return whole / parts + (part < whole % parts ? 1 : 0);
}

/// Closed loop: a request may start whenever one ended, until there were enough or the time is up.
class closed_pacing {
public:
    static constexpr bool scheduled = false;

    closed_pacing(
        std::optional<std::uint64_t> requests, std::optional<std::chrono::nanoseconds> duration
    ) noexcept
        : left_(requests.value_or(std::numeric_limits<std::uint64_t>::max())), duration_(duration)
    {}

    void begin(bench_clock::time_point now) noexcept
    {
        end_ = duration_ ? now + *duration_ : bench_clock::time_point::max();
    }

    /// When the latency of the next request counts from; nothing when no request may start.
    std::optional<bench_clock::time_point> take(bench_clock::time_point now) noexcept
    {
        if (is_over(now))
            return std::nullopt;
        --left_;
        return now;
    }

    [[nodiscard]] bool is_over(bench_clock::time_point now) const noexcept
    {
        return left_ == 0 || is_time_up(now);
    }

    [[nodiscard]] bool is_time_up(bench_clock::time_point now) const noexcept { return now >= end_; }

private:
    std::uint64_t left_;
    std::optional<std::chrono::nanoseconds> duration_;
    bench_clock::time_point end_{};
};

/// Open loop: request i of all leaves i / rate after the beginning, whatever became of those before it. One that cannot
/// leave in time leaves as soon as it can, and its latency counts from when it should have left.
class open_schedule {
public:
    static constexpr bool scheduled = true;

    struct settings {
        double rate = 1;  ///< Requests a second, of all parts together.
        std::optional<std::uint64_t> requests;
        std::optional<std::chrono::nanoseconds> duration;
    };

    /// Of `parts` schedules that together are the whole one, that with the requests part, part + parts, …
    open_schedule(const settings& whole, std::uint64_t part, std::uint64_t parts) noexcept
        : interval_ns_(1e9 / whole.rate),
          duration_(whole.duration),
          part_(part),
          parts_(parts),
          count_(share_of(all_requests(whole), part, parts))
    {}

    void begin(bench_clock::time_point now) noexcept
    {
        begin_ = now;
        end_ = duration_ ? now + *duration_ : bench_clock::time_point::max();
    }

    std::optional<bench_clock::time_point> take(bench_clock::time_point now) noexcept
    {
        if (is_over(now) || next_due() > now)
            return std::nullopt;
        return due(next_++);
    }

    [[nodiscard]] bool is_over(bench_clock::time_point now) const noexcept
    {
        return next_ == count_ || now >= end_;
    }

    /// When the next request shall leave. Only while `is_over` is false.
    [[nodiscard]] bench_clock::time_point next_due() const noexcept { return due(next_); }

    /// Takes one that should have left before the time was up and did not: how long it had waited by then. Nothing when
    /// there is none.
    std::optional<std::chrono::nanoseconds> take_unsent() noexcept
    {
        if (next_ == count_ || !duration_)
            return std::nullopt;
        return end_ - due(next_++);
    }

private:
    /// Those that leave before the time is up.
    static std::uint64_t all_requests(const settings& whole) noexcept
    {
        const std::uint64_t limit = whole.requests.value_or(std::numeric_limits<std::uint64_t>::max());
        if (!whole.duration)
            return limit;
        const double seconds = std::chrono::duration<double>(*whole.duration).count();
        return std::min(limit, static_cast<std::uint64_t>(std::ceil(whole.rate * seconds)));
    }

    [[nodiscard]] bench_clock::time_point due(std::uint64_t index) const noexcept
    {
        // Multiplied, not added up: the thousandth request is where it belongs, whatever an interval rounds to.
        const double after = static_cast<double>(part_ + index * parts_) * interval_ns_;
        return begin_ + std::chrono::nanoseconds{static_cast<std::int64_t>(after)};
    }

    double interval_ns_;
    std::optional<std::chrono::nanoseconds> duration_;
    std::uint64_t part_;
    std::uint64_t parts_;
    std::uint64_t count_;
    std::uint64_t next_ = 0;
    bench_clock::time_point begin_{};
    bench_clock::time_point end_{};
};

}  // namespace async_cassandra::cli
