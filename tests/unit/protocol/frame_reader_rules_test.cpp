// SPDX-License-Identifier: Apache-2.0
#include "protocol/frame_reader.hpp"
#include "unit/protocol/recorded_frames.hpp"
#include "unit/protocol/vectors.hpp"

#include <gtest/gtest.h>

namespace async_cassandra {
namespace {

using protocol::frame_reader;
using protocol::read_status;
using test::bytes;
using test::envelope;
using test::frame_recorder;
using test::join;
using test::segment;

bytes part(const bytes& whole, std::size_t begin, std::size_t count)
{
    const auto at = whole.begin() + static_cast<std::ptrdiff_t>(begin);
    return {at, at + static_cast<std::ptrdiff_t>(count)};
}

struct outcome {
    std::string rule;
    std::size_t offset = 0;
    std::size_t messages = 0;
    std::size_t allocations = 0;
};

outcome read(frame_reader reader, std::span<const std::byte> wire, std::size_t piece = 1'000'000)
{
    frame_recorder sink;
    const read_status status = test::feed(reader, sink, wire, piece);
    EXPECT_EQ(status == read_status::error, reader.error().rule != nullptr);
    // Errors are for good.
    EXPECT_EQ(reader.drain(sink), status);
    const char* rule = reader.error().rule;
    return {rule == nullptr ? "" : rule, reader.error().offset, sink.frames.size(), sink.allocations.size()};
}

frame_reader segments()
{
    frame_reader reader{protocol_version::v5};
    reader.switch_to_segments();
    return reader;
}

TEST(frame_reader_rules, accept_an_answer_in_a_foreign_version_before_one_is_agreed_on)
{
    const auto v = test::read_envelope("response_envelope", "error_unsupported_version_c5_v6beta_header");
    for (const protocol_version asked : {protocol_version::v4, protocol_version::v5}) {
        frame_reader reader{asked};
        frame_recorder sink;
        ASSERT_EQ(test::feed(reader, sink, v.envelope, 1000), read_status::need_input);
        ASSERT_EQ(sink.frames.size(), 1U);
        EXPECT_EQ(sink.frames[0].header.version, 6);
        EXPECT_EQ(sink.frames[0].header.flags, protocol::header_flag::use_beta);
        EXPECT_EQ(sink.frames[0].header.stream, 0);
    }
}

TEST(frame_reader_rules, refuse_a_foreign_version_once_one_is_agreed_on)
{
    frame_reader reader{protocol_version::v5};
    reader.require_version(protocol_version::v4);
    const outcome o = read(std::move(reader), join({envelope(4, 1, 10), envelope(5, 1, 10)}));
    EXPECT_EQ(o.rule, "an envelope carries another protocol version than was agreed on");
    EXPECT_EQ(o.messages, 1U);
    EXPECT_EQ(o.offset, 19U);
}

TEST(frame_reader_rules, refuse_a_foreign_version_in_segments)
{
    const outcome whole = read(segments(), segment(envelope(4, 1, 10), true));
    EXPECT_EQ(whole.rule, "an envelope carries another protocol version than was agreed on");
    const outcome slice = read(segments(), segment(part(envelope(4, 1, 100), 0, 50), false));
    EXPECT_EQ(slice.rule, "an envelope carries another protocol version than was agreed on");
    EXPECT_EQ(slice.allocations, 0U);
}

TEST(frame_reader_rules, refuse_what_is_no_cql)
{
    const std::string_view http = "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n";
    const outcome o = read(frame_reader{protocol_version::v5}, std::as_bytes(std::span{http}), 7);
    EXPECT_EQ(o.rule, "the other side does not answer in CQL");
    EXPECT_EQ(o.offset, 0U);
}

TEST(frame_reader_rules, refuse_a_compressed_body_that_nobody_agreed_on)
{
    bytes wire = envelope(4, 1, 10);
    wire[1] = std::byte{protocol::header_flag::compressed};
    EXPECT_EQ(
        read(frame_reader{protocol_version::v4}, wire).rule,
        "a body is compressed though compression was not agreed on"
    );
}

TEST(frame_reader_rules, check_a_length_before_anything_is_allocated)
{
    bytes raw = envelope(4, 1, 5000);
    raw[5] = std::byte{0x7F};
    const outcome in_v4 = read(frame_reader{protocol_version::v4}, raw);
    EXPECT_EQ(in_v4.rule, "a body is longer than the limit");
    EXPECT_EQ(in_v4.allocations, 0U);

    bytes first = part(envelope(5, 1, 5000), 0, 2000);
    first[5] = std::byte{0x80};
    const outcome in_v5 = read(segments(), segment(first, false));
    EXPECT_EQ(in_v5.rule, "a body is longer than the limit");
    EXPECT_EQ(in_v5.allocations, 0U);
}

TEST(frame_reader_rules, know_a_lower_limit)
{
    frame_reader reader{protocol_version::v4};
    reader.limit_body(100);
    const outcome o = read(std::move(reader), join({envelope(4, 1, 100), envelope(4, 1, 101)}));
    EXPECT_EQ(o.rule, "a body is longer than the limit");
    EXPECT_EQ(o.messages, 1U);
}

TEST(frame_reader_rules, refuse_a_self_contained_segment_that_ends_inside_an_envelope)
{
    const bytes whole = envelope(5, 1, 50);
    const outcome in_body = read(segments(), segment(join({whole, part(whole, 0, 40)}), true));
    EXPECT_EQ(in_body.rule, "a self-contained segment ends inside an envelope");
    EXPECT_EQ(in_body.messages, 1U);
    EXPECT_EQ(in_body.offset, 6U + 59U);
    const outcome in_header = read(segments(), segment(join({whole, part(whole, 0, 8)}), true));
    EXPECT_EQ(in_header.rule, "a self-contained segment ends inside an envelope header");
}

TEST(frame_reader_rules, refuse_a_slice_that_carries_more_than_its_envelope)
{
    const bytes whole = envelope(5, 1, 50);
    const std::string rule = "a slice carries more than its envelope";
    EXPECT_EQ(read(segments(), segment(join({whole, whole}), false)).rule, rule);
    const outcome later = read(
        segments(),
        join({segment(part(whole, 0, 30), false), segment(join({part(whole, 30, 29), whole}), false)})
    );
    EXPECT_EQ(later.rule, rule);
    EXPECT_EQ(later.messages, 0U);
}

TEST(frame_reader_rules, refuse_a_first_slice_without_a_whole_header)
{
    const bytes whole = envelope(5, 1, 50);
    for (const std::size_t length : std::initializer_list<std::size_t>{0, 1, 8})
        EXPECT_EQ(
            read(segments(), segment(part(whole, 0, length), false)).rule,
            "the first slice of an envelope does not hold its header"
        );
}

TEST(frame_reader_rules, refuse_an_empty_slice)
{
    const bytes whole = envelope(5, 1, 50);
    EXPECT_EQ(
        read(segments(), join({segment(part(whole, 0, 30), false), segment({}, false)})).rule,
        "a slice of an envelope is empty"
    );
}

TEST(frame_reader_rules, refuse_a_self_contained_segment_between_slices)
{
    const bytes whole = envelope(5, 1, 50);
    EXPECT_EQ(
        read(segments(), join({segment(part(whole, 0, 30), false), segment(whole, true)})).rule,
        "a self-contained segment comes before the last slice of an envelope"
    );
}

TEST(frame_reader_rules, find_every_changed_byte_of_a_segment)
{
    const bytes good = segment(join({envelope(5, 1, 20), envelope(5, 2, 30)}), true);
    for (std::size_t i = 0; i < good.size(); ++i) {
        bytes bad = good;
        bad[i] ^= std::byte{0x10};
        // More bytes behind it, in case that the length was what changed.
        const outcome o = read(segments(), join({bad, bytes(140'000)}));
        EXPECT_EQ(
            o.rule,
            i < 6 ? "the checksum of a segment header does not match"
                  : "the checksum of a segment payload does not match"
        ) << i;
        EXPECT_EQ(o.messages, 0U) << i;
    }
}

TEST(frame_reader_rules, find_every_changed_byte_of_slices)
{
    const bytes whole = envelope(5, 1, 90);
    const bytes good = join(
        {segment(part(whole, 0, 40), false),
         segment(part(whole, 40, 30), false),
         segment(part(whole, 70, 29), false)}
    );
    ASSERT_EQ(read(segments(), good).messages, 1U);
    for (std::size_t i = 0; i < good.size(); ++i) {
        bytes bad = good;
        bad[i] ^= std::byte{0x01};
        const outcome o = read(segments(), join({bad, bytes(140'000)}), 11);
        EXPECT_NE(o.rule, "") << i;
        EXPECT_EQ(o.messages, 0U) << i;
    }
}

TEST(frame_reader_rules, find_a_changed_byte_in_a_slice_that_was_read_into_its_block)
{
    const bytes whole = envelope(5, 1, 200'000);
    const bytes good =
        join({segment(part(whole, 0, 100'000), false), segment(part(whole, 100'000, 100'009), false)});
    ASSERT_EQ(read(segments(), good, 30'000).messages, 1U);
    for (const std::size_t at :
         std::initializer_list<std::size_t>{100'016, 100'017, 150'000, 199'999, 200'024, 200'025, 200'028}) {
        bytes bad = good;
        bad[at] ^= std::byte{0x80};
        const outcome o = read(segments(), bad, 30'000);
        EXPECT_EQ(o.messages, 0U) << at;
        EXPECT_EQ(o.rule, "the checksum of a segment payload does not match") << at;
    }
}

TEST(frame_reader_rules, count_offsets_from_the_begin_of_the_connection)
{
    // Through compactions of the input buffer and a body that went around it.
    const bytes good = join({envelope(4, 1, 3000), envelope(4, 2, 400'000), envelope(4, 3, 5)});
    for (const std::size_t piece : std::initializer_list<std::size_t>{700, 20'000, 1'000'000}) {
        const outcome o = read(frame_reader{protocol_version::v4}, join({good, bytes(9)}), piece);
        EXPECT_EQ(o.messages, 3U);
        EXPECT_EQ(o.offset, good.size()) << piece;
    }
}

}  // namespace
}  // namespace async_cassandra
