// SPDX-License-Identifier: Apache-2.0
#include "types/vint.hpp"

namespace async_cassandra::types {

void store_unsigned_vint(std::byte* to, std::uint64_t value) noexcept
{
    const std::size_t size = unsigned_vint_size(value);
    for (std::size_t i = size; i-- != 0; value >>= 8U)
        to[i] = static_cast<std::byte>(value & 0xFFU);
    // The first byte has room left for the ones that count the others.
    to[0] |= static_cast<std::byte>(0xFFU << (max_vint_size - size) & 0xFFU);
}

void append_unsigned_vint(value_sink& out, std::uint64_t value)
{
    store_unsigned_vint(out.extend(unsigned_vint_size(value)), value);
}

void append_vint(value_sink& out, std::int64_t value)
{
    append_unsigned_vint(
        out, (static_cast<std::uint64_t>(value) << 1U) ^ static_cast<std::uint64_t>(value >> 63U)
    );
}

std::optional<std::uint64_t> take_unsigned_vint(std::span<const std::byte>& rest) noexcept
{
    if (rest.empty())
        return std::nullopt;
    const auto first = static_cast<std::uint8_t>(rest[0]);
    const auto more = static_cast<std::size_t>(std::countl_one(first));
    if (rest.size() <= more)
        return std::nullopt;
    std::uint64_t value = first & (0xFFU >> more);
    for (std::size_t i = 1; i <= more; ++i)
        value = (value << 8U) | static_cast<std::uint64_t>(rest[i]);
    rest = rest.subspan(more + 1);
    return value;
}

std::optional<std::int64_t> take_vint(std::span<const std::byte>& rest) noexcept
{
    const std::optional<std::uint64_t> folded = take_unsigned_vint(rest);
    if (!folded)
        return std::nullopt;
    return static_cast<std::int64_t>((*folded >> 1U) ^ -(*folded & 1U));
}

}  // namespace async_cassandra::types
