// SPDX-License-Identifier: Apache-2.0
#include "segment.hpp"

#include <libdeflate.h>

#include <algorithm>
#include <array>

namespace async_cassandra::bench {

namespace {

constexpr std::uint32_t crc24_polynomial = 0x1974F0B;
constexpr std::uint32_t crc24_start = 0x875060;
// The state after the four bytes FA 2D 55 CA, which stand in front of every payload without being sent.
constexpr std::uint32_t crc32_start = 0x44777ED3;
constexpr std::uint32_t self_contained_bit = 0x20000;

constexpr std::array<std::uint32_t, 256> make_crc24_table()
{
    std::array<std::uint32_t, 256> table{};
    for (std::uint32_t byte = 0; byte < 256; ++byte) {
        std::uint32_t crc = byte << 16;
        for (int bit = 0; bit < 8; ++bit) {
            crc <<= 1;
            if ((crc & 0x1000000) != 0)
                crc ^= crc24_polynomial;
        }
        table[byte] = crc;
    }
    return table;
}

constexpr auto crc24_table = make_crc24_table();

std::uint32_t load_little24(const std::uint8_t* from)
{
    return static_cast<std::uint32_t>(from[0] | from[1] << 8 | from[2] << 16);
}

void store_little24(std::uint8_t* to, std::uint32_t value)
{
    to[0] = static_cast<std::uint8_t>(value);
    to[1] = static_cast<std::uint8_t>(value >> 8);
    to[2] = static_cast<std::uint8_t>(value >> 16);
}

}  // namespace

std::uint32_t segment_crc24(byte_view header)
{
    std::uint32_t crc = crc24_start;
    for (const std::uint8_t byte : header) {
        crc = ((crc << 8) & 0xFFFFFF) ^ crc24_table[((crc >> 16) ^ byte) & 0xFF];
    }
    return crc;
}

std::uint32_t segment_crc32(byte_view payload)
{
    return libdeflate_crc32(crc32_start, payload.data(), payload.size());
}

bool read_segment_header(const std::uint8_t* from, segment_header& header)
{
    if (segment_crc24({from, 3}) != load_little24(from + 3))
        return false;
    const std::uint32_t fields = load_little24(from);
    header.payload_size = fields & max_segment_payload;
    header.self_contained = (fields & self_contained_bit) != 0;
    return true;
}

bool segment_payload_intact(const std::uint8_t* from, std::size_t payload_size)
{
    std::uint32_t expected;
    std::memcpy(&expected, from + payload_size, sizeof expected);
    return segment_crc32({from, payload_size}) == expected;
}

void seal_segment(std::uint8_t* start, std::size_t payload_size, bool self_contained)
{
    store_little24(
        start, static_cast<std::uint32_t>(payload_size) | (self_contained ? self_contained_bit : 0)
    );
    store_little24(start + 3, segment_crc24({start, 3}));
    const std::uint32_t crc = segment_crc32({start + segment_header_size, payload_size});
    std::memcpy(start + segment_header_size + payload_size, &crc, sizeof crc);
}

void envelope_writer::finish()
{
    if (!open_)
        return;
    open_ = false;
    const std::size_t payload_size = out_.size() - start_ - segment_header_size;
    out_.grow(segment_trailer_size);
    seal_segment(out_.data() + start_, payload_size, true);
}

void envelope_writer::add_slices(byte_view envelope)
{
    finish();
    while (!envelope.empty()) {
        const std::size_t size = std::min(envelope.size(), max_segment_payload);
        std::uint8_t* const start = out_.grow(segment_header_size + size + segment_trailer_size);
        std::memcpy(start + segment_header_size, envelope.data(), size);
        seal_segment(start, size, false);
        envelope = envelope.subspan(size);
    }
}

}  // namespace async_cassandra::bench
