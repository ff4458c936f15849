// SPDX-License-Identifier: Apache-2.0
#include "protocol/compression.hpp"
#include "protocol/crc.hpp"
#include "protocol/frame_reader.hpp"
#include "protocol/requests.hpp"
#include "protocol/segment.hpp"
#include "unit/protocol/recorded_frames.hpp"
#include "unit/vectors/comparison.hpp"

#include <algorithm>

namespace async_cassandra::test {
namespace {

std::string hex_of(std::uint64_t value, int digits)
{
    std::string text;
    for (int i = digits - 1; i >= 0; --i)
        text += "0123456789abcdef"[value >> (4 * i) & 0xFU];
    return text;
}

std::string yes_or_no(bool b)
{
    return b ? "yes" : "no";
}

void compare_plain_header(comparison& with, const test_vector& v)
{
    const auto length = static_cast<std::uint32_t>(v.number("payload_length"));
    const bool self_contained = v.get("self_contained") == "yes";
    with.equal(v, "encoded", v.get("hex"), to_hex(protocol::encode_segment_header({length, self_contained})));
    const bytes wire = v.hex();
    const auto decoded = protocol::decode_segment_header(std::span{wire}.first<6>());
    with.equal(v, "read", "yes", yes_or_no(decoded == protocol::segment_header{length, self_contained}));
}

void compare_lz4_header(comparison& with, const test_vector& v)
{
    const protocol::lz4_segment_header header{
        static_cast<std::uint32_t>(v.number("payload_length")),
        static_cast<std::uint32_t>(v.number("uncompressed_length")),
        v.get("self_contained") == "yes"};
    with.equal(v, "encoded", v.get("hex"), to_hex(protocol::encode_lz4_segment_header(header)));
    const bytes wire = v.hex();
    const auto decoded = protocol::decode_lz4_segment_header(std::span{wire}.first<8>());
    with.equal(v, "read", "yes", yes_or_no(decoded == header));
}

// The messages of `wire` one after the other, as envelopes again.
std::string read_all(protocol::frame_reader reader, std::span<const std::byte> wire)
{
    frame_recorder sink;
    if (feed(reader, sink, wire, 7) != protocol::read_status::need_input)
        return reader.error().rule;
    base::byte_buffer all;
    for (const recorded_frame& frame : sink.frames) {
        std::byte* const at = all.extend(protocol::frame_header_size);
        protocol::encode_frame_header(frame.header, std::span<std::byte, protocol::frame_header_size>{at, 9});
        all.append(frame.body);
    }
    return to_hex(all.bytes());
}

void compare_segment(comparison& with, const test_vector& v)
{
    const bool lz4 = v.get("compression") == "lz4";
    std::string payload;
    for (const std::string& part : v.all("payload"))
        payload += part;
    protocol::frame_reader reader{protocol_version::v5, protocol::reads::requests};
    reader.switch_to_segments(lz4 ? compression::lz4 : compression::none);
    with.equal(v, "read", payload, read_all(std::move(reader), v.hex("wire")));
    base::byte_buffer written;
    std::vector<protocol::segment_piece> pieces;
    if (lz4) {
        // Compressed bytes may differ; what was stored may not, and what is written can be read.
        with.equal(v, "cut", "yes", yes_or_no(protocol::write_lz4_segments(from_hex(payload), written)));
        protocol::frame_reader again{protocol_version::v5, protocol::reads::requests};
        again.switch_to_segments(compression::lz4);
        with.equal(v, "written", payload, read_all(std::move(again), written.bytes()));
        if (payload.size() < 2 * protocol::least_compressed)
            with.equal(v, "stored", v.get("wire"), to_hex(written.bytes()));
        return;
    }
    const bytes run = from_hex(payload);
    with.equal(v, "cut", "yes", yes_or_no(protocol::cut_segments(run, pieces)));
    std::string wire;
    for (const auto& piece : pieces)
        wire += to_hex(piece.header) + to_hex(std::span{run}.subspan(piece.offset, piece.length)) +
                to_hex(piece.trailer);
    with.equal(v, "wire", v.get("wire"), wire);
}

void compare_split(comparison& with, const test_vector& v)
{
    const std::string text(static_cast<std::size_t>(v.number("count")), v.get("character").at(0));
    base::byte_buffer run;
    const auto stream = static_cast<std::int16_t>(v.number("stream"));
    const auto result =
        protocol::encode_query(run, protocol_version::v5, stream, text, {.level = consistency::one});
    with.equal(v, "encoded", "yes", yes_or_no(static_cast<bool>(result)));
    with.equal(v, "envelope", v.get("envelope_length"), std::to_string(run.size()));
    with.equal(v, "envelope header", v.get("envelope_header"), to_hex(run.bytes().first(9)));
    std::vector<protocol::segment_piece> pieces;
    with.equal(v, "cut", "yes", yes_or_no(protocol::cut_segments(run.bytes(), pieces)));
    const auto expected = v.all("segment");
    with.equal(v, "segments", std::to_string(expected.size()), std::to_string(pieces.size()));
    std::size_t wire_length = 0;
    for (std::size_t i = 0; i < std::min(pieces.size(), expected.size()); ++i) {
        with.equal(
            v,
            "segment",
            expected[i],
            std::to_string(pieces[i].length) + " " + to_hex(pieces[i].header) + " " +
                to_hex(pieces[i].trailer)
        );
        wire_length += pieces[i].length + protocol::segment_overhead;
    }
    with.equal(v, "wire length", v.get("wire_length"), std::to_string(wire_length));
}

void compare_compressed_frame(comparison& with, const test_vector& v)
{
    protocol::frame_reader reader{protocol_version::v4, protocol::reads::requests};
    reader.accept_compression(*parse_compression(v.get("compression")));
    const std::string header = v.get("hex").substr(0, 2) + "00" + v.get("hex").substr(4, 6);
    with.equal(
        v,
        "read",
        header + hex_of(v.get("body").size() / 2, 8) + v.get("body"),
        read_all(std::move(reader), v.hex())
    );
}

struct step {
    char side;
    bool in_segment;
    bytes wire;
};

step step_of(const std::string& text)
{
    const auto what = text.find(" | ");
    const auto hex = text.rfind(" | ");
    return {
        text.at(0),
        text.substr(what, hex - what).find("in segment") != std::string::npos,
        from_hex(text.substr(hex + 3))};
}

}  // namespace

void compare_checksums(comparison& with)
{
    for (const test_vector& v : with.entries("crc24"))
        with.equal(v, "crc", v.get("crc"), hex_of(protocol::crc24(v.hex("input")), 6));
    for (const test_vector& v : with.entries("crc32")) {
        bytes input;
        for (long long i = v.has("repeat") ? v.number("repeat") : 1; i != 0; --i)
            for (const std::byte b : v.hex("input"))
                input.push_back(b);
        with.equal(v, "crc", v.get("crc"), hex_of(protocol::crc32(input), 8));
        with.equal(v, "wire", v.get("wire"), to_hex(protocol::encode_segment_trailer(input)));
    }
}

void compare_segments(comparison& with)
{
    for (const test_vector& v : with.entries("segment_header")) {
        if (v.get("compression") == "none")
            compare_plain_header(with, v);
        else
            compare_lz4_header(with, v);
    }
    for (const test_vector& v : with.entries("segment"))
        compare_segment(with, v);
    for (const test_vector& v : with.entries("segment_split"))
        compare_split(with, v);
    for (const test_vector& v : with.entries("frame_v4_compressed"))
        compare_compressed_frame(with, v);
}

void compare_conversations(comparison& with)
{
    for (const test_vector& v : with.entries("conversation")) {
        protocol::frame_reader client{protocol_version::v5};
        protocol::frame_reader server{protocol_version::v5, protocol::reads::requests};
        for (const std::string& text : v.all("step")) {
            const step said = step_of(text);
            protocol::frame_reader& reader = said.side == 'S' ? client : server;
            with.equal(v, text, yes_or_no(said.in_segment), yes_or_no(reader.in_segments()));
            frame_recorder sink;
            const auto status = feed(reader, sink, said.wire, 5);
            with.equal(v, text, "yes", yes_or_no(status == protocol::read_status::need_input));
            with.equal(v, text, "1", std::to_string(sink.frames.size()));
            if (sink.frames.empty() || client.in_segments())
                continue;
            const auto op = sink.frames[0].header.op;
            if (op == protocol::opcode::ready || op == protocol::opcode::authenticate) {
                client.switch_to_segments();
                server.switch_to_segments();
            }
        }
    }
}

}  // namespace async_cassandra::test
