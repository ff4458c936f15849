// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/compression.hpp>

#include <cstddef>
#include <span>
#include <vector>

namespace async_cassandra::testing {

/// Where one segment lies in what was appended.
struct segment_place {
    std::size_t begin = 0;
    std::size_t payload = 0;  ///< Bytes of it, as sent.
    std::size_t header = 0;   ///< Bytes of its header.
};

/// Puts whole envelopes into v5 segments as a server does: what fits together into self-contained segments, an envelope
/// larger than `payload_limit` into slices of that size. The places say where each segment went. `how`: none or lz4.
std::vector<segment_place> append_segments(
    std::vector<std::byte>& out,
    std::span<const std::byte> envelopes,
    std::size_t payload_limit,
    compression how = compression::none
);

}  // namespace async_cassandra::testing
