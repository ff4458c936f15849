// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace async_cassandra {

/// A span of the calendar: the CQL type `duration`. Months, days and nanoseconds are kept apart, because a
/// month has no fixed number of days and a day no fixed number of hours; all three are of one sign
/// (native_protocol_v5.spec section 6.8). Not ordered, for the same reason.
class duration {
public:
    /// Nothing.
    constexpr duration() noexcept = default;

    /// Throws value_error when one of them is negative and another positive.
    duration(std::int32_t months, std::int32_t days, std::chrono::nanoseconds nanoseconds);

    /// From what `to_string` or `to_iso_string` writes, and every other form of CQL:
    /// "1y2mo3w4d5h6m7s8ms9us10ns" (units in this order, in any case, each at most once), "P1Y2M3DT4H5M6S",
    /// "P3W", "P0001-02-03T04:05:06"; '-' in front negates all. Empty when the text is anything else or too
    /// large.
    [[nodiscard]] static std::optional<duration> parse(std::string_view text) noexcept;

    [[nodiscard]] constexpr std::int32_t months() const noexcept { return months_; }
    [[nodiscard]] constexpr std::int32_t days() const noexcept { return days_; }
    [[nodiscard]] constexpr std::chrono::nanoseconds nanoseconds() const noexcept { return nanoseconds_; }

    [[nodiscard]] constexpr bool is_negative() const noexcept
    {
        return months_ < 0 || days_ < 0 || nanoseconds_.count() < 0;
    }

    /// As CQL writes it: "1y2mo3d4h5m6s7ms8us9ns" without the parts that are 0, "-2d"; "0ns" for nothing.
    [[nodiscard]] std::string to_string() const;

    /// As ISO 8601 writes it: "P1Y2M3DT4H5M6.007008009S", "-P2D"; "PT0S" for nothing. The server reads no
    /// fraction of a second in this form.
    [[nodiscard]] std::string to_iso_string() const;

    friend constexpr bool operator==(const duration&, const duration&) noexcept = default;

private:
    std::int32_t months_ = 0;
    std::int32_t days_ = 0;
    std::chrono::nanoseconds nanoseconds_{};
};

}  // namespace async_cassandra
