// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace async_cassandra::testing {

/// What the ids of played servers are for.
enum class id_kind : std::uint8_t { host = 1, schema_version = 2, table = 3 };

/// The uuid with this number, the same in every run: fa4e00kk-0000-4000-8000-nnnnnnnnnnnn.
[[nodiscard]] constexpr std::array<std::uint8_t, 16> fake_id(id_kind kind, std::uint64_t number) noexcept
{
    std::array<std::uint8_t, 16> id{
        0xfa, 0x4e, 0x00, static_cast<std::uint8_t>(kind), 0, 0, 0x40, 0, 0x80, 0, 0, 0, 0, 0, 0, 0};
    for (std::size_t i = 0; i < 6; ++i)
        id[15 - i] = static_cast<std::uint8_t>(number >> 8 * i);
    return id;
}

}  // namespace async_cassandra::testing
