// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

namespace async_cassandra::net {

/// Decides when a connection from which nothing comes is probed with OPTIONS, when it is suspected to be dead, and when
/// it is given up. Pure: time is an argument.
///
/// With requests unanswered, those that gave up waiting included, one second without a byte sends a probe; an idle
/// connection is probed after `heartbeat_interval`, and never closed for being idle. One second after a probe without a
/// byte the connection is suspect: a frozen node is left two seconds after a request, whatever the requests' own timeout.
/// Only `heartbeat_timeout` after the probe is it given up: a node that collects garbage for three seconds, or waits for
/// a processor, gets nothing new meanwhile, and answers what it has. Any byte ends all of that.
class liveness {
public:
    using time_point = std::chrono::steady_clock::time_point;
    using duration = std::chrono::steady_clock::duration;

    struct limits {
        duration heartbeat_interval = std::chrono::seconds{15};
        duration heartbeat_timeout = std::chrono::seconds{5};
        duration busy_silence = std::chrono::seconds{1};
        duration trust = std::chrono::seconds{1};  ///< So long after a probe it is not suspect.
    };

    enum class action : std::uint8_t {
        wait,     ///< Ask again at `next`.
        probe,    ///< Send OPTIONS, then ask again at `next`.
        suspect,  ///< Nothing new should go there until a byte comes. Ask again at `next`.
        fail,     ///< No byte came in time: the connection is dead.
    };
    struct decision {
        action what = action::wait;
        time_point next{};
    };

    liveness(const limits& l, time_point now) noexcept : limits_(l), last_byte_(now), busy_since_(now) {}

    [[nodiscard]] bool is_suspect() const noexcept { return suspect_; }

    /// Any byte arrived.
    void on_bytes(time_point now) noexcept
    {
        last_byte_ = now;
        probe_sent_.reset();
        suspect_ = false;
    }

    /// The first unanswered request was sent on a connection that had none.
    void on_busy(time_point now) noexcept { busy_since_ = now; }

    /// To be asked at the time of the last decision's `next`, or earlier.
    [[nodiscard]] decision check(time_point now, bool busy) noexcept;

    /// Somebody doubts that the node lives: as if a probe were due.
    [[nodiscard]] decision demand(time_point now) noexcept;

private:
    [[nodiscard]] decision check_probe(time_point now) noexcept;

    limits limits_;
    time_point last_byte_;
    time_point busy_since_;
    std::optional<time_point> probe_sent_;
    bool suspect_ = false;
};

}  // namespace async_cassandra::net
