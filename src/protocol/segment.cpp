// SPDX-License-Identifier: Apache-2.0
#include "protocol/segment.hpp"

#include "base/byte_order.hpp"
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

void cut_slices(
    std::span<const std::byte> run, std::size_t begin, std::size_t end, std::vector<segment_piece>& pieces
)
{
    for (std::size_t at = begin; at < end;) {
        const std::size_t length = std::min(end - at, max_segment_payload);
        pieces.push_back(piece(run, at, length, false));
        at += length;
    }
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
    std::size_t open = 0;  // begin of the segment that gathers small envelopes
    std::size_t at = 0;
    const auto close = [&] {
        if (at != open)
            pieces.push_back(piece(run, open, at - open, true));
    };
    while (at < run.size()) {
        const std::size_t left = run.size() - at;
        const std::size_t length =
            left < frame_header_size
                ? left + 1
                : frame_header_size +
                      base::load_big_endian<std::uint32_t>(run.data() + at + frame_header_size - 4);
        if (length > left) {
            pieces.resize(before);
            return false;
        }
        if (at + length - open > max_segment_payload) {
            close();
            open = at;
        }
        at += length;
        if (length > max_segment_payload) {
            cut_slices(run, open, at, pieces);
            open = at;
        }
    }
    close();
    return true;
}

}  // namespace async_cassandra::protocol
