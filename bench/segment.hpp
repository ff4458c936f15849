// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bytes.hpp"

namespace async_cassandra::bench {

constexpr std::size_t segment_header_size = 6;
constexpr std::size_t segment_trailer_size = 4;
constexpr std::size_t max_segment_payload = 131071;
constexpr std::size_t envelope_header_size = 9;

struct segment_header {
    std::size_t payload_size = 0;
    bool self_contained = false;
};

std::uint32_t segment_crc24(byte_view header);
std::uint32_t segment_crc32(byte_view payload);

/// False when the CRC24 does not match. `from` holds at least six bytes.
bool read_segment_header(const std::uint8_t* from, segment_header& header);

/// `from` holds the payload and the four bytes behind it.
bool segment_payload_intact(const std::uint8_t* from, std::size_t payload_size);

/// `start` is where the six header bytes are to stand; the payload behind them is there already, and four
/// bytes behind it are free.
void seal_segment(std::uint8_t* start, std::size_t payload_size, bool self_contained);

/// Collects whole envelopes into segments that are as full as can be, or into a plain byte run when `framed`
/// is off. `finish` must be called before the bytes are sent.
class envelope_writer {
public:
    explicit envelope_writer(byte_buffer& out) : out_(out) {}

    /// Closes what is open first: what was written before stays as it was.
    void set_framed(bool framed)
    {
        finish();
        framed_ = framed;
    }

    /// Room for one envelope of at most `max_segment_payload` bytes (any size when not framed).
    std::uint8_t* reserve(std::size_t size)
    {
        if (!framed_)
            return out_.grow(size);
        if (open_ && out_.size() - start_ - segment_header_size + size > max_segment_payload)
            finish();
        if (!open_) {
            start_ = out_.size();
            out_.grow(segment_header_size);
            open_ = true;
        }
        return out_.grow(size);
    }

    bool must_be_sliced(std::size_t size) const { return framed_ && size > max_segment_payload; }

    void add(byte_view envelope)
    {
        if (must_be_sliced(envelope.size())) {
            add_slices(envelope);
        } else {
            std::memcpy(reserve(envelope.size()), envelope.data(), envelope.size());
        }
    }

    void finish();

private:
    void add_slices(byte_view envelope);

    byte_buffer& out_;
    std::size_t start_ = 0;
    bool framed_ = false;
    bool open_ = false;
};

}  // namespace async_cassandra::bench
