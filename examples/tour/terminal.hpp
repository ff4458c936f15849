// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string>
#include <string_view>

/// What the parts of the tour print, and with what.
namespace tour {

void heading(std::string_view title);

/// "  name        text", the text as for printf.
[[gnu::format(printf, 2, 3)]] void line(const char* name, const char* format, ...);

/// A line that the next one writes over; nothing when the output is no terminal.
void progress(const char* name, double fraction);

/// 1234567 as "1,234,567".
[[nodiscard]] std::string grouped(double number);

[[nodiscard]] double seconds_since(std::chrono::steady_clock::time_point begin);

/// Memory of this process, now and at most.
[[nodiscard]] double resident_mib();
[[nodiscard]] double peak_mib();

}  // namespace tour
