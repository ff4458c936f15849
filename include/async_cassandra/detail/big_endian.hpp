// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

namespace async_cassandra::detail {

template <std::size_t Size>
struct unsigned_of_size;
template <>
struct unsigned_of_size<1> {
    using type = std::uint8_t;
};
template <>
struct unsigned_of_size<2> {
    using type = std::uint16_t;
};
template <>
struct unsigned_of_size<4> {
    using type = std::uint32_t;
};
template <>
struct unsigned_of_size<8> {
    using type = std::uint64_t;
};

template <class Unsigned>
[[nodiscard]] constexpr Unsigned to_from_network(Unsigned v) noexcept
{
    if constexpr (std::endian::native == std::endian::big || sizeof(Unsigned) == 1)
        return v;
    else if constexpr (sizeof(Unsigned) == 2)
        return __builtin_bswap16(v);
    else if constexpr (sizeof(Unsigned) == 4)
        return __builtin_bswap32(v);
    else
        return __builtin_bswap64(v);
}

/// The integer or floating-point number whose big-endian bytes stand at `from` (no alignment needed).
template <class T>
    requires std::is_arithmetic_v<T>
[[nodiscard]] inline T load_be(const std::byte* from) noexcept
{
    typename unsigned_of_size<sizeof(T)>::type raw;
    std::memcpy(&raw, from, sizeof raw);
    return std::bit_cast<T>(to_from_network(raw));
}

/// Writes `value` big-endian at `to` (no alignment needed).
template <class T>
    requires std::is_arithmetic_v<T>
inline void store_be(std::byte* to, T value) noexcept
{
    const auto raw = to_from_network(std::bit_cast<typename unsigned_of_size<sizeof(T)>::type>(value));
    std::memcpy(to, &raw, sizeof raw);
}

}  // namespace async_cassandra::detail
