// SPDX-License-Identifier: Apache-2.0
#include "protocol/segment.hpp"

#include "protocol/crc.hpp"
#include "protocol/frame.hpp"

#include <gtest/gtest.h>

namespace async_cassandra {
namespace {

using protocol::cut_segments;
using protocol::segment_header;
using protocol::segment_piece;

// An envelope of exactly this length.
void append_envelope(base::byte_buffer& run, std::size_t length)
{
    const protocol::frame_header h{
        5,
        false,
        0,
        1,
        protocol::opcode::query,
        static_cast<std::uint32_t>(length - protocol::frame_header_size)};
    std::byte* at = run.extend(length);
    protocol::encode_frame_header(h, std::span<std::byte, 9>{at, 9});
    std::fill(at + 9, at + length, std::byte{0x5A});
}

struct cut_result {
    std::vector<std::size_t> lengths;
    std::vector<bool> self_contained;
};

// Also proves that the pieces cover the run once, in order, and that their checksums are right.
cut_result cut(const base::byte_buffer& run)
{
    std::vector<segment_piece> pieces;
    EXPECT_TRUE(cut_segments(run.bytes(), pieces));
    cut_result result;
    std::size_t at = 0;
    for (const segment_piece& piece : pieces) {
        EXPECT_EQ(piece.offset, at);
        at += piece.length;
        const auto header = protocol::decode_segment_header(piece.header);
        EXPECT_TRUE(header.has_value());
        EXPECT_EQ(header->payload_length, piece.length);
        EXPECT_TRUE(protocol::trailer_matches(
            piece.trailer, protocol::crc32(run.bytes().subspan(piece.offset, piece.length))
        ));
        result.lengths.push_back(piece.length);
        result.self_contained.push_back(header->self_contained);
    }
    EXPECT_EQ(at, run.size());
    return result;
}

TEST(segment_header, with_any_single_bit_changed_is_refused)
{
    const auto good = protocol::encode_segment_header({70'001, true});
    for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
        auto bad = good;
        bad[bit / 8] ^= static_cast<std::byte>(1U << (bit % 8));
        EXPECT_FALSE(protocol::decode_segment_header(bad).has_value()) << "bit " << bit;
    }
}

TEST(cut_segments, gathers_whole_envelopes_up_to_the_limit)
{
    base::byte_buffer run;
    append_envelope(run, 100'000);
    append_envelope(run, 31'071);
    append_envelope(run, 9);
    append_envelope(run, 9);
    const cut_result result = cut(run);
    EXPECT_EQ(result.lengths, (std::vector<std::size_t>{131'071, 18}));
    EXPECT_EQ(result.self_contained, (std::vector<bool>{true, true}));
}

TEST(cut_segments, keeps_a_large_envelope_apart_from_its_neighbours)
{
    base::byte_buffer run;
    append_envelope(run, 50);
    append_envelope(run, 131'072);
    append_envelope(run, 60);
    append_envelope(run, 70);
    const cut_result result = cut(run);
    EXPECT_EQ(result.lengths, (std::vector<std::size_t>{50, 131'071, 1, 130}));
    EXPECT_EQ(result.self_contained, (std::vector<bool>{true, false, false, true}));
}

TEST(cut_segments, appends_to_what_was_cut_before)
{
    base::byte_buffer run;
    append_envelope(run, 9);
    std::vector<segment_piece> pieces;
    ASSERT_TRUE(cut_segments(run.bytes(), pieces));
    ASSERT_TRUE(cut_segments(run.bytes(), pieces));
    EXPECT_EQ(pieces.size(), 2U);
}

TEST(cut_segments, makes_nothing_of_an_empty_run)
{
    std::vector<segment_piece> pieces;
    EXPECT_TRUE(cut_segments({}, pieces));
    EXPECT_TRUE(pieces.empty());
}

TEST(cut_segments, refuses_a_run_that_ends_inside_an_envelope)
{
    base::byte_buffer run;
    append_envelope(run, 200'000);
    append_envelope(run, 20);
    for (const std::size_t missing : std::initializer_list<std::size_t>{1, 11, 12, 19}) {
        std::vector<segment_piece> pieces;
        EXPECT_FALSE(cut_segments(run.bytes().first(run.size() - missing), pieces));
        EXPECT_TRUE(pieces.empty());
    }
}

}  // namespace
}  // namespace async_cassandra
