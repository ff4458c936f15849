// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/byte_buffer.hpp"
#include "protocol/constants.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

// v5 segments, plain and with LZ4 (native_protocol_v5.spec section 2.2).
namespace async_cassandra::protocol {

struct segment_header {
    std::uint32_t payload_length = 0;  ///< At most max_segment_payload.
    bool self_contained = false;

    friend bool operator==(const segment_header&, const segment_header&) = default;
};

/// One segment of a scatter-gather write: header, `length` bytes of the run at `offset`, trailer.
struct segment_piece {
    std::array<std::byte, segment_header_size> header;
    std::array<std::byte, segment_trailer_size> trailer;
    std::size_t offset = 0;
    std::size_t length = 0;
};

/// Of a segment on a connection with LZ4.
struct lz4_segment_header {
    std::uint32_t payload_length = 0;       ///< As sent; at most max_segment_payload.
    std::uint32_t uncompressed_length = 0;  ///< 0: the payload is stored as it is.
    bool self_contained = false;

    friend bool operator==(const lz4_segment_header&, const lz4_segment_header&) = default;
};

/// Header with its CRC24.
[[nodiscard]] std::array<std::byte, segment_header_size> encode_segment_header(const segment_header& h
) noexcept;

/// Empty when the CRC24 does not match.
[[nodiscard]] std::optional<segment_header> decode_segment_header(
    std::span<const std::byte, segment_header_size> at
) noexcept;

[[nodiscard]] std::array<std::byte, lz4_segment_header_size> encode_lz4_segment_header(
    const lz4_segment_header& h
) noexcept;
[[nodiscard]] std::optional<lz4_segment_header> decode_lz4_segment_header(
    std::span<const std::byte, lz4_segment_header_size> at
) noexcept;

/// The CRC32 of the payload as it goes to the wire.
[[nodiscard]] std::array<std::byte, segment_trailer_size> encode_segment_trailer(
    std::span<const std::byte> payload
) noexcept;

/// Whether the trailer carries this checksum.
[[nodiscard]] bool trailer_matches(
    std::span<const std::byte, segment_trailer_size> trailer, std::uint32_t crc
) noexcept;

/// Cuts a run of whole envelopes into segments and appends them to `pieces`: as many whole envelopes in each
/// self-contained segment as fit, larger envelopes in slices of their own. False, with nothing appended, when the run
/// does not end where an envelope ends.
[[nodiscard]] bool cut_segments(std::span<const std::byte> run, std::vector<segment_piece>& pieces);

/// Cuts in the same way and appends to `out` what goes to the wire with LZ4; payloads that do not become smaller are
/// stored. False, with nothing appended, when the run does not end where an envelope ends.
[[nodiscard]] bool write_lz4_segments(std::span<const std::byte> run, base::byte_buffer& out);

}  // namespace async_cassandra::protocol
