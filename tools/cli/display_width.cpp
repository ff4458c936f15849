// SPDX-License-Identifier: Apache-2.0
#include "display_width.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>

namespace async_cassandra::cli {

namespace {

struct range {
    char32_t first;
    char32_t last;
};

// Unicode's East Asian Width W and F, in blocks.
constexpr std::array wide{
    range{0x1100, 0x115F},
    range{0x231A, 0x231B},
    range{0x2E80, 0x303E},
    range{0x3041, 0xA4CF},
    range{0xAC00, 0xD7A3},
    range{0xF900, 0xFAFF},
    range{0xFE30, 0xFE6F},
    range{0xFF00, 0xFF60},
    range{0xFFE0, 0xFFE6},
    range{0x1F300, 0x1F64F},
    range{0x1F680, 0x1F6FF},
    range{0x1F900, 0x1FAFF},
    range{0x20000, 0x3FFFD},
};

constexpr std::array without_width{
    range{0x0300, 0x036F},
    range{0x200B, 0x200F},
    range{0x20D0, 0x20FF},
    range{0xFE00, 0xFE0F},
    range{0xFE20, 0xFE2F},
};

template <std::size_t Size>
bool is_in(char32_t c, const std::array<range, Size>& ranges) noexcept
{
    return std::ranges::any_of(ranges, [c](const range& each) { return each.first <= c && c <= each.last; });
}

std::size_t sequence_length(unsigned char lead) noexcept
{
    if (lead < 0xC0)
        return 1;
    if (lead < 0xE0)
        return 2;
    return lead < 0xF0 ? 3 : 4;
}

/// The text is UTF-8, as the server checks; anything else only gives a wrong width.
char32_t take_character(std::string_view& text) noexcept
{
    const auto lead = static_cast<unsigned char>(text.front());
    const std::size_t length = std::min(sequence_length(lead), text.size());
    char32_t c = length == 1 ? lead : lead & (0x7FU >> length);
    for (std::size_t i = 1; i < length; ++i)
        c = (c << 6U) | (static_cast<unsigned char>(text[i]) & 0x3FU);
    text.remove_prefix(length);
    return c;
}

bool is_control(unsigned char c) noexcept
{
    return c < 0x20 || c == 0x7F;
}

}  // namespace

std::size_t display_width(std::string_view text) noexcept
{
    std::size_t width = 0;
    while (!text.empty()) {
        const char32_t c = take_character(text);
        if (c < 0x300)
            ++width;
        else if (!is_in(c, without_width))
            width += is_in(c, wide) ? 2U : 1U;
    }
    return width;
}

void append_printable(std::string& out, std::string_view text)
{
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto c = static_cast<unsigned char>(text[i]);
        const bool c1 = c == 0xC2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0;
        if (c == '\n')
            out += "\\n";
        else if (c == '\t')
            out += "\\t";
        else if (c == '\r')
            out += "\\r";
        else if (is_control(c))
            fmt::format_to(std::back_inserter(out), "\\x{:02x}", c);
        else if (c1)
            fmt::format_to(std::back_inserter(out), "\\x{:02x}", static_cast<unsigned char>(text[++i]));
        else
            out += text[i];
    }
}

}  // namespace async_cassandra::cli
