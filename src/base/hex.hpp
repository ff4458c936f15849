// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace async_cassandra::base {

/// 0 to 15, or -1 when `c` is no hexadecimal digit.
[[nodiscard]] constexpr int hex_value(char c) noexcept
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

inline void append_hex(std::string& out, std::uint8_t value)
{
    constexpr char digits[] = "0123456789abcdef";
    out.push_back(digits[value >> 4]);
    out.push_back(digits[value & 15]);
}

/// "0xcafe", as CQL writes blobs.
inline void append_blob(std::string& out, std::span<const std::byte> bytes)
{
    out.reserve(out.size() + 2 + bytes.size() * 2);
    out += "0x";
    for (const std::byte b : bytes)
        append_hex(out, static_cast<std::uint8_t>(b));
}

}  // namespace async_cassandra::base
