// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace async_cassandra::base {

[[nodiscard]] constexpr std::uint16_t swap_bytes(std::uint16_t v) noexcept
{
    return __builtin_bswap16(v);
}
[[nodiscard]] constexpr std::uint32_t swap_bytes(std::uint32_t v) noexcept
{
    return __builtin_bswap32(v);
}
[[nodiscard]] constexpr std::uint64_t swap_bytes(std::uint64_t v) noexcept
{
    return __builtin_bswap64(v);
}

/// The big-endian number at `at`, which needs no alignment.
template <std::unsigned_integral T>
[[nodiscard]] inline T load_big_endian(const std::byte* at) noexcept
{
    T v;
    std::memcpy(&v, at, sizeof v);
    if constexpr (sizeof(T) > 1 && std::endian::native == std::endian::little)
        v = swap_bytes(v);
    return v;
}

template <std::unsigned_integral T>
inline void store_big_endian(std::byte* at, T v) noexcept
{
    if constexpr (sizeof(T) > 1 && std::endian::native == std::endian::little)
        v = swap_bytes(v);
    std::memcpy(at, &v, sizeof v);
}

template <std::unsigned_integral T>
[[nodiscard]] inline T load_little_endian(const std::byte* at) noexcept
{
    T v;
    std::memcpy(&v, at, sizeof v);
    if constexpr (sizeof(T) > 1 && std::endian::native == std::endian::big)
        v = swap_bytes(v);
    return v;
}

template <std::unsigned_integral T>
inline void store_little_endian(std::byte* at, T v) noexcept
{
    if constexpr (sizeof(T) > 1 && std::endian::native == std::endian::big)
        v = swap_bytes(v);
    std::memcpy(at, &v, sizeof v);
}

}  // namespace async_cassandra::base
