// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/protocol_version.hpp>

#include "base/byte_buffer.hpp"
#include "protocol/responses.hpp"

#include <cstddef>
#include <span>

namespace async_cassandra::test {

/// Decodes a response of any kind, cells included, and appends it again when nothing was wrong with it. Whether anything
/// was is asked of `in`, which reads `body`.
void decode_and_encode(
    const protocol::frame_header& h,
    protocol::reader& in,
    std::span<const std::byte> body,
    protocol_version version,
    base::byte_buffer& out
);

}  // namespace async_cassandra::test
