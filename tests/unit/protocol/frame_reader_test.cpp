// SPDX-License-Identifier: Apache-2.0
#include "protocol/frame_reader.hpp"

#include "protocol/segment.hpp"
#include "unit/protocol/recorded_frames.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <numeric>
#include <stdexcept>

namespace async_cassandra {
namespace {

using protocol::frame_reader;
using protocol::opcode;
using protocol::read_status;
using test::bytes;
using test::envelope;
using test::frame_recorder;
using test::handed_over;
using test::join;
using test::recorded_frame;
using test::segment;

// The envelope in slices of these lengths, and a last one with the rest.
bytes slices(const bytes& whole, const std::vector<std::size_t>& lengths)
{
    bytes wire;
    std::span<const std::byte> rest{whole};
    const auto append = [&](std::size_t length) {
        const bytes one = segment(rest.first(length), false);
        wire.insert(wire.end(), one.begin(), one.end());
        rest = rest.subspan(length);
    };
    for (const std::size_t length : lengths)
        append(length);
    if (!rest.empty())
        append(rest.size());
    return wire;
}

struct stream {
    protocol_version version;
    bytes wire;
    std::vector<bytes> envelopes;

    [[nodiscard]] frame_reader reader() const
    {
        frame_reader r{version};
        if (version == protocol_version::v5)
            r.switch_to_segments();
        return r;
    }

