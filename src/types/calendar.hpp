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

}  // namespace async_cassandra::types
