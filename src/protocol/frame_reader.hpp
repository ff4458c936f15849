// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/compression.hpp>
#include <async_cassandra/detail/block.hpp>
#include <async_cassandra/protocol_version.hpp>

#include "protocol/compression.hpp"
#include "protocol/frame.hpp"
#include "protocol/reader.hpp"
#include "protocol/segment.hpp"

#include <algorithm>
#include <cassert>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>

namespace async_cassandra::protocol {

/// What `frame_reader::drain` ended with.
enum class read_status : std::uint8_t {
    need_input,  ///< Everything that was there is handed over.
    stopped,     ///< A callback said false; drain again to go on.
    error,       ///< The other side broke a rule: see error(). For good.
};

/// Which side of the conversation is read.
enum class reads : std::uint8_t { responses, requests };

/// Who takes the messages. Every callback may say false: drain stops after it, and nothing is lost.
template <class T>
concept frame_sink =
    requires(T& sink, const frame_header& h, std::span<const std::byte> body, detail::block_ptr block) {
        /// A whole message whose body is in the input buffer: valid during the call only.
        requires std::same_as<decltype(sink.on_frame(h, body)), bool>;
        /// The block, of exactly `h.length` bytes, into which the body shall be read; an empty pointer skips the body. May
        /// throw: then nothing has happened, and drain may be called again.
        requires std::same_as<decltype(sink.allocate(h)), detail::block_ptr>;
        /// The block that `allocate` gave is filled.
        requires std::same_as<decltype(sink.on_block(h, std::move(block))), bool>;
        /// The body for which `allocate` gave nothing has passed by.
        requires std::same_as<decltype(sink.on_frame_skipped(h)), bool>;
    };

/// The input side of one connection: takes bytes as they come from the socket, cuts messages out of them. Compressed
/// ones are handed over as if they had not been: header and length are those of the uncompressed body.
///
/// Small bodies are handed over where they lie in the input buffer; a large one is read into a block of its own, most of
/// it straight from the socket. Nothing is allocated per message here. A first slice of a v5 segment sequence is
/// verified before its header is believed; a block is handed over when every slice in it is verified.
class frame_reader {
public:
    static constexpr std::size_t input_capacity = 144 * 1024;
    /// Bodies up to this length are always handed over through on_frame.
    static constexpr std::size_t small_body = 4096;

    /// Starts with raw envelopes of any version: a server answers an unknown version in one of its own.
    explicit frame_reader(protocol_version version, reads what = reads::responses) noexcept;

    /// From the next envelope on each must carry exactly this version.
    void require_version(protocol_version version) noexcept;
    /// From the next envelope on bodies of v4 may be compressed.
    void accept_compression(compression how) noexcept;
    /// From the next byte on everything is in v5 segments, with LZ4 or plain; implies require_version. To be called when
    /// READY or AUTHENTICATE has been handed over, and only while no message is half read: from within the callback is
    /// fine.
    void switch_to_segments(compression how = compression::none) noexcept;
    /// Longer bodies are an error.
    void limit_body(std::uint32_t length) noexcept { rules_.max_length = length; }

    /// Where the next bytes of the socket go. Valid until the next call of anything here. Never empty when the last drain
    /// said need_input; may be empty when it said stopped.
    [[nodiscard]] std::span<std::byte> prepare();
    /// `count` bytes have been stored at the begin of what prepare() gave.
    void commit(std::size_t count) noexcept;
    /// Hands over what is complete.
    template <frame_sink Sink>
    [[nodiscard]] read_status drain(Sink& sink);
    template <frame_sink Sink>
    [[nodiscard]] read_status commit_and_drain(std::size_t count, Sink& sink)
    {
        commit(count);
        return drain(sink);
    }

    /// The offset counts from the first byte of the connection.
    [[nodiscard]] const parse_error& error() const noexcept { return error_; }
    [[nodiscard]] bool in_segments() const noexcept { return segmented_; }
    /// True when the other side may close the connection here without cutting a message.
    [[nodiscard]] bool at_boundary() const noexcept
    {
        return pending() == 0 && !body_.open && phase_ == phase::header;
    }

private:
    enum class phase : std::uint8_t {
        header,       // in front of a segment
        whole,        // in the verified payload of a self-contained segment
        first_slice,  // in the verified payload of the first slice of an envelope
        slice,        // in the payload of a later slice, not yet verified
        trailer,      // behind it
    };
    enum class step : std::uint8_t { go_on, need_input, stopped, error };

    struct open_body {
        frame_header header;
        detail::block_ptr block;   // empty: skipped
        detail::block_ptr packed;  // v4: holds the compressed body until it is whole
        std::size_t length = 0;    // as sent
        std::size_t filled = 0;
        bool open = false;