    void expect_all(const std::vector<recorded_frame>& frames, const std::string& what) const
    {
        ASSERT_EQ(frames.size(), envelopes.size()) << what;
        for (std::size_t i = 0; i < frames.size(); ++i) {
            const std::span<const std::byte> whole{envelopes[i]};
            ASSERT_EQ(frames[i].header, protocol::decode_frame_header(whole.first<9>()))
                << what << ", message " << i;
            ASSERT_TRUE(std::ranges::equal(frames[i].body, whole.subspan(9))) << what << ", message " << i;
        }
    }
};

// Every way for a message to arrive, in few bytes: empty, small, and one that goes to a block.
stream short_v4()
{
    std::vector<bytes> list{
        envelope(4, 1, 0),
        envelope(4, 2, 5),
        envelope(4, 3, 200),
        envelope(4, 4, 4097),
        envelope(4, 5, 0),
        envelope(4, 6, 40)};
    return {protocol_version::v4, join(list), list};
}

stream short_v5()
{
    std::vector<bytes> list{
        envelope(5, 1, 0),
        envelope(5, 2, 7),
        envelope(5, 3, 120),
        envelope(5, 4, 600),
        envelope(5, 5, 3),
        envelope(5, 6, 4200),
        envelope(5, 7, 0)};
    return {
        protocol_version::v5,
        join(
            {segment(join({list[0], list[1]}), true),
             segment({}, true),
             slices(list[2], {}),
             slices(list[3], {9, 1, 300}),
             segment(list[4], true),
             slices(list[5], {2000, 2000}),
             segment(list[6], true)}
        ),
        list};
}

bytes cut_like_a_server(const std::vector<bytes>& list)
{
    const bytes run = join(list);
    std::vector<protocol::segment_piece> pieces;
    EXPECT_TRUE(protocol::cut_segments(run, pieces));
    bytes wire;
    for (const auto& piece : pieces) {
        const std::span<const std::byte> payload = std::span{run}.subspan(piece.offset, piece.length);
        wire.insert(wire.end(), piece.header.begin(), piece.header.end());
        wire.insert(wire.end(), payload.begin(), payload.end());
        wire.insert(wire.end(), piece.trailer.begin(), piece.trailer.end());
    }
    return wire;
}

stream long_stream(protocol_version version)
{
    const auto v = static_cast<std::uint8_t>(version);
    std::vector<bytes> list{
        envelope(v, 1, 100),
        envelope(v, 2, 300'000),
        envelope(v, 3, 16),
        envelope(v, 4, 131'062),
        envelope(v, 5, 131'063),
        envelope(v, 6, 20'000),
        envelope(v, 7, 700'001),
        envelope(v, 8, 0)};
    return {version, version == protocol_version::v4 ? join(list) : cut_like_a_server(list), list};
}

class frame_reader_of_each_version : public testing::TestWithParam<protocol_version> {
protected:
    [[nodiscard]] static bool v4() { return GetParam() == protocol_version::v4; }
};

INSTANTIATE_TEST_SUITE_P(
    versions,
    frame_reader_of_each_version,
    testing::Values(protocol_version::v4, protocol_version::v5),
    [](const auto& p) { return p.param == protocol_version::v4 ? "v4" : "v5"; }
);

TEST_P(frame_reader_of_each_version, finds_the_same_messages_wherever_the_input_is_split)
{
    const stream s = v4() ? short_v4() : short_v5();
    for (std::size_t cut = 0; cut <= s.wire.size(); ++cut) {
        frame_reader reader = s.reader();
        frame_recorder sink;
        const std::span<const std::byte> wire{s.wire};
        test::feed(reader, sink, wire.first(cut), wire.size());
        ASSERT_EQ(reader.error().rule, nullptr) << reader.error().rule << " after a split at " << cut;
        test::feed(reader, sink, wire.subspan(cut), wire.size());
        s.expect_all(sink.frames, "split at " + std::to_string(cut));
        ASSERT_TRUE(reader.at_boundary());
    }
}

TEST_P(frame_reader_of_each_version, finds_the_same_messages_in_pieces_of_any_size)
{
    const stream s = long_stream(GetParam());
    for (const std::size_t piece :
         std::initializer_list<std::size_t>{1, 3, 1000, 4096, 16'384, 65'536, 131'081, 1'000'000}) {
        frame_reader reader = s.reader();
        frame_recorder sink;
        ASSERT_EQ(test::feed(reader, sink, s.wire, piece), read_status::need_input);
        s.expect_all(sink.frames, "pieces of " + std::to_string(piece));
        ASSERT_TRUE(reader.at_boundary());
    }
}

TEST_P(frame_reader_of_each_version, loses_nothing_when_the_sink_stops_at_every_message)
{
    const stream s = v4() ? short_v4() : short_v5();
    for (const std::size_t piece : std::initializer_list<std::size_t>{1, 50, 10'000}) {
        frame_reader reader = s.reader();
        frame_recorder sink;
        sink.stop_always = true;
        test::feed(reader, sink, s.wire, piece);
        s.expect_all(sink.frames, "pieces of " + std::to_string(piece));
    }
}

TEST_P(frame_reader_of_each_version, skips_bodies_that_nobody_wants)
{
    const stream s = long_stream(GetParam());
    for (const std::size_t piece : std::initializer_list<std::size_t>{1000, 65'536, 1'000'000}) {
        frame_reader reader = s.reader();
        frame_recorder sink;
        sink.skip = [](const auto& h) { return h.stream == 2 || h.stream == 7; };
        ASSERT_EQ(test::feed(reader, sink, s.wire, piece), read_status::need_input);
        ASSERT_EQ(sink.frames.size(), s.envelopes.size());
        EXPECT_EQ(sink.frames[1].how, handed_over::skipped);
        EXPECT_EQ(sink.frames[1].header.stream, 2);
        EXPECT_EQ(sink.frames[6].how, handed_over::skipped);
        EXPECT_EQ(sink.frames[5].body.size(), 20'000U);
        EXPECT_EQ(sink.frames[7].header.stream, 8);
    }
}

TEST_P(frame_reader_of_each_version, is_at_a_boundary_only_between_messages)
{
    const stream s = v4() ? short_v4() : short_v5();
    frame_reader reader = s.reader();
    frame_recorder sink;
    EXPECT_TRUE(reader.at_boundary());
    test::feed(reader, sink, std::span{s.wire}.first(1), 1);
    EXPECT_FALSE(reader.at_boundary());
    // In the middle of the large body.
    test::feed(reader, sink, std::span{s.wire}.subspan(1, v4() ? 2000 : 3000), 100);
    EXPECT_FALSE(reader.at_boundary());
    test::feed(reader, sink, std::span{s.wire}.subspan(v4() ? 2001 : 3001), 100);
    EXPECT_TRUE(reader.at_boundary());
}

TEST_P(frame_reader_of_each_version, hands_small_bodies_over_in_place_and_asks_for_no_block)
{
    const auto v = static_cast<std::uint8_t>(GetParam());
    std::vector<bytes> list;
    for (std::int16_t i = 0; i < 1000; ++i)
        list.push_back(envelope(v, i, 120));
    const stream s{GetParam(), v4() ? join(list) : cut_like_a_server(list), list};
    frame_reader reader = s.reader();
    frame_recorder sink;
    test::feed(reader, sink, s.wire, 1000);
    s.expect_all(sink.frames, "small");
    EXPECT_TRUE(sink.allocations.empty());
}

TEST_P(frame_reader_of_each_version, asks_again_when_a_block_could_not_be_had)
{
    const stream s = v4() ? short_v4() : short_v5();
    frame_reader reader = s.reader();
    frame_recorder sink;
    bool refused = false;
    sink.skip = [&](const auto&) {
        if (!std::exchange(refused, true))
            throw std::bad_alloc{};
        return false;
    };
    std::span<const std::byte> wire{s.wire};
    const std::size_t first = v4() ? 1000 : 1500;
    const std::span<std::byte> room = reader.prepare();
    std::memcpy(room.data(), wire.data(), first);
    reader.commit(first);
    EXPECT_THROW(static_cast<void>(reader.drain(sink)), std::bad_alloc);
    EXPECT_EQ(reader.drain(sink), read_status::need_input);
    test::feed(reader, sink, wire.subspan(first), 10'000);
    s.expect_all(sink.frames, "after a refusal");
}

TEST(frame_reader, reads_a_large_v4_body_straight_into_its_block)
{
    const bytes wire = envelope(4, 1, 500'000);
    frame_reader reader{protocol_version::v4};
    frame_recorder sink;
    test::feed(reader, sink, std::span{wire}.first(2009), 2009);
    ASSERT_EQ(sink.allocations.size(), 1U);
    const std::span<std::byte> room = reader.prepare();
    EXPECT_EQ(room.data(), sink.last_block + 2000);
    EXPECT_EQ(room.size(), 498'000U);
}

TEST(frame_reader, reads_later_slices_straight_into_the_block)
{
    const bytes wire = cut_like_a_server({envelope(5, 1, 500'000)});
    frame_reader reader{protocol_version::v5};
    reader.switch_to_segments();
    frame_recorder sink;
    constexpr std::size_t first = protocol::max_segment_payload + protocol::segment_overhead;
    // The first slice, the header of the second, and 1000 bytes of it.
    test::feed(reader, sink, std::span{wire}.first(first + 1006), wire.size());
    const std::span<std::byte> room = reader.prepare();
    EXPECT_EQ(room.data(), sink.last_block + protocol::max_segment_payload - 9 + 1000);
    EXPECT_EQ(room.size(), protocol::max_segment_payload - 1000);
}

TEST(frame_reader, always_has_room_when_it_needs_input)
{
    for (const stream& s : {long_stream(protocol_version::v4), long_stream(protocol_version::v5)}) {
        frame_reader reader = s.reader();
        frame_recorder sink;
        std::span<const std::byte> wire{s.wire};
        std::size_t piece = 1;
        while (!wire.empty()) {
            const auto room = reader.prepare();
            ASSERT_FALSE(room.empty());
            const std::size_t count = std::min({room.size(), wire.size(), piece});
            std::memcpy(room.data(), wire.data(), count);
            wire = wire.subspan(count);
            ASSERT_EQ(reader.commit_and_drain(count, sink), read_status::need_input);
            piece = piece * 7 % 50'021;
        }
        s.expect_all(sink.frames, "uneven pieces");
    }
}

TEST(frame_reader, goes_on_in_segments_with_what_is_already_in_the_buffer)
{
    const std::vector<bytes> list{envelope(5, 0, 0, opcode::ready), envelope(5, 1, 30), envelope(5, 2, 40)};
    const bytes wire = join({list[0], segment(list[1], true), segment(list[2], true)});
    for (const bool stop : {false, true}) {
        frame_reader reader{protocol_version::v5};
        frame_recorder sink;
        sink.stop_always = stop;
        sink.after_frame = [&](const auto& h) {
            if (h.op == opcode::ready)
                reader.switch_to_segments();
        };
        ASSERT_EQ(test::feed(reader, sink, wire, wire.size()), read_status::need_input);
        EXPECT_TRUE(reader.in_segments());
        ASSERT_EQ(sink.frames.size(), 3U);
        EXPECT_EQ(sink.frames[2].header.stream, 2);
    }
}

}  // namespace
}  // namespace async_cassandra
