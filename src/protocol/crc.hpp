// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

// Checksums of v5 segments (native_protocol_v5.spec section 2.3).
namespace async_cassandra::protocol {

/// Of a segment header without its checksum: polynomial 0x1974F0B, initial value 0x875060.
[[nodiscard]] std::uint32_t crc24(std::span<const std::byte> bytes) noexcept;

/// The CRC-32 of the bytes FA 2D 55 CA, with which every payload checksum begins.
inline constexpr std::uint32_t crc32_initial = 0x4477'7ED3;

/// Continues a payload checksum that began with `crc32_initial`.
[[nodiscard]] std::uint32_t crc32_update(std::uint32_t crc, std::span<const std::byte> bytes) noexcept;

/// Of a whole segment payload.
[[nodiscard]] inline std::uint32_t crc32(std::span<const std::byte> payload) noexcept
{
    return crc32_update(crc32_initial, payload);
}

}  // namespace async_cassandra::protocol
