// SPDX-License-Identifier: Apache-2.0
#include "protocol/segment.hpp"

#include "base/byte_order.hpp"
#include "protocol/compression.hpp"
#include "protocol/crc.hpp"
#include "protocol/frame.hpp"

#include <algorithm>

namespace async_cassandra::protocol {
namespace {

constexpr std::uint32_t length_mask = 0x1'FFFF;
constexpr std::uint32_t self_contained_bit = 0x2'0000;
static_assert(length_mask == max_segment_payload);

void store_u24(std::byte* at, std::uint32_t v) noexcept
{
    at[0] = static_cast<std::byte>(v & 0xFFU);
    at[1] = static_cast<std::byte>(v >> 8U & 0xFFU);
    at[2] = static_cast<std::byte>(v >> 16U & 0xFFU);
}

std::uint32_t load_u24(const std::byte* at) noexcept
{
    return std::to_integer<std::uint32_t>(at[0]) | std::to_integer<std::uint32_t>(at[1]) << 8U |
           std::to_integer<std::uint32_t>(at[2]) << 16U;
}

segment_piece piece(
    std::span<const std::byte> run, std::size_t offset, std::size_t length, bool self_contained
)
{
    return {
        encode_segment_header({static_cast<std::uint32_t>(length), self_contained}),
        encode_segment_trailer(run.subspan(offset, length)),
        offset,
        length};
}

void write_lz4_segment(std::span<const std::byte> payload, bool self_contained, base::byte_buffer& out)
{
    const std::size_t begin = out.size();
    out.extend(lz4_segment_header_size);
    const bool compressed = payload.size() >= least_compressed && compress_block(payload, out);
    if (!compressed)
        out.append(payload);
    const std::size_t sent = out.size() - begin - lz4_segment_header_size;
    const auto header = encode_lz4_segment_header(
        {static_cast<std::uint32_t>(sent),
         compressed ? static_cast<std::uint32_t>(payload.size()) : 0U,
         self_contained}
    );
    std::ranges::copy(header, out.data() + begin);
    out.append(encode_segment_trailer(out.bytes().subspan(begin + lz4_segment_header_size, sent)));
}

// Size of the envelope at the begin of `at`; 0 when it does not end there.
std::size_t envelope_size(std::span<const std::byte> at) noexcept
{
    if (at.size() < frame_header_size)
        return 0;
    const std::size_t size =
        frame_header_size + base::load_big_endian<std::uint32_t>(at.data() + frame_header_size - 4);
    return size <= at.size() ? size : 0;
}

// Calls `segment(offset, length, self_contained)` for each segment of the run. False when the run does not end where an
// envelope ends.
template <class Segment>
bool cut(std::span<const std::byte> run, Segment segment)
{
    std::size_t open = 0;  // begin of the segment that gathers small envelopes
    std::size_t at = 0;
    while (at < run.size()) {
        const std::size_t length = envelope_size(run.subspan(at));
        if (length == 0)
            return false;
        if (at + length - open > max_segment_payload) {
            if (at != open)
                segment(open, at - open, true);
            open = at;
        }
        at += length;
        if (length <= max_segment_payload)
            continue;
        for (; open != at; open += std::min(at - open, max_segment_payload))
            segment(open, std::min(at - open, max_segment_payload), false);
    }
    if (at != open)
        segment(open, at - open, true);
    return true;
}

}  // namespace

std::array<std::byte, segment_header_size> encode_segment_header(const segment_header& h) noexcept
{
    std::array<std::byte, segment_header_size> bytes;
    store_u24(bytes.data(), (h.payload_length & length_mask) | (h.self_contained ? self_contained_bit : 0U));
    store_u24(bytes.data() + 3, crc24({bytes.data(), 3}));
    return bytes;
}

std::optional<segment_header> decode_segment_header(std::span<const std::byte, segment_header_size> at
) noexcept
{
    if (crc24(at.first<3>()) != load_u24(at.data() + 3))
        return std::nullopt;
    const std::uint32_t word = load_u24(at.data());
    return segment_header{word & length_mask, (word & self_contained_bit) != 0};
}

std::array<std::byte, lz4_segment_header_size> encode_lz4_segment_header(const lz4_segment_header& h) noexcept
{
    const std::uint64_t word = (h.payload_length & length_mask) |
                               std::uint64_t{h.uncompressed_length & length_mask} << 17U |
                               std::uint64_t{h.self_contained ? 1U : 0U} << 34U;
    std::array<std::byte, lz4_segment_header_size> bytes;
    store_u24(bytes.data(), static_cast<std::uint32_t>(word & 0xFF'FFFFU));
    bytes[3] = static_cast<std::byte>(word >> 24U & 0xFFU);
    bytes[4] = static_cast<std::byte>(word >> 32U & 0xFFU);
    store_u24(bytes.data() + 5, crc24({bytes.data(), 5}));
    return bytes;
}

std::optional<lz4_segment_header> decode_lz4_segment_header(
    std::span<const std::byte, lz4_segment_header_size> at
) noexcept
{
    if (crc24(at.first<5>()) != load_u24(at.data() + 5))
        return std::nullopt;
    const std::uint64_t word = load_u24(at.data()) | std::to_integer<std::uint64_t>(at[3]) << 24U |
                               std::to_integer<std::uint64_t>(at[4]) << 32U;
    return lz4_segment_header{
        static_cast<std::uint32_t>(word & length_mask),
        static_cast<std::uint32_t>(word >> 17U & length_mask),
        (word >> 34U & 1U) != 0};
}

std::array<std::byte, segment_trailer_size> encode_segment_trailer(std::span<const std::byte> payload
) noexcept
{
    std::array<std::byte, segment_trailer_size> bytes;
    base::store_little_endian(bytes.data(), crc32(payload));
    return bytes;
}

bool trailer_matches(std::span<const std::byte, segment_trailer_size> trailer, std::uint32_t crc) noexcept
{
    return base::load_little_endian<std::uint32_t>(trailer.data()) == crc;
}

bool cut_segments(std::span<const std::byte> run, std::vector<segment_piece>& pieces)
{
    const std::size_t before = pieces.size();
    const bool whole = cut(run, [&](std::size_t offset, std::size_t length, bool self_contained) {
        pieces.push_back(piece(run, offset, length, self_contained));
    });
    if (!whole)
        pieces.resize(before);
    return whole;
}

bool write_lz4_segments(std::span<const std::byte> run, base::byte_buffer& out)
{
    const std::size_t before = out.size();
    const bool whole = cut(run, [&](std::size_t offset, std::size_t length, bool self_contained) {
        write_lz4_segment(run.subspan(offset, length), self_contained, out);
    });
    if (!whole)
        out.truncate(before);
    return whole;
}

}  // namespace async_cassandra::protocol
