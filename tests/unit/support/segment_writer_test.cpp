// SPDX-License-Identifier: Apache-2.0
#include "support/segment_writer.hpp"

#include "protocol/requests.hpp"
#include "protocol/segment.hpp"

#include <gtest/gtest.h>

#include <string>

namespace async_cassandra::testing {
namespace {

std::vector<std::byte> envelopes(std::initializer_list<std::size_t> text_sizes)
{
    base::byte_buffer out;
    for (const std::size_t size : text_sizes) {
        const std::string text(size, 'x');
        EXPECT_TRUE(protocol::encode_query(out, protocol_version::v5, 1, text, {}));
    }
    return {out.bytes().begin(), out.bytes().end()};
}

// The library cuts segments by itself; the two were written apart and must agree.
TEST(segment_writer, agrees_with_the_library)
{
    for (const auto& run :
         {envelopes({10}),
          envelopes({10, 20, 30}),
          envelopes({200'000}),
          envelopes({100'000, 100'000, 5}),
          envelopes({5, 300'000, 5})}) {
        std::vector<std::byte> ours;
        append_segments(ours, run, protocol::max_segment_payload);
        std::vector<protocol::segment_piece> pieces;
        ASSERT_TRUE(protocol::cut_segments(run, pieces));
        std::vector<std::byte> theirs;
        for (const auto& piece : pieces) {
            theirs.insert(theirs.end(), piece.header.begin(), piece.header.end());
            const auto begin = run.begin() + static_cast<std::ptrdiff_t>(piece.offset);
            theirs.insert(theirs.end(), begin, begin + static_cast<std::ptrdiff_t>(piece.length));
            theirs.insert(theirs.end(), piece.trailer.begin(), piece.trailer.end());
        }
        EXPECT_EQ(ours, theirs);
    }
}

TEST(segment_writer, says_where_the_segments_are)
{
    std::vector<std::byte> out;
    const auto places = append_segments(out, envelopes({100}), 50);
    ASSERT_EQ(places.size(), 3U);
    EXPECT_EQ(places[0].payload, 50U);
    EXPECT_EQ(places[1].begin, 60U);
    EXPECT_EQ(out.size(), places[2].begin + places[2].payload + protocol::segment_overhead);
}

TEST(segment_writer, refuses_half_envelopes)
{
    std::vector<std::byte> out;
    auto half = envelopes({10});
    half.pop_back();
    EXPECT_THROW(append_segments(out, half, 1000), std::logic_error);
}

}  // namespace
}  // namespace async_cassandra::testing
