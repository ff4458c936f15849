// SPDX-License-Identifier: Apache-2.0
#include "fuzz/targets.hpp"
#include "protocol/compression.hpp"
#include "protocol/frame_reader.hpp"
#include "protocol/segment.hpp"

#include <algorithm>
#include <cstring>

namespace async_cassandra::fuzz {
namespace {

using bytes = std::span<const std::byte>;
using protocol::frame_reader;
using protocol::read_status;

// No body of a fuzzed header shall take more memory than that.
constexpr std::uint32_t largest_body = 1U << 20U;

// Folds everything that comes into one number.
class digest {
public:
    void add(bytes data)
    {
        for (const std::byte b : data)
            add(std::to_integer<std::uint64_t>(b));
        add(data.size());
    }
    void add(std::uint64_t v) { state_ = (state_ ^ v) * 0x100'0000'01B3U; }
    [[nodiscard]] std::uint64_t value() const { return state_; }

private:
    std::uint64_t state_ = 0xCBF2'9CE4'8422'2325U;
};

struct sink {
    digest seen;
    std::uint8_t skipped_streams = 0;  // every so many are not wanted

    [[nodiscard]] bool wanted(const protocol::frame_header& h) const
    {
        return skipped_streams == 0 || h.stream % skipped_streams != 0;
    }
    void note(const protocol::frame_header& h)
    {
        seen.add(h.version);
        seen.add(h.flags);
        seen.add(static_cast<std::uint16_t>(h.stream));
        seen.add(static_cast<std::uint8_t>(h.op));
        seen.add(h.length);
    }
    bool on_frame(const protocol::frame_header& h, bytes body)
    {
        note(h);
        if (wanted(h))
            seen.add(body);
        return true;
    }
    detail::block_ptr allocate(const protocol::frame_header& h)
    {
        return wanted(h) ? detail::block_ptr::allocate(h.length) : detail::block_ptr{};
    }
    bool on_block(const protocol::frame_header& h, const detail::block_ptr& block)
    {
        return on_frame(h, block.bytes());
    }
    bool on_frame_skipped(const protocol::frame_header& h)
    {
        note(h);
        return true;
    }
};

struct outcome {
    std::uint64_t messages = 0;
    const char* rule = nullptr;

    friend bool operator==(const outcome&, const outcome&) = default;
};

outcome read_all(frame_reader reader, bytes data, std::size_t piece, std::uint8_t skipped_streams)
{
    reader.limit_body(largest_body);
    sink to;
    to.skipped_streams = skipped_streams;
    while (!data.empty()) {
        const auto room = reader.prepare();
        require(!room.empty(), "there is always room for input");
        const std::size_t count = std::min({room.size(), data.size(), piece});
        std::memcpy(room.data(), data.data(), count);
        data = data.subspan(count);
        if (reader.commit_and_drain(count, to) == read_status::error)
            return {to.seen.value(), reader.error().rule};
    }
    return {to.seen.value(), nullptr};
}

// The first byte says in which pieces the rest comes; the messages do not depend on it.
template <class Make>
void read_in_pieces(bytes input, Make make)
{
    if (input.empty())
        return;
    const auto choice = std::to_integer<std::uint8_t>(input.front());
    const bytes wire = input.subspan(1);
    const std::uint8_t skipped = choice % 4 == 3 ? 2 : 0;
    const outcome whole = read_all(make(), wire, wire.size(), skipped);
    const outcome pieces = read_all(make(), wire, 1U + choice / 4U, skipped);
    require(whole == pieces, "messages do not depend on how their bytes come");
}

frame_reader v4_reader(compression how)
{
    frame_reader reader{protocol_version::v4};
    reader.require_version(protocol_version::v4);
    reader.accept_compression(how);
    return reader;
}

frame_reader v5_reader(compression how)
{
    frame_reader reader{protocol_version::v5};
    reader.switch_to_segments(how);
    return reader;
}

// Fuzzing does not find checksums: segments are made of what it finds. Each begins with two bytes for its length and one
// for its flags.
std::vector<std::byte> segments_of(bytes input, compression how)
{
    std::vector<std::byte> wire;
    const auto append = [&](bytes data) { wire.insert(wire.end(), data.begin(), data.end()); };
    while (input.size() >= 5) {
        const auto at = [&](std::size_t i) { return std::to_integer<std::uint32_t>(input[i]); };
        const bool self_contained = (at(2) & 1U) != 0;
        const auto length =
            static_cast<std::uint32_t>(std::min<std::size_t>(at(0) << 8U | at(1), input.size() - 5));
        const bytes payload = input.subspan(5, length);
        if (how == compression::lz4) {
            const std::uint32_t declared = (at(2) >> 1U & 1U) << 16U | at(3) << 8U | at(4);
            append(protocol::encode_lz4_segment_header({length, declared, self_contained}));
        } else {
            append(protocol::encode_segment_header({length, self_contained}));
        }
        append(payload);
        append(protocol::encode_segment_trailer(payload));
        input = input.subspan(5 + length);
    }
    append(input);
    return wire;
}

template <compression How>
void frames_v4(bytes input)
{
    read_in_pieces(input, [] { return v4_reader(How); });
}

template <compression How>
void raw_segments(bytes input)
{
    read_in_pieces(input, [] { return v5_reader(How); });
}

template <compression How>
void made_segments(bytes input)
{
    if (input.empty())
        return;
    std::vector<std::byte> wire = segments_of(input.subspan(1), How);
    wire.insert(wire.begin(), input.front());
    read_in_pieces(wire, [] { return v5_reader(How); });
}

template <compression How>
void compressed_body(bytes input)
{
    const std::size_t known = std::min(input.size(), protocol::length_prefix);
    const auto declared = protocol::uncompressed_length(How, input.first(known), input.size(), largest_body);
    if (declared.rule == nullptr) {
        std::vector<std::byte> out(declared.length);
        static_cast<void>(protocol::uncompress_body(How, input, out));
    }
    base::byte_buffer packed;
    if (!protocol::compress_body(How, input, packed))
        return;
    const bytes begin = packed.bytes().first(std::min(packed.size(), protocol::length_prefix));
    const auto again = protocol::uncompressed_length(How, begin, packed.size(), largest_body);
    require(again.rule == nullptr && again.length == input.size(), "the length is that of the body");
    std::vector<std::byte> out(input.size());
    require(
        protocol::uncompress_body(How, packed.bytes(), out) == nullptr && std::ranges::equal(out, input),
        "a compressed body comes back"
    );
}

}  // namespace

std::vector<target> frame_targets()
{
    return {
        {"frames_v4", frames_v4<compression::none>},
        {"frames_v4_lz4", frames_v4<compression::lz4>},
        {"frames_v4_snappy", frames_v4<compression::snappy>},
        {"segments", raw_segments<compression::none>},
        {"segments_lz4", raw_segments<compression::lz4>},
        {"segments_made", made_segments<compression::none>},
        {"segments_made_lz4", made_segments<compression::lz4>},
        {"body_lz4", compressed_body<compression::lz4>},
        {"body_snappy", compressed_body<compression::snappy>},
    };
}

}  // namespace async_cassandra::fuzz
