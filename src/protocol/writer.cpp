// SPDX-License-Identifier: Apache-2.0
#include "protocol/writer.hpp"

#include "protocol/frame.hpp"

#include <cassert>
#include <limits>

namespace async_cassandra::protocol {
namespace {

constexpr std::size_t max_short = std::numeric_limits<std::uint16_t>::max();
constexpr std::size_t max_int = std::numeric_limits<std::int32_t>::max();

}  // namespace

void writer::string(std::string_view text)
{
    if (text.size() > max_short) {
        fail("a [string] is longer than 65535 bytes");
        return;
    }
    u16(static_cast<std::uint16_t>(text.size()));
    raw(std::as_bytes(std::span{text}));
}

void writer::long_string(std::string_view text)
{
    if (text.size() > max_int) {
        fail("a [long string] is longer than 2147483647 bytes");
        return;
    }
    i32(static_cast<std::int32_t>(text.size()));
    raw(std::as_bytes(std::span{text}));
}

void writer::bytes(std::optional<std::span<const std::byte>> value)
{
    if (!value) {
        i32(-1);
        return;
    }
    if (value->size() > max_int) {
        fail("[bytes] are longer than 2147483647 bytes");
        return;
    }
    i32(static_cast<std::int32_t>(value->size()));
    raw(*value);
}

void writer::short_bytes(std::span<const std::byte> value)
{
    if (value.size() > max_short) {
        fail("[short bytes] are longer than 65535 bytes");
        return;
    }
    u16(static_cast<std::uint16_t>(value.size()));
    raw(value);
}

void writer::inetaddr(const inet& address)
{
    u8(static_cast<std::uint8_t>(address.bytes().size()));
    raw(std::as_bytes(address.bytes()));
}

void writer::count(std::size_t n)
{
    if (n > max_short) {
        fail("a list has more than 65535 elements");
        return;
    }
    u16(static_cast<std::uint16_t>(n));
}

void writer::string_list(std::span<const std::string> list)
{
    count(list.size());
    for (const std::string& text : list)
        string(text);
}

void writer::string_list(std::span<const std::string_view> list)
{
    count(list.size());
    for (const std::string_view text : list)
        string(text);
}

void writer::string_map(std::span<const std::pair<std::string_view, std::string_view>> map)
{
    count(map.size());
    for (const auto& [key, value] : map) {
        string(key);
        string(value);
    }
}

void writer::bytes_map(std::span<const std::pair<std::string, std::vector<std::byte>>> map)
{
    count(map.size());
    for (const auto& [key, value] : map) {
        string(key);
        bytes(value);
    }
}

std::size_t writer::begin_envelope(
    protocol_version version, opcode op, std::int16_t stream, std::uint8_t flags, bool response
)
{
    const std::size_t begin = out_.size();
    const frame_header h{static_cast<std::uint8_t>(version), response, flags, stream, op, 0};
    encode_frame_header(
        h, std::span<std::byte, frame_header_size>{out_.extend(frame_header_size), frame_header_size}
    );
    return begin;
}

void writer::end_envelope(std::size_t begin)
{
    assert(out_.size() >= begin + frame_header_size);
    const std::size_t length = out_.size() - begin - frame_header_size;
    if (length > max_body_length) {
        fail("a message is longer than 268435456 bytes");
        return;
    }
    base::store_big_endian(out_.data() + begin + frame_header_size - 4, static_cast<std::uint32_t>(length));
}

}  // namespace async_cassandra::protocol
