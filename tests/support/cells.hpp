// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/types/inet.hpp>

#include "base/byte_order.hpp"

#include <array>
#include <bit>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

// Values as the protocol carries them (native_protocol_v5.spec section 6), made without the library's own codecs, so that
// a mistake there does not hide itself.
namespace async_cassandra::testing {

/// Empty: null.
using cell = std::optional<std::vector<std::byte>>;
using row = std::vector<cell>;

namespace cells {

template <std::unsigned_integral T>
[[nodiscard]] inline cell number(T v)
{
    std::vector<std::byte> bytes(sizeof v);
    base::store_big_endian(bytes.data(), v);
    return bytes;
}

[[nodiscard]] inline cell null()
{
    return std::nullopt;
}
[[nodiscard]] inline cell bytes(std::span<const std::byte> v)
{
    return std::vector<std::byte>(v.begin(), v.end());
}
[[nodiscard]] inline cell text(std::string_view v)
{
    return bytes(std::as_bytes(std::span{v}));
}
[[nodiscard]] inline cell blob(std::size_t size, std::byte fill)
{
    return std::vector<std::byte>(size, fill);
}
[[nodiscard]] inline cell boolean(bool v)
{
    return number(static_cast<std::uint8_t>(v));
}
[[nodiscard]] inline cell tinyint(std::int8_t v)
{
    return number(static_cast<std::uint8_t>(v));
}
[[nodiscard]] inline cell smallint(std::int16_t v)
{
    return number(static_cast<std::uint16_t>(v));
}
[[nodiscard]] inline cell int_(std::int32_t v)
{
    return number(static_cast<std::uint32_t>(v));
}
[[nodiscard]] inline cell bigint(std::int64_t v)
{
    return number(static_cast<std::uint64_t>(v));
}
[[nodiscard]] inline cell float_(float v)
{
    return number(std::bit_cast<std::uint32_t>(v));
}
[[nodiscard]] inline cell double_(double v)
{
    return number(std::bit_cast<std::uint64_t>(v));
}
[[nodiscard]] inline cell timestamp(std::chrono::milliseconds since_1970)
{
    return bigint(since_1970.count());
}
[[nodiscard]] inline cell uuid(const std::array<std::uint8_t, 16>& v)
{
    return bytes(std::as_bytes(std::span{v}));
}
[[nodiscard]] inline cell address(const inet& v)
{
    return bytes(std::as_bytes(v.bytes()));
}

inline void append(std::vector<std::byte>& out, const cell& v)
{
    const cell length = int_(v ? static_cast<std::int32_t>(v->size()) : -1);
    out.insert(out.end(), length->begin(), length->end());
    if (v)
        out.insert(out.end(), v->begin(), v->end());
}

/// A list or a set.
[[nodiscard]] inline cell list(const std::vector<cell>& elements)
{
    std::vector<std::byte> out = *int_(static_cast<std::int32_t>(elements.size()));
    for (const cell& element : elements)
        append(out, element);
    return out;
}

[[nodiscard]] inline cell map(const std::vector<std::pair<cell, cell>>& entries)
{
    std::vector<std::byte> out = *int_(static_cast<std::int32_t>(entries.size()));
    for (const auto& [key, value] : entries) {
        append(out, key);
        append(out, value);
    }
    return out;
}

/// The number in 8 bytes; empty for null or another length.
[[nodiscard]] inline std::optional<std::int64_t> as_bigint(std::span<const std::byte> v)
{
    if (v.size() != 8)
        return std::nullopt;
    return static_cast<std::int64_t>(base::load_big_endian<std::uint64_t>(v.data()));
}

[[nodiscard]] inline std::string_view as_text(std::span<const std::byte> v)
{
    return {reinterpret_cast<const char*>(v.data()), v.size()};
}

}  // namespace cells
}  // namespace async_cassandra::testing
