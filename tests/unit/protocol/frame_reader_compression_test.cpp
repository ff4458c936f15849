// SPDX-License-Identifier: Apache-2.0
#include "base/byte_order.hpp"
#include "protocol/compression.hpp"
#include "protocol/segment.hpp"
#include "unit/protocol/recorded_frames.hpp"

#include <gtest/gtest.h>

#include <random>

namespace async_cassandra {
namespace {

using protocol::frame_reader;
using protocol::read_status;
using test::bytes;
using test::frame_recorder;
using test::handed_over;

enum class wire_form { v4_lz4, v4_snappy, v5_lz4 };
const std::vector<std::string> form_names{"v4_lz4", "v4_snappy", "v5_lz4"};

compression algorithm(wire_form form)
{
    return form == wire_form::v4_snappy ? compression::snappy : compression::lz4;
}

frame_reader reader_for(wire_form form)
{
    if (form == wire_form::v5_lz4) {
        frame_reader r{protocol_version::v5};
        r.switch_to_segments(compression::lz4);
        return r;
    }
    frame_reader r{protocol_version::v4};
    r.require_version(protocol_version::v4);
    r.accept_compression(algorithm(form));
    return r;
}

// Half text, half noise, so that compression has work to do and something to store.
bytes envelope_of(wire_form form, std::int16_t stream, std::size_t size, bool noise = false)
{
    bytes data = test::envelope(form == wire_form::v5_lz4 ? 5 : 4, stream, size);
    std::mt19937 random{static_cast<std::uint16_t>(stream)};
    for (std::size_t i = protocol::frame_header_size; i < data.size(); ++i)
        data[i] = noise ? static_cast<std::byte>(random()) : static_cast<std::byte>("row of text "[i % 12]);
    return data;
}

bytes to_wire(wire_form form, const std::vector<bytes>& envelopes)
{
    base::byte_buffer out;
    base::byte_buffer scratch;
    if (form == wire_form::v5_lz4) {
        EXPECT_TRUE(protocol::write_lz4_segments(test::join(envelopes), out));
        return {out.bytes().begin(), out.bytes().end()};
    }
    for (const bytes& one : envelopes) {
        const std::size_t begin = out.size();
        out.append(one);
        protocol::compress_envelope(algorithm(form), out, begin, scratch);
    }
    return {out.bytes().begin(), out.bytes().end()};
}

void expect_all(const frame_recorder& got, const std::vector<bytes>& sent, const std::string& what)
{
    ASSERT_EQ(got.frames.size(), sent.size()) << what;
    for (std::size_t i = 0; i < sent.size(); ++i) {
        const std::span<const std::byte> whole{sent[i]};
        ASSERT_EQ(got.frames[i].header, protocol::decode_frame_header(whole.first<9>())) << what << ' ' << i;
        ASSERT_TRUE(std::ranges::equal(got.frames[i].body, whole.subspan(9))) << what << ' ' << i;
    }
}

class compressed_stream : public testing::TestWithParam<wire_form> {
protected:
    [[nodiscard]] bytes envelope(std::int16_t stream, std::size_t size, bool noise = false) const
    {
        return envelope_of(GetParam(), stream, size, noise);
    }
    // Every way for a message to arrive: empty, tiny, stored, uncompressed in place, into a block out of the input, and
    // into a block through one of its own.
    [[nodiscard]] std::vector<bytes> every_kind() const
    {
        return {
            envelope(1, 0),
            envelope(2, 5),
            envelope(3, 3000),
            envelope(4, 3000, true),
            envelope(5, 20'000),
            envelope(6, 20'000, true),
            envelope(7, 500'000),
            envelope(8, 300'000, true),
            envelope(9, 700)};
    }
};

TEST_P(compressed_stream, gives_the_same_messages_in_pieces_of_any_size)
{
    const auto envelopes = every_kind();
    const bytes wire = to_wire(GetParam(), envelopes);
    for (const std::size_t piece : {1U, 7U, 100U, 4096U, 50'000U, 10'000'000U}) {
        frame_reader reader = reader_for(GetParam());
        frame_recorder sink;
        ASSERT_EQ(test::feed(reader, sink, wire, piece), read_status::need_input) << reader.error().rule;
        expect_all(sink, envelopes, "pieces of " + std::to_string(piece));
        EXPECT_TRUE(reader.at_boundary());
    }
}

TEST_P(compressed_stream, gives_the_same_messages_wherever_it_is_split)
{
    const std::vector<bytes> envelopes{
        envelope(1, 0), envelope(2, 300), envelope(3, 9000), envelope(4, 90, true)};
    const bytes wire = to_wire(GetParam(), envelopes);
    for (std::size_t cut = 0; cut <= wire.size(); ++cut) {
        frame_reader reader = reader_for(GetParam());
        frame_recorder sink;
        const std::span<const std::byte> all{wire};
        test::feed(reader, sink, all.first(cut), wire.size());
        test::feed(reader, sink, all.subspan(cut), wire.size());
        expect_all(sink, envelopes, "split at " + std::to_string(cut));
    }
}

TEST_P(compressed_stream, loses_nothing_when_the_sink_stops_at_every_message)
{
    const auto envelopes = every_kind();
    frame_reader reader = reader_for(GetParam());
    frame_recorder sink;
    sink.stop_always = true;
    test::feed(reader, sink, to_wire(GetParam(), envelopes), 10'000'000);
    expect_all(sink, envelopes, "stopping");
}

TEST_P(compressed_stream, asks_for_blocks_of_the_uncompressed_length_and_skips_unwanted_bodies)
{
    const auto envelopes = every_kind();
    frame_reader reader = reader_for(GetParam());
    frame_recorder sink;
    sink.skip = [](const protocol::frame_header& h) { return h.stream == 7 || h.stream == 8; };
    test::feed(reader, sink, to_wire(GetParam(), envelopes), 5000);
    ASSERT_EQ(sink.frames.size(), envelopes.size());
    for (const auto& h : sink.allocations) {
        EXPECT_EQ(h.length, envelopes[static_cast<std::size_t>(h.stream - 1)].size() - 9);
        EXPECT_EQ(h.flags, 0);
    }
    EXPECT_EQ(sink.frames[6].how, handed_over::skipped);
    EXPECT_EQ(sink.frames[6].header.length, 500'000U);
    EXPECT_EQ(sink.frames[7].how, handed_over::skipped);
    EXPECT_EQ(sink.frames[8].body.size(), 700U);
    EXPECT_TRUE(reader.at_boundary());
}

TEST_P(compressed_stream, hands_small_bodies_over_without_a_block)
{
    frame_reader reader = reader_for(GetParam());
    frame_recorder sink;
    test::feed(reader, sink, to_wire(GetParam(), {envelope(1, frame_reader::small_body)}), 10'000);
    ASSERT_EQ(sink.frames.size(), 1U);
    EXPECT_EQ(sink.frames[0].how, handed_over::in_place);
    EXPECT_TRUE(sink.allocations.empty());
}

TEST_P(compressed_stream, with_any_byte_changed_never_reads_beyond_the_end_nor_gives_wrong_v5_messages)
{
    const std::vector<bytes> envelopes{envelope(1, 200), envelope(2, 9000)};
    const bytes wire = to_wire(GetParam(), envelopes);
    for (std::size_t i = 0; i < wire.size(); ++i) {
        bytes changed = wire;
        changed[i] ^= std::byte{0x55};
        frame_reader reader = reader_for(GetParam());
        frame_recorder sink;
        const read_status end = test::feed(reader, sink, changed, wire.size());
        if (GetParam() == wire_form::v5_lz4) {
            ASSERT_EQ(end, read_status::error) << "byte " << i;
        }
    }
}

INSTANTIATE_TEST_SUITE_P(
    forms,
    compressed_stream,
    testing::Values(wire_form::v4_lz4, wire_form::v4_snappy, wire_form::v5_lz4),
    [](const auto& form) { return form_names.at(static_cast<std::size_t>(form.param)); }
);

// What a peer that means harm may send.

std::string broken(wire_form form, const bytes& wire)
{
    frame_reader reader = reader_for(form);
    frame_recorder sink;
    if (test::feed(reader, sink, wire, wire.size()) != read_status::error)
        return "nothing";
    EXPECT_TRUE(sink.frames.empty());
    EXPECT_TRUE(sink.allocations.empty());
    return reader.error().rule;
}

bytes v4_frame(std::uint32_t length, const bytes& body)
{
    std::array<std::byte, protocol::frame_header_size> header{};
    protocol::encode_frame_header(
        {4, true, protocol::header_flag::compressed, 1, protocol::opcode::result, length}, header
    );
    return test::join({{header.begin(), header.end()}, body});
}

bytes lz4_segment(protocol::lz4_segment_header header, const bytes& sent)
{
    header.payload_length = static_cast<std::uint32_t>(sent.size());
    const auto head = protocol::encode_lz4_segment_header(header);
    const auto trailer = protocol::encode_segment_trailer(sent);
    return test::join({{head.begin(), head.end()}, sent, {trailer.begin(), trailer.end()}});
}

bytes block_of(const bytes& payload)
{
    base::byte_buffer out;
    EXPECT_TRUE(protocol::compress_block(payload, out));
    return {out.bytes().begin(), out.bytes().end()};
}

TEST(hostile_compression, a_v4_bomb_is_refused_from_its_first_bytes)
{
    EXPECT_EQ(
        broken(wire_form::v4_lz4, v4_frame(100'000, test::from_hex("0fffffff00"))),
        "a compressed body declares a length that it cannot have"
    );
    EXPECT_EQ(
        broken(wire_form::v4_snappy, v4_frame(100'000, test::from_hex("ffffff7f00"))),
        "a compressed body declares a length that it cannot have"
    );
    EXPECT_EQ(
        broken(wire_form::v4_lz4, v4_frame(200'000'000, test::from_hex("1000000100"))),
        "a body is longer than the limit"
    );
}

// Found by fuzzing: such a body was refused or passed by, depending on how its bytes came.
TEST(hostile_compression, a_small_body_in_a_long_disguise_is_refused_however_it_comes)
{
    const bytes wire = v4_frame(5000, bytes(5000));
    bytes disguised = wire;
    base::store_big_endian(disguised.data() + 9, std::uint32_t{10});
    for (const std::size_t piece : {1U, 100U, 10'000U}) {
        frame_reader reader = reader_for(wire_form::v4_lz4);
        frame_recorder sink;
        sink.skip = [](const auto&) { return true; };
        EXPECT_EQ(test::feed(reader, sink, disguised, piece), read_status::error);
        EXPECT_STREQ(reader.error().rule, "a compressed body is longer than what it holds can become");
    }
}

TEST(hostile_compression, a_limit_holds_for_the_uncompressed_length)
{
    frame_reader reader = reader_for(wire_form::v4_lz4);
    reader.limit_body(10'000);
    frame_recorder sink;
    const bytes wire = to_wire(wire_form::v4_lz4, {envelope_of(wire_form::v4_lz4, 1, 10'001)});
    ASSERT_LT(wire.size(), 1000U);
    EXPECT_EQ(test::feed(reader, sink, wire, wire.size()), read_status::error);
    EXPECT_STREQ(reader.error().rule, "a body is longer than the limit");
}

TEST(hostile_compression, a_v4_body_of_another_length_than_declared_is_refused)
{
    for (const std::size_t size : {200U, 20'000U, 800'000U}) {
        bytes wire = to_wire(wire_form::v4_lz4, {envelope_of(wire_form::v4_lz4, 1, size)});
        base::store_big_endian(wire.data() + 9, static_cast<std::uint32_t>(size - 1));
        frame_reader reader = reader_for(wire_form::v4_lz4);
        frame_recorder sink;
        EXPECT_EQ(test::feed(reader, sink, wire, wire.size()), read_status::error);
        EXPECT_STREQ(
            reader.error().rule, "compressed bytes are malformed or do not have their declared length"
        );
        EXPECT_TRUE(sink.frames.empty());
    }
}

TEST(hostile_compression, compression_that_was_not_agreed_on_is_refused)
{
    frame_reader reader{protocol_version::v4};
    frame_recorder sink;
    const bytes wire = to_wire(wire_form::v4_lz4, {envelope_of(wire_form::v4_lz4, 1, 2000)});
    EXPECT_EQ(test::feed(reader, sink, wire, wire.size()), read_status::error);
    EXPECT_STREQ(reader.error().rule, "a body is compressed though compression was not agreed on");
}

TEST(hostile_compression, wrong_checksums_of_segments_are_refused_with_their_place)
{
    const bytes first = to_wire(wire_form::v5_lz4, {envelope_of(wire_form::v5_lz4, 1, 100)});
    for (const auto& [at, rule] : std::initializer_list<std::pair<std::size_t, const char*>>{
             {first.size() + 6, "the checksum of a segment header does not match"},
             {first.size() + 9, "the checksum of a segment payload does not match"}}) {
        bytes wire = test::join({first, first});
        wire[at] ^= std::byte{1};
        frame_reader reader = reader_for(wire_form::v5_lz4);
        frame_recorder sink;
        EXPECT_EQ(test::feed(reader, sink, wire, wire.size()), read_status::error);
        EXPECT_STREQ(reader.error().rule, rule);
        EXPECT_EQ(reader.error().offset, first.size());
        EXPECT_EQ(sink.frames.size(), 1U);
    }
}

TEST(hostile_compression, a_segment_of_another_length_than_declared_is_refused)
{
    constexpr const char* rule = "compressed bytes are malformed or do not have their declared length";
    const bytes whole = envelope_of(wire_form::v5_lz4, 1, 3000);
    const auto size = static_cast<std::uint32_t>(whole.size());
    for (const std::uint32_t declared : {size - 1, size + 1, std::uint32_t{131'071}, std::uint32_t{1}})
        EXPECT_EQ(broken(wire_form::v5_lz4, lz4_segment({0, declared, true}, block_of(whole))), rule);
    EXPECT_EQ(broken(wire_form::v5_lz4, lz4_segment({0, 3000, true}, {})), rule);
}

TEST(hostile_compression, the_rules_of_slices_hold_for_uncompressed_lengths)
{
    const bytes whole = envelope_of(wire_form::v5_lz4, 1, 200'000);
    const auto slice = [&](std::size_t begin, std::size_t count, bool self_contained) {
        const bytes part(
            whole.begin() + static_cast<std::ptrdiff_t>(begin),
            whole.begin() + static_cast<std::ptrdiff_t>(begin + count)
        );
        return lz4_segment({0, static_cast<std::uint32_t>(count), self_contained}, block_of(part));
    };
    const bytes first = slice(0, 100'000, false);
    const auto rule_after = [&](const bytes& second) {
        frame_reader reader = reader_for(wire_form::v5_lz4);
        frame_recorder sink;
        const bytes wire = test::join({first, second});
        EXPECT_EQ(test::feed(reader, sink, wire, wire.size()), read_status::error);
        EXPECT_TRUE(sink.frames.empty());
        return std::string{reader.error().rule};
    };
    EXPECT_EQ(
        rule_after(slice(100'000, 50'000, true)),
        "a self-contained segment comes before the last slice of an envelope"
    );
    EXPECT_EQ(rule_after(slice(0, 100'010, false)), "a slice carries more than its envelope");
    EXPECT_EQ(rule_after(lz4_segment({0, 0, false}, {})), "a slice of an envelope is empty");
    EXPECT_EQ(
        broken(wire_form::v5_lz4, slice(0, 3000, true)), "a self-contained segment ends inside an envelope"
    );
    EXPECT_EQ(
        broken(wire_form::v5_lz4, lz4_segment({0, 0, false}, bytes(whole.begin(), whole.begin() + 8))),
        "the first slice of an envelope does not hold its header"
    );
}

}  // namespace
}  // namespace async_cassandra
