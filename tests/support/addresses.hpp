// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/endpoint.hpp>

#include <array>
#include <cstdint>

namespace async_cassandra::testing {

/// 127.0.0.`host`, where nodes of tests live.
[[nodiscard]] constexpr endpoint loopback_address(std::uint8_t host = 1, std::uint16_t port = 9042) noexcept
{
    return {inet{std::array<std::uint8_t, 4>{127, 0, 0, host}}, port};
}

}  // namespace async_cassandra::testing
