// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/endpoint.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace async_cassandra::detail {

/// A contact point as the user wrote it, taken apart.
struct contact_point {
    std::string host;  ///< Name or address, without brackets.
    std::uint16_t port = 9042;
    std::optional<inet> address;  ///< Set when `host` is an address: it never goes to the resolver.

    /// From "host", "host:port", "192.0.2.1:9042", "::1", "[::1]" or "[::1]:9042". Empty when it is none of these.
    [[nodiscard]] static std::optional<contact_point> parse(
        std::string_view text, std::uint16_t default_port
    );
};

}  // namespace async_cassandra::detail
