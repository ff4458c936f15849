// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/types/values.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace async_cassandra::types {

/// How years outside 0001 to 9999 are written.
enum class year_style {
    astronomical,  ///< 10000, 0000, -0001: can be read back.
    of_era,  ///< +10000, 0001, 0002: as the server writes JSON, which does not tell years before Christ apart.
};

/// "2023-11-14 22:13:20.123Z". Any timestamp of 64 bits, far beyond what the calendar of std::chrono holds.
void append_timestamp(std::string& out, timestamp value, year_style style);

/// "2023-11-14", "2023-11-14T22:13", "2023-11-14 22:13:20.123+01:00": date, optional time, optional zone
/// (else UTC). Empty when the text is anything else or beyond 64 bits of milliseconds.
[[nodiscard]] std::optional<timestamp> parse_timestamp(std::string_view text) noexcept;

/// "2024-02-29", "-0001-12-31", "+10000-01-01": astronomical years, as the server writes dates everywhere.
void append_date(std::string& out, date value);

/// What `append_date` writes, or as the server's literals the number of days since -5877641-06-23 (so
/// 2147483648 is 1970-01-01). Empty when the text is anything else or beyond 32 bits of days.
[[nodiscard]] std::optional<date> parse_date(std::string_view text) noexcept;

/// "13:30:54.234567891": a time of day, 0 <= `value` < 24 h.
void append_time(std::string& out, time_of_day value);

/// "13:30:54", "1:2:3.5", or the number of nanoseconds since midnight. Empty when the text is anything else or
/// 24 h and more.
[[nodiscard]] std::optional<time_of_day> parse_time(std::string_view text) noexcept;

}  // namespace async_cassandra::types
