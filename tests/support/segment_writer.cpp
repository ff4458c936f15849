// SPDX-License-Identifier: Apache-2.0
#include "support/segment_writer.hpp"

#include "protocol/compression.hpp"
#include "protocol/frame.hpp"
#include "protocol/segment.hpp"

#include <algorithm>
#include <stdexcept>

namespace async_cassandra::testing {

namespace {

segment_place append_plain_segment(
    std::vector<std::byte>& out, std::span<const std::byte> payload, bool self_contained
)
{
    const segment_place place{out.size(), payload.size(), protocol::segment_header_size};
    const auto header =
        protocol::encode_segment_header({static_cast<std::uint32_t>(payload.size()), self_contained});
    const auto trailer = protocol::encode_segment_trailer(payload);
    out.insert(out.end(), header.begin(), header.end());
    out.insert(out.end(), payload.begin(), payload.end());
    out.insert(out.end(), trailer.begin(), trailer.end());
    return place;
}

segment_place append_lz4_segment(
    std::vector<std::byte>& out, std::span<const std::byte> payload, bool self_contained
)
{
    base::byte_buffer block;
    const bool smaller = protocol::compress_block(payload, block);
    const std::span<const std::byte> sent = smaller ? block.bytes() : payload;
    const segment_place place{out.size(), sent.size(), protocol::lz4_segment_header_size};
    const auto header = protocol::encode_lz4_segment_header(
        {static_cast<std::uint32_t>(sent.size()),
         smaller ? static_cast<std::uint32_t>(payload.size()) : 0U,
         self_contained}
    );
    const auto trailer = protocol::encode_segment_trailer(sent);
    out.insert(out.end(), header.begin(), header.end());
    out.insert(out.end(), sent.begin(), sent.end());
    out.insert(out.end(), trailer.begin(), trailer.end());
    return place;
}

std::size_t envelope_size(std::span<const std::byte> at)
{
    if (at.size() < protocol::frame_header_size)
        throw std::logic_error("segments: half an envelope header");
    const auto header = protocol::decode_frame_header(at.first<protocol::frame_header_size>());
    const std::size_t size = protocol::frame_header_size + header.length;
    if (size > at.size())
        throw std::logic_error("segments: half an envelope");
    return size;
}

}  // namespace

std::vector<segment_place> append_segments(
    std::vector<std::byte>& out,
    std::span<const std::byte> envelopes,
    std::size_t payload_limit,
    compression how
)
{
    const auto append_segment = how == compression::lz4 ? append_lz4_segment : append_plain_segment;
    // The first slice must hold the whole envelope header.
    payload_limit =
        std::clamp<std::size_t>(payload_limit, protocol::frame_header_size, protocol::max_segment_payload);
    std::vector<segment_place> places;
    while (!envelopes.empty()) {
        std::size_t together = 0;
        while (together < envelopes.size()) {
            const std::size_t size = envelope_size(envelopes.subspan(together));
            if (together + size > payload_limit)
                break;
            together += size;
        }
        if (together != 0) {
            places.push_back(append_segment(out, envelopes.first(together), true));
            envelopes = envelopes.subspan(together);
            continue;
        }
        auto large = envelopes.first(envelope_size(envelopes));
        envelopes = envelopes.subspan(large.size());
        while (!large.empty()) {
            const std::size_t count = std::min(payload_limit, large.size());
            places.push_back(append_segment(out, large.first(count), false));
            large = large.subspan(count);
        }
    }
    return places;
}

}  // namespace async_cassandra::testing
