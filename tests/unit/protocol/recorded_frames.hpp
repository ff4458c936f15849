// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/frame_reader.hpp"
#include "vectors/vectors.hpp"

#include <functional>
#include <span>
#include <vector>

namespace async_cassandra::test {

enum class handed_over { in_place, in_block, skipped };

struct recorded_frame {
    protocol::frame_header header;
    bytes body;  // empty when skipped
    handed_over how = handed_over::in_place;

    [[nodiscard]] bool same_message(const recorded_frame& other) const
    {
        return header == other.header && body == other.body;
    }
};

/// A sink that keeps everything.
class frame_recorder {
public:
    bool on_frame(const protocol::frame_header& h, std::span<const std::byte> body);
    detail::block_ptr allocate(const protocol::frame_header& h);
    bool on_block(const protocol::frame_header& h, const detail::block_ptr& block);
    bool on_frame_skipped(const protocol::frame_header& h);

    std::vector<recorded_frame> frames;
    std::vector<protocol::frame_header> allocations;
    bool stop_always = false;
    std::function<bool(const protocol::frame_header&)> skip;
    std::function<void(const protocol::frame_header&)> after_frame;
    const std::byte* last_block = nullptr;

private:
    bool keep(recorded_frame frame);
};

/// Gives `data` to the reader in pieces of at most `piece` bytes; stops at the first error.
protocol::read_status feed(
    protocol::frame_reader& reader, frame_recorder& sink, std::span<const std::byte> data, std::size_t piece
);

[[nodiscard]] bytes envelope(
    std::uint8_t version,
    std::int16_t stream,
    std::size_t body_length,
    protocol::opcode op = protocol::opcode::result
);
[[nodiscard]] bytes segment(std::span<const std::byte> payload, bool self_contained);
[[nodiscard]] bytes join(const std::vector<bytes>& parts);
[[nodiscard]] bool same_messages(const std::vector<recorded_frame>& a, const std::vector<recorded_frame>& b);

}  // namespace async_cassandra::test