        [[nodiscard]] std::size_t left() const noexcept { return length - filled; }
        /// Where the next bytes go; nullptr when they are skipped.
        [[nodiscard]] std::byte* to() noexcept
        {
            if (packed)
                return packed.data() + filled;
            return block ? block.data() + filled : nullptr;
        }
    };

    [[nodiscard]] std::size_t pending() const noexcept { return end_ - begin_; }
    [[nodiscard]] const std::byte* at() const noexcept { return input_.get() + begin_; }
    // Where the payload of the segment goes on: in the input, or uncompressed beside it.
    [[nodiscard]] const std::byte* payload() const noexcept
    {
        return lz4_segments_ ? unpacked_.get() + unpacked_at_ : at();
    }
    void advance(std::size_t count) noexcept
    {
        (lz4_segments_ ? unpacked_at_ : begin_) += count;
        payload_left_ -= count;
    }
    void leave_segment() noexcept
    {
        begin_ += lz4_segments_ ? segment_size_ : segment_trailer_size;
        phase_ = phase::header;
    }
    [[nodiscard]] static frame_header peek(const std::byte* at) noexcept
    {
        return decode_frame_header(std::span<const std::byte, frame_header_size>{at, frame_header_size});
    }
    step fail(const char* rule) noexcept;
    void start_body(const frame_header& h, detail::block_ptr block) noexcept;
    void take_body(const std::byte* from, std::size_t count) noexcept;
    void take_pending_body() noexcept;
    [[nodiscard]] std::size_t direct_room() const noexcept;
    [[nodiscard]] step next_segment() noexcept;
    [[nodiscard]] step next_slice() noexcept;
    [[nodiscard]] step check_trailer() noexcept;
    [[nodiscard]] const char* broken_slice(bool self_contained, std::size_t length) const noexcept;
    [[nodiscard]] step next_lz4_segment();
    [[nodiscard]] const char* unpack(const lz4_segment_header& h, std::span<std::byte> out) noexcept;
    [[nodiscard]] bool is_compressed(const frame_header& h) const noexcept
    {
        return compression_ != compression::none && (h.flags & header_flag::compressed) != 0 &&
               h.version < static_cast<std::uint8_t>(protocol_version::v5);
    }

    template <class Sink>
    [[nodiscard]] step drain_compressed(const frame_header& h, Sink& sink);
    template <class Sink>
    [[nodiscard]] step finish_body(Sink& sink);
    template <class Sink>
    [[nodiscard]] step drain_raw(Sink& sink);
    template <class Sink>
    [[nodiscard]] step drain_whole(Sink& sink);
    template <class Sink>
    [[nodiscard]] step drain_first_slice(Sink& sink);
    template <class Sink>
    [[nodiscard]] step drain_segment(Sink& sink);

