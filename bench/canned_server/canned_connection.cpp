// SPDX-License-Identifier: Apache-2.0
#include "canned_connection.hpp"

namespace async_cassandra::bench {

namespace {

constexpr std::uint8_t use_beta_flag = 0x10;
constexpr std::uint8_t oldest_version = 4;

}  // namespace

void canned_connection::receive(byte_view bytes, byte_buffer& out)
{
    if (closing_)
        return;
    envelope_writer writer(out);
    writer.set_framed(framed_);
    pass now{out, writer};
    if (!postponed_.empty()) {
        postponed_.drop_front(take_envelopes(postponed_.view(), now));
        if (postponed_.empty()) {
            postponed_.release();
        } else if (!now.full() && !closing_) {
            fail("A self-contained segment ends within an envelope", now);
        }
    }
    if (incomplete_.empty() && postponed_.empty()) {
        incomplete_.append(bytes.subspan(take_all(bytes, now)));
    } else {
        incomplete_.append(bytes);
        incomplete_.drop_front(take_all(incomplete_.view(), now));
        if (incomplete_.empty())
            incomplete_.release();
    }
    writer.finish();
    stopped_full_ = now.full() && !closing_;
}

std::size_t canned_connection::take_all(byte_view bytes, pass& now)
{
    std::size_t used = 0;
    while (!closing_ && !now.full() && postponed_.empty()) {
        const byte_view rest = bytes.subspan(used);
        const std::size_t taken = framed_ ? take_segment(rest, now) : take_envelopes(rest, now);
        if (taken == 0)
            break;
        used += taken;
    }
    return used;
}

std::size_t canned_connection::take_envelopes(byte_view bytes, pass& now)
{
    const bool framed_before = framed_;
    std::size_t used = 0;
    while (!closing_ && !now.full() && framed_ == framed_before) {
        const byte_view rest = bytes.subspan(used);
        if (rest.empty() || !accept_version(rest[0], rest, now) || rest.size() < envelope_header_size)
            break;
        const envelope_header header = read_envelope_header(rest.data());
        if (header.length > max_request) {
            fail("The request is longer than 16 MiB", now);
            break;
        }
        const std::size_t size = envelope_header_size + header.length;
        if (rest.size() < size)
            break;
        answer(header, rest.subspan(envelope_header_size, header.length), now);
        used += size;
    }
    return used;
}

std::size_t canned_connection::take_segment(byte_view bytes, pass& now)
{
    if (bytes.size() < segment_header_size)
        return 0;
    segment_header header;
    if (!read_segment_header(bytes.data(), header)) {
        fail("The CRC24 of a segment header does not match", now);
        return 0;
    }
    const std::size_t size = segment_header_size + header.payload_size + segment_trailer_size;
    if (bytes.size() < size)
        return 0;
    const byte_view payload = bytes.subspan(segment_header_size, header.payload_size);
    if (!segment_payload_intact(payload.data(), payload.size())) {
        fail("The CRC32 of a segment payload does not match", now);
        return 0;
    }
    if (header.self_contained) {
        take_self_contained(payload, now);
    } else {
        take_slice(payload, now);
    }
    return size;
}

void canned_connection::take_self_contained(byte_view payload, pass& now)
{
    if (!sliced_.empty())
        return fail("A self-contained segment between slices of an envelope", now);
    const byte_view rest = payload.subspan(take_envelopes(payload, now));
    if (closing_ || rest.empty())
        return;
    if (!now.full())
        return fail("A self-contained segment ends within an envelope", now);
    postponed_.append(rest);
}

void canned_connection::take_slice(byte_view payload, pass& now)
{
    if (sliced_.empty() && payload.size() < envelope_header_size) {
        return fail("The first slice is shorter than an envelope header", now);
    }
    sliced_.append(payload);
    const envelope_header header = read_envelope_header(sliced_.data());
    if (!accept_version(header.version, sliced_.view(), now))
        return;
    if (header.length > max_request)
        return fail("The request is longer than 16 MiB", now);
    const std::size_t size = envelope_header_size + header.length;
    if (sliced_.size() > size)
        return fail("Slices carry more than their envelope", now);
    if (sliced_.size() < size)
        return;
    answer(header, sliced_.view().subspan(envelope_header_size), now);
    sliced_.release();
}

bool canned_connection::accept_version(std::uint8_t first_byte, byte_view bytes, pass& now)
{
    if (first_byte == version_)
        return true;
    if (version_ != 0) {
        fail(
            "Invalid message version. Got " + std::to_string(first_byte) +
                " but previous messages on this connection had version " + std::to_string(version_),
            now
        );
        return false;
    }
    if (first_byte >= oldest_version && first_byte <= max_version_) {
        version_ = first_byte;
        return true;
    }
    // The flags decide what a server that has v5 as a beta says to a client that asks for v5.
    if (first_byte == 5 && bytes.size() < 2)
        return false;
    reject_version(first_byte, bytes.size() > 1 && (bytes[1] & use_beta_flag) != 0, now);
    return false;
}

/// As Cassandra does it: in the newest version the server knows, which is a beta one (v6 for 4.0 and later,
/// v5 for 3.x), with stream 0; and to versions 1 and 2 in their own version, whose stream id is one byte.
void canned_connection::reject_version(std::uint8_t first_byte, bool beta_allowed, pass& now)
{
    closing_ = true;
    std::string message = "Invalid or unsupported protocol version (" + std::to_string(first_byte) +
                          "); supported versions are (" +
                          (max_version_ >= 5 ? "4/v4, 5/v5, 6/v6-beta)" : "4/v4)");
    if (first_byte == 5 && !beta_allowed) {
        message = "Beta version of the protocol used (5/v5-beta), but USE_BETA flag is unset";
    }
    byte_buffer body;
    body.put(static_cast<std::uint32_t>(error_code::protocol));
    body.put_string(message);
    byte_buffer& out = now.out;
    if (first_byte == 1 || first_byte == 2) {
        out.put(static_cast<std::uint8_t>(first_byte | 0x80));
        out.put(std::uint8_t{0});
        out.put(std::uint8_t{0});
    } else {
        out.put(static_cast<std::uint8_t>(max_version_ >= 5 ? 0x86 : 0x85));
        out.put(use_beta_flag);
        out.put(std::uint16_t{0});
    }
    out.put(static_cast<std::uint8_t>(opcode::error));
    out.put(static_cast<std::uint32_t>(body.size()));
    out.append(body.view());
}

void canned_connection::fail(std::string_view message, pass& now)
{
    closing_ = true;
    answerer_.write_error(now.writer, version_, 0, error_code::protocol, message);
}

void canned_connection::answer(const envelope_header& header, byte_view body, pass& now)
{
    ++requests_;
    const bool started_before = answerer_.started();
    answerer_.answer(header, body, now.writer);
    if (!started_before && answerer_.started() && version_ >= 5) {
        framed_ = true;
        now.writer.set_framed(true);
    }
}

}  // namespace async_cassandra::bench
