// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace async_cassandra::cli {

/// Columns that UTF-8 text takes on a terminal: wide East Asian characters and emoji two, combining marks none.
[[nodiscard]] std::size_t display_width(std::string_view text) noexcept;

/// Adds `text` with control characters as \n, \t, \x1b …, so that it stays on its line and cannot steer the terminal.
void append_printable(std::string& out, std::string_view text);

}  // namespace async_cassandra::cli
