// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/types/inet.hpp>

#include <compare>
#include <cstdint>
#include <string>

namespace async_cassandra {

/// The address and port where a node serves CQL.
struct endpoint {
    inet address;
    std::uint16_t port = 9042;

    friend constexpr auto operator<=>(const endpoint&, const endpoint&) noexcept = default;
};

/// "127.0.0.1:9042" or "[2001:db8::1]:9042".
[[nodiscard]] std::string to_string(const endpoint& node);

}  // namespace async_cassandra
