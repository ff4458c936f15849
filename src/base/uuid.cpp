// SPDX-License-Identifier: Apache-2.0
#include <async_cassandra/detail/big_endian.hpp>
#include <async_cassandra/types/uuid.hpp>

#include "base/hex.hpp"

namespace async_cassandra {

namespace {

// 100 ns steps from 1582-10-15, where version 1 counts from, to 1970-01-01 (RFC 4122, 4.1.4).
constexpr std::int64_t gregorian_offset = 0x01B21DD213814000;

constexpr bool is_dash_position(std::size_t i) noexcept
{
    return i == 8 || i == 13 || i == 18 || i == 23;
}

// The variant of RFC 4122 in the first two of the last eight bytes' bits.
constexpr std::uint64_t variant = std::uint64_t{2} << 62;
constexpr std::uint64_t behind_variant = ~std::uint64_t{0} >> 2U;

uuid of_halves(std::uint64_t high, std::uint64_t low) noexcept
{
    std::array<std::uint8_t, 16> bytes{};
    auto* const raw = reinterpret_cast<std::byte*>(bytes.data());
    detail::store_be(raw, high);
    detail::store_be(raw + 8, low);
    return uuid{bytes};
}

}  // namespace

uuid uuid::time_based(time_point at, std::uint64_t node) noexcept
{
    constexpr std::uint64_t chosen_by_chance = std::uint64_t{1} << 40U;
    const auto ticks = static_cast<std::uint64_t>(at.time_since_epoch().count()) +
                       static_cast<std::uint64_t>(gregorian_offset);
    const std::uint64_t high =
        (ticks << 32U) | ((ticks >> 16U) & 0xFFFF'0000U) | 0x1000U | ((ticks >> 48U) & 0x0FFFU);
    return of_halves(high, variant | (node & behind_variant) | chosen_by_chance);
}

uuid uuid::random(std::uint64_t high, std::uint64_t low) noexcept
{
    return of_halves((high & ~std::uint64_t{0xF000}) | 0x4000U, variant | (low & behind_variant));
}

std::optional<uuid> uuid::parse(std::string_view text) noexcept
{
    if (text.size() != 36)
        return std::nullopt;
    std::array<std::uint8_t, 16> bytes{};
    std::size_t filled = 0;
    for (std::size_t i = 0; i < text.size();) {
        if (is_dash_position(i)) {
            if (text[i++] != '-')
                return std::nullopt;
            continue;
        }
        const int high = base::hex_value(text[i]);
        const int low = base::hex_value(text[i + 1]);
        if (high < 0 || low < 0)
            return std::nullopt;
        bytes[filled++] = static_cast<std::uint8_t>(high * 16 + low);
        i += 2;
    }
    return uuid{bytes};
}

std::optional<uuid::time_point> uuid::timestamp() const noexcept
{
    if (version() != 1)
        return std::nullopt;
    const auto* raw = reinterpret_cast<const std::byte*>(bytes_.data());
    const std::int64_t low = detail::load_be<std::uint32_t>(raw);
    const std::int64_t mid = detail::load_be<std::uint16_t>(raw + 4);
    const std::int64_t high = detail::load_be<std::uint16_t>(raw + 6) & 0x0FFF;
    return time_point{time_point::duration{((high << 48) | (mid << 32) | low) - gregorian_offset}};
}

std::string uuid::to_string() const
{
    std::string out;
    out.reserve(36);
    for (const std::uint8_t b : bytes_) {
        if (is_dash_position(out.size()))
            out.push_back('-');
        base::append_hex(out, b);
    }
    return out;
}

}  // namespace async_cassandra

std::size_t std::hash<async_cassandra::uuid>::operator()(const async_cassandra::uuid& value) const noexcept
{
    // One half after the other, so that a difference in either reaches every bit of the result.
    const auto* raw = reinterpret_cast<const std::byte*>(value.bytes().data());
    std::uint64_t mixed = async_cassandra::detail::load_be<std::uint64_t>(raw) * 0x9E3779B97F4A7C15U;
    mixed = (mixed ^ (mixed >> 32)) + async_cassandra::detail::load_be<std::uint64_t>(raw + 8);
    mixed *= 0xFF51AFD7ED558CCDU;
    return static_cast<std::size_t>(mixed ^ (mixed >> 32));
}
