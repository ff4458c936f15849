// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace async_cassandra {

/// How message bodies are compressed on their way, in both directions (native_protocol_v4.spec section 5,
/// native_protocol_v5.spec section 2.2). It saves network and costs time of both sides: for slow or dear
/// links.
enum class compression : std::uint8_t {
    none,
    lz4,     ///< Protocol v4 and v5.
    snappy,  ///< Protocol v4 only; Cassandra offers it where the library is installed.
};

/// The name in the protocol: "lz4", "snappy"; "none" for none.
[[nodiscard]] std::string_view to_string(compression how) noexcept;

/// The compression with this name, in any case; empty when there is none.
[[nodiscard]] std::optional<compression> parse_compression(std::string_view name) noexcept;

}  // namespace async_cassandra
