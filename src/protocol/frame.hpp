// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/byte_order.hpp"
#include "protocol/constants.hpp"

#include <cstddef>
#include <cstdint>
#include <span>

namespace async_cassandra::protocol {

/// The nine bytes in front of every message (native_protocol_v5.spec section 2, [envelope]).
struct frame_header {
    std::uint8_t version = 0;  ///< Without the response bit.
    bool response = false;
    std::uint8_t flags = 0;
    std::int16_t stream = 0;
    opcode op = opcode::error;
    std::uint32_t length = 0;  ///< Of the body.

    friend bool operator==(const frame_header&, const frame_header&) = default;
};

/// What a header must satisfy to be taken for one.
struct frame_rules {
    bool response = true;
    std::uint8_t version = 0;  ///< 0: every version with this header layout (3 and later).
    bool compression = false;  ///< Whether bodies may be compressed.
    std::uint32_t max_length = max_body_length;
};

[[nodiscard]] inline frame_header decode_frame_header(std::span<const std::byte, frame_header_size> at
) noexcept
{
    const auto first = std::to_integer<std::uint8_t>(at[0]);
    frame_header h;
    h.version = static_cast<std::uint8_t>(first & ~response_bit);
    h.response = (first & response_bit) != 0;
    h.flags = std::to_integer<std::uint8_t>(at[1]);
    h.stream = static_cast<std::int16_t>(base::load_big_endian<std::uint16_t>(at.data() + 2));
    h.op = static_cast<opcode>(at[4]);
    h.length = base::load_big_endian<std::uint32_t>(at.data() + 5);
    return h;
}

inline void encode_frame_header(const frame_header& h, std::span<std::byte, frame_header_size> at) noexcept
{
    at[0] = static_cast<std::byte>(h.version | (h.response ? response_bit : 0U));
    at[1] = static_cast<std::byte>(h.flags);
    base::store_big_endian(at.data() + 2, static_cast<std::uint16_t>(h.stream));
    at[4] = static_cast<std::byte>(h.op);
    base::store_big_endian(at.data() + 5, h.length);
}

/// The rule that the header breaks, as a text; nullptr when it breaks none.
[[nodiscard]] const char* broken_rule(const frame_header& h, const frame_rules& rules) noexcept;

}  // namespace async_cassandra::protocol
