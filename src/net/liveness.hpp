// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

namespace async_cassandra::net {

/// Decides when a silent connection is probed with OPTIONS, and when it is given up. Pure: time is an argument.
///
/// With requests unanswered, those that gave up waiting included, one second without a byte sends a probe, and one
/// more second without a byte ends the connection: a frozen node is left in two seconds, whatever the requests' own
/// timeout. An idle connection is
/// probed after `heartbeat_interval`, and has `heartbeat_timeout` to answer; it is never closed for being idle.
class liveness {
public:
    using time_point = std::chrono::steady_clock::time_point;
    using duration = std::chrono::steady_clock::duration;

    struct limits {
        duration heartbeat_interval = std::chrono::seconds{15};
        duration heartbeat_timeout = std::chrono::seconds{5};
        duration busy_silence = std::chrono::seconds{1};
        duration busy_answer = std::chrono::seconds{1};
    };

    enum class action : std::uint8_t {
        wait,   ///< Ask again at `next`.
        probe,  ///< Send OPTIONS, then ask again at `next`.
        fail,   ///< No byte came in time: the connection is dead.
    };
    struct decision {
        action what = action::wait;
        time_point next{};
    };

    liveness(const limits& l, time_point now) noexcept : limits_(l), last_byte_(now), busy_since_(now) {}

    /// Any byte arrived.
    void on_bytes(time_point now) noexcept
    {
        last_byte_ = now;
        probe_sent_.reset();
    }

    /// The first unanswered request was sent on a connection that had none.
    void on_busy(time_point now) noexcept { busy_since_ = now; }

    /// To be asked at the time of the last decision's `next`, or earlier.
    [[nodiscard]] decision check(time_point now, bool busy) noexcept;

    /// Somebody doubts that the node lives: any byte must come within `busy_answer`.
    [[nodiscard]] decision demand(time_point now) noexcept;

private:
    limits limits_;
    time_point last_byte_;
    time_point busy_since_;
    std::optional<time_point> probe_sent_;
    bool probe_while_busy_ = false;
};

}  // namespace async_cassandra::net
