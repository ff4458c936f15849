// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/types/value_sink.hpp>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

// Integers of 1 to 9 bytes (native_protocol_v5.spec section 3, [unsigned vint] and [vint]): the leading ones of the
// first byte count the bytes that follow it.
namespace async_cassandra::types {

inline constexpr std::size_t max_vint_size = 9;

/// Bytes that `value` takes as an unsigned vint.
[[nodiscard]] constexpr std::size_t unsigned_vint_size(std::uint64_t value) noexcept
{
    const int bits = 64 - std::countl_zero(value | 1);
    return bits > 56 ? max_vint_size : static_cast<std::size_t>((bits + 6) / 7);
}

/// Writes `unsigned_vint_size(value)` bytes at `to`.
void store_unsigned_vint(std::byte* to, std::uint64_t value) noexcept;

void append_unsigned_vint(value_sink& out, std::uint64_t value);

/// With the sign in the last bit.
void append_vint(value_sink& out, std::int64_t value);

/// Cuts one off the front of `rest`; empty when it is cut off.
[[nodiscard]] std::optional<std::uint64_t> take_unsigned_vint(std::span<const std::byte>& rest) noexcept;
[[nodiscard]] std::optional<std::int64_t> take_vint(std::span<const std::byte>& rest) noexcept;

}  // namespace async_cassandra::types
