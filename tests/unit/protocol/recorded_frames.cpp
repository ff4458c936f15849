// SPDX-License-Identifier: Apache-2.0
#include "unit/protocol/recorded_frames.hpp"

#include "protocol/segment.hpp"

#include <algorithm>
#include <cstring>

namespace async_cassandra::test {

bool frame_recorder::keep(recorded_frame frame)
{
    frames.push_back(std::move(frame));
    if (after_frame)
        after_frame(frames.back().header);
    return !stop_always;
}

bool frame_recorder::on_frame(const protocol::frame_header& h, std::span<const std::byte> body)
{
    return keep({h, bytes(body.begin(), body.end()), handed_over::in_place});
}

detail::block_ptr frame_recorder::allocate(const protocol::frame_header& h)
{
    allocations.push_back(h);
    if (skip && skip(h))
        return {};
    detail::block_ptr block = detail::block_ptr::allocate(h.length);
    last_block = block.data();
    return block;
}

bool frame_recorder::on_block(const protocol::frame_header& h, const detail::block_ptr& block)
{
    const auto body = block.bytes();
    return keep({h, bytes(body.begin(), body.end()), handed_over::in_block});
}

bool frame_recorder::on_frame_skipped(const protocol::frame_header& h)
{
    return keep({h, {}, handed_over::skipped});
}

protocol::read_status feed(
    protocol::frame_reader& reader, frame_recorder& sink, std::span<const std::byte> data, std::size_t piece
)
{
    auto status = protocol::read_status::need_input;
    while (!data.empty() && status != protocol::read_status::error) {
        const std::span<std::byte> room = reader.prepare();
        const std::size_t count = std::min({room.size(), data.size(), piece});
        std::memcpy(room.data(), data.data(), count);
        data = data.subspan(count);
        status = reader.commit_and_drain(count, sink);
        while (status == protocol::read_status::stopped)
            status = reader.drain(sink);
    }
    return status;
}

bytes envelope(std::uint8_t version, std::int16_t stream, std::size_t body_length, protocol::opcode op)
{
    bytes data(protocol::frame_header_size + body_length);
    const protocol::frame_header h{version, true, 0, stream, op, static_cast<std::uint32_t>(body_length)};
    protocol::encode_frame_header(h, std::span{data}.first<protocol::frame_header_size>());
    for (std::size_t i = 0; i < body_length; ++i)
        data[protocol::frame_header_size + i] =
            static_cast<std::byte>(i * 31 + static_cast<std::size_t>(stream));
    return data;
}

bytes segment(std::span<const std::byte> payload, bool self_contained)
{
    const auto header =
        protocol::encode_segment_header({static_cast<std::uint32_t>(payload.size()), self_contained});
    const auto trailer = protocol::encode_segment_trailer(payload);
    bytes data(payload.size() + protocol::segment_overhead);
    auto at = std::ranges::copy(header, data.begin()).out;
    at = std::ranges::copy(payload, at).out;
    std::ranges::copy(trailer, at);
    return data;
}

bytes join(const std::vector<bytes>& parts)
{
    bytes all;
    for (const bytes& part : parts)
        all.insert(all.end(), part.begin(), part.end());
    return all;
}

bool same_messages(const std::vector<recorded_frame>& a, const std::vector<recorded_frame>& b)
{
    return std::ranges::equal(a, b, [](const recorded_frame& x, const recorded_frame& y) {
        return x.same_message(y);
    });
}

}  // namespace async_cassandra::test
