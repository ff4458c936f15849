// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace async_cassandra {

/// How many replicas must answer before the coordinator does (native_protocol_v5.spec section 3,
/// [consistency]).
enum class consistency : std::uint16_t {
    any = 0x0000,
    one = 0x0001,
    two = 0x0002,
    three = 0x0003,
    quorum = 0x0004,
    all = 0x0005,
    local_quorum = 0x0006,
    each_quorum = 0x0007,
    serial = 0x0008,
    local_serial = 0x0009,
    local_one = 0x000A,
};

/// The CQL name in upper case, for example "LOCAL_QUORUM"; "UNKNOWN" for a value this library does not know.
[[nodiscard]] std::string_view to_string(consistency level) noexcept;

/// The level with this CQL name, in any case ("quorum", "LOCAL_ONE"); empty when there is none.
[[nodiscard]] std::optional<consistency> parse_consistency(std::string_view name) noexcept;

}  // namespace async_cassandra