    std::unique_ptr<std::byte[]> input_;
    std::unique_ptr<std::byte[]> unpacked_;  // a small body of v4, or the payload of a segment
    std::size_t unpacked_at_ = 0;
    std::size_t segment_size_ = 0;  // of the current segment with LZ4, all of which is in the input
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
    std::size_t base_ = 0;          // offset of input_[0] from the first byte of the connection
    std::size_t payload_left_ = 0;  // of the current segment
    std::uint32_t crc_ = 0;         // of the current slice so far
    phase phase_ = phase::header;
    compression compression_ = compression::none;  // of v4 bodies
    bool segmented_ = false;
    bool lz4_segments_ = false;
    bool direct_ = false;  // prepare() gave room in the block
    protocol_version version_;
    frame_rules rules_;
    open_body body_;
    parse_error error_;
};

template <frame_sink Sink>
read_status frame_reader::drain(Sink& sink)
{
    if (error_)
        return read_status::error;
    step next = step::go_on;
    // A callback may switch to segments: what follows in the buffer is then read as such.
    while (next == step::go_on)
        next = segmented_ ? drain_segment(sink) : drain_raw(sink);
    if (next == step::need_input)
        return read_status::need_input;
    return next == step::stopped ? read_status::stopped : read_status::error;
}

template <class Sink>
frame_reader::step frame_reader::finish_body(Sink& sink)
{
    const frame_header h = body_.header;
    body_.open = false;
    if (const detail::block_ptr packed = std::exchange(body_.packed, {}); packed) {
        const std::span<std::byte> out{body_.block.data(), h.length};
        if (const char* rule = uncompress_body(compression_, packed.bytes(), out); rule != nullptr)
            return fail(rule);
    }
    const bool more = body_.block ? sink.on_block(h, std::move(body_.block)) : sink.on_frame_skipped(h);
    return more ? step::go_on : step::stopped;
}

template <class Sink>
frame_reader::step frame_reader::drain_raw(Sink& sink)
{
    if (body_.open) {
        take_pending_body();
        return body_.left() != 0 ? step::need_input : finish_body(sink);
    }
    while (!segmented_) {
        if (pending() < frame_header_size)
            return step::need_input;
        const frame_header h = peek(at());
        if (const char* rule = broken_rule(h, rules_); rule != nullptr) [[unlikely]]
            return fail(rule);
        if (is_compressed(h))
            return drain_compressed(h, sink);
        if (pending() - frame_header_size < h.length) {
            if (h.length <= small_body)
                return step::need_input;
            start_body(h, sink.allocate(h));
            begin_ += frame_header_size;
            return step::go_on;
        }
        const std::span<const std::byte> body{at() + frame_header_size, h.length};
        begin_ += frame_header_size + h.length;
        if (!sink.on_frame(h, body))
            return step::stopped;
    }
    return step::go_on;
}

template <class Sink>
frame_reader::step frame_reader::drain_compressed(const frame_header& h, Sink& sink)
{
    const std::size_t come = std::min<std::size_t>(pending() - frame_header_size, h.length);
    if (come < h.length && (h.length <= small_body || come < length_prefix))
        return step::need_input;
    const std::span<const std::byte> body{at() + frame_header_size, come};
    const declared_length declared = uncompressed_length(compression_, body, h.length, rules_.max_length);
    if (declared.rule != nullptr)
        return fail(declared.rule);
    frame_header plain = h;
    plain.flags &= static_cast<std::uint8_t>(~header_flag::compressed);
    plain.length = declared.length;
    if (plain.length <= small_body) {
        if (come < h.length)
            return step::need_input;
        if (!unpacked_)
            unpacked_ = std::make_unique_for_overwrite<std::byte[]>(small_body);
        const std::span<std::byte> out{unpacked_.get(), plain.length};
        if (const char* rule = uncompress_body(compression_, body, out); rule != nullptr)
            return fail(rule);
        begin_ += frame_header_size + h.length;
        return sink.on_frame(plain, out) ? step::go_on : step::stopped;
    }
    detail::block_ptr block = sink.allocate(plain);
    detail::block_ptr packed = block ? detail::block_ptr::allocate(h.length) : detail::block_ptr{};
    start_body(plain, std::move(block));
    body_.packed = std::move(packed);
    body_.length = h.length;
    begin_ += frame_header_size;
    return step::go_on;
}

template <class Sink>
frame_reader::step frame_reader::drain_whole(Sink& sink)
{
    while (payload_left_ != 0) {
        if (payload_left_ < frame_header_size) [[unlikely]]
            return fail("a self-contained segment ends inside an envelope header");
        const frame_header h = peek(payload());
        if (const char* rule = broken_rule(h, rules_); rule != nullptr) [[unlikely]]
            return fail(rule);
        if (h.length > payload_left_ - frame_header_size) [[unlikely]]
            return fail("a self-contained segment ends inside an envelope");
        const std::span<const std::byte> body{payload() + frame_header_size, h.length};
        advance(frame_header_size + h.length);
        if (!sink.on_frame(h, body))
            return step::stopped;
    }
    leave_segment();
    return step::go_on;
}

template <class Sink>
frame_reader::step frame_reader::drain_first_slice(Sink& sink)
{
    if (payload_left_ < frame_header_size)
        return fail("the first slice of an envelope does not hold its header");
    const frame_header h = peek(payload());
    if (const char* rule = broken_rule(h, rules_); rule != nullptr)
        return fail(rule);
    if (payload_left_ - frame_header_size > h.length)
        return fail("a slice carries more than its envelope");
    if (payload_left_ - frame_header_size == h.length) {
        // The only slice: a self-contained segment in all but the flag.
        phase_ = phase::whole;
        return step::go_on;
    }
    start_body(h, sink.allocate(h));
    take_body(payload() + frame_header_size, payload_left_ - frame_header_size);
    advance(payload_left_);
    leave_segment();
    return step::go_on;
}

template <class Sink>
frame_reader::step frame_reader::drain_segment(Sink& sink)
{
    switch (phase_) {
    case phase::header:
        if (lz4_segments_)
            break;
        return next_segment();
    case phase::whole: return drain_whole(sink);
    case phase::first_slice: return drain_first_slice(sink);
    case phase::slice: return next_slice();
    case phase::trailer: break;
    }
    const bool was_open = body_.open;
    const step next = lz4_segments_ ? next_lz4_segment() : check_trailer();
    if (!was_open)
        return next;
    return next == step::go_on && body_.left() == 0 ? finish_body(sink) : next;
}

}  // namespace async_cassandra::protocol
