// SPDX-License-Identifier: Apache-2.0
#include "protocol/frame_reader.hpp"

#include "protocol/crc.hpp"
#include "protocol/segment.hpp"

#include <algorithm>
#include <cstring>

namespace async_cassandra::protocol {
namespace {

// Less than this is read through the input buffer, together with what follows it: a copy is cheaper than another read.
constexpr std::size_t direct_minimum = 16 * 1024;
// Between two slices of one envelope: enough for trailer and header, so that the rest goes straight into the block.
constexpr std::size_t slice_lookahead = 4096;
constexpr std::size_t largest_segment = max_segment_payload + segment_overhead;
constexpr std::size_t largest_lz4_segment = max_segment_payload + lz4_segment_overhead;
static_assert(frame_reader::input_capacity >= largest_lz4_segment);
static_assert(largest_lz4_segment > largest_segment);
// What must fit whole: a small body with its header, in either form.
constexpr std::size_t largest_small_frame = frame_header_size + most_compressed(frame_reader::small_body);
static_assert(frame_reader::input_capacity >= largest_small_frame);

}  // namespace

frame_reader::frame_reader(protocol_version version, reads what) noexcept : version_(version)
{
    rules_.response = what == reads::responses;
}

void frame_reader::require_version(protocol_version version) noexcept
{
    version_ = version;
    rules_.version = static_cast<std::uint8_t>(version);
}

void frame_reader::accept_compression(compression how) noexcept
{
    compression_ = how;
    rules_.compression = how != compression::none;
}

void frame_reader::switch_to_segments(compression how) noexcept
{
    assert(!body_.open);
    assert(how != compression::snappy);
    require_version(version_);
    segmented_ = true;
    lz4_segments_ = how == compression::lz4;
    unpacked_.reset();
}

std::size_t frame_reader::direct_room() const noexcept
{
    if (pending() != 0 || !body_.open || !body_.block || lz4_segments_)
        return 0;
    if (!segmented_)
        return body_.left();
    return phase_ == phase::slice ? payload_left_ : 0;
}

std::span<std::byte> frame_reader::prepare()
{
    const std::size_t room = direct_room();
    direct_ = room >= direct_minimum;
    if (direct_)
        return {body_.to(), room};

    if (!input_)
        input_ = std::make_unique_for_overwrite<std::byte[]>(input_capacity);
    const std::size_t unit = segmented_ ? largest_lz4_segment : largest_small_frame;
    if (begin_ != 0 && (pending() <= small_body || input_capacity - begin_ < unit)) {
        std::memmove(input_.get(), input_.get() + begin_, pending());
        base_ += begin_;
        end_ -= begin_;
        begin_ = 0;
    }
    std::size_t tail = input_capacity - end_;
    if (segmented_ && !lz4_segments_ && body_.open && body_.block && body_.left() >= direct_minimum)
        tail = std::min(tail, payload_left_ + slice_lookahead);
    return {input_.get() + end_, tail};
}

void frame_reader::commit(std::size_t count) noexcept
{
    if (!direct_) {
        end_ += count;
        return;
    }
    base_ += count;
    if (segmented_) {
        crc_ = crc32_update(crc_, {body_.to(), count});
        payload_left_ -= count;
    }
    body_.filled += count;
    direct_ = false;
}

frame_reader::step frame_reader::fail(const char* rule) noexcept
{
    error_ = {rule, base_ + begin_};
    return step::error;
}

void frame_reader::start_body(const frame_header& h, detail::block_ptr block) noexcept
{
    assert(!block || block.size() == h.length);
    body_ = {h, std::move(block), {}, h.length, 0, true};
}

void frame_reader::take_body(const std::byte* from, std::size_t count) noexcept
{
    assert(count <= body_.left());
    if (std::byte* const to = body_.to(); to != nullptr && count != 0)
        std::memcpy(to, from, count);
    body_.filled += count;
}

void frame_reader::take_pending_body() noexcept
{
    const std::size_t count = std::min(body_.left(), pending());
    take_body(at(), count);
    begin_ += count;
}

const char* frame_reader::broken_slice(bool self_contained, std::size_t length) const noexcept
{
    if (self_contained)
        return "a self-contained segment comes before the last slice of an envelope";
    if (length == 0)
        return "a slice of an envelope is empty";
    if (length > body_.left())
        return "a slice carries more than its envelope";
    return nullptr;
}

frame_reader::step frame_reader::next_segment() noexcept
{
    if (pending() < segment_header_size)
        return step::need_input;
    const auto header =
        decode_segment_header(std::span<const std::byte, segment_header_size>{at(), segment_header_size});
    if (!header)
        return fail("the checksum of a segment header does not match");
    if (body_.open) {
        if (const char* rule = broken_slice(header->self_contained, header->payload_length); rule != nullptr)
            return fail(rule);
        begin_ += segment_header_size;
        payload_left_ = header->payload_length;
        crc_ = crc32_initial;
        phase_ = phase::slice;
        return step::go_on;
    }
    if (pending() < header->payload_length + segment_overhead)
        return step::need_input;
    const std::byte* payload = at() + segment_header_size;
    const std::byte* trailer = payload + header->payload_length;
    if (!trailer_matches(
            std::span<const std::byte, segment_trailer_size>{trailer, segment_trailer_size},
            crc32({payload, header->payload_length})
        ))
        return fail("the checksum of a segment payload does not match");
    begin_ += segment_header_size;
    payload_left_ = header->payload_length;
    phase_ = header->self_contained ? phase::whole : phase::first_slice;
    return step::go_on;
}

frame_reader::step frame_reader::next_slice() noexcept
{
    const std::size_t count = std::min(payload_left_, pending());
    if (count != 0) {
        crc_ = crc32_update(crc_, {at(), count});
        payload_left_ -= count;
        take_body(at(), count);
        begin_ += count;
    }
    if (payload_left_ != 0)
        return step::need_input;
    phase_ = phase::trailer;
    return step::go_on;
}

frame_reader::step frame_reader::check_trailer() noexcept
{
    if (pending() < segment_trailer_size)
        return step::need_input;
    if (!trailer_matches(std::span<const std::byte, segment_trailer_size>{at(), segment_trailer_size}, crc_))
        return fail("the checksum of a segment payload does not match");
    begin_ += segment_trailer_size;
    phase_ = phase::header;
    return step::go_on;
}

// Verified and uncompressed as a whole, which takes that all of it is in the input. Its bytes stay there until its payload
// has been handed over, so that an error is told with the place of its segment.
frame_reader::step frame_reader::next_lz4_segment()
{
    if (pending() < lz4_segment_header_size)
        return step::need_input;
    const auto header = decode_lz4_segment_header(std::span<const std::byte, lz4_segment_header_size>{
        at(), lz4_segment_header_size});
    if (!header)
        return fail("the checksum of a segment header does not match");
    const bool stored = header->uncompressed_length == 0;
    const std::size_t length = stored ? header->payload_length : header->uncompressed_length;
    if (body_.open)
        if (const char* rule = broken_slice(header->self_contained, length); rule != nullptr)
            return fail(rule);
    segment_size_ = header->payload_length + lz4_segment_overhead;
    if (pending() < segment_size_)
        return step::need_input;
    // A body that nobody wants is uncompressed all the same: a damaged stream shall be noticed.
    std::byte* to = body_.open ? body_.to() : nullptr;
    if (to == nullptr) {
        if (!unpacked_)
            unpacked_ = std::make_unique_for_overwrite<std::byte[]>(max_segment_payload);
        to = unpacked_.get();
    }
    if (const char* rule = unpack(*header, {to, length}); rule != nullptr)
        return fail(rule);
    if (body_.open) {
        body_.filled += length;
        begin_ += segment_size_;
        return step::go_on;
    }
    unpacked_at_ = 0;
    payload_left_ = length;
    phase_ = header->self_contained ? phase::whole : phase::first_slice;
    return step::go_on;
}

const char* frame_reader::unpack(const lz4_segment_header& h, std::span<std::byte> out) noexcept
{
    const std::span<const std::byte> sent{at() + lz4_segment_header_size, h.payload_length};
    const std::byte* const trailer = sent.data() + sent.size();
    if (!trailer_matches(
            std::span<const std::byte, segment_trailer_size>{trailer, segment_trailer_size}, crc32(sent)
        ))
        return "the checksum of a segment payload does not match";
    if (h.uncompressed_length != 0)
        return uncompress_block(sent, out);
    if (!out.empty())
        std::memcpy(out.data(), sent.data(), out.size());
    return nullptr;
}

}  // namespace async_cassandra::protocol
