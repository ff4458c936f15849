// SPDX-License-Identifier: Apache-2.0
#include "protocol/compression.hpp"

#include "base/byte_order.hpp"
#include "protocol/frame.hpp"

#include <lz4.h>
#include <snappy-c.h>

#include <cassert>
#include <limits>

namespace async_cassandra::protocol {
namespace {

constexpr std::size_t lz4_prefix = 4;
// A byte of an LZ4 block continues a match by at most 255 bytes; 3 bytes of Snappy copy at most 64.
constexpr std::uint64_t lz4_most_growth = 255;
constexpr std::uint64_t snappy_most_growth = 22;

constexpr const char* length_is_missing = "a compressed body does not hold its length";
constexpr const char* length_cannot_be = "a compressed body declares a length that it cannot have";
constexpr const char* is_longer_than_plain = "a compressed body is longer than what it holds can become";
constexpr const char* length_is_over_limit = "a body is longer than the limit";
constexpr const char* does_not_fit = "compressed bytes are malformed or do not have their declared length";

const char* chars(std::span<const std::byte> bytes) noexcept
{
    return reinterpret_cast<const char*>(bytes.data());
}

char* chars(std::span<std::byte> bytes) noexcept
{
    return reinterpret_cast<char*>(bytes.data());
}

// `size` is that of the compressed bytes. Longer ones than a compressor makes of the worst content are refused, so that
// a short body is short in both forms.
declared_length checked(
    std::uint64_t length, std::uint64_t bound, std::size_t size, std::uint32_t most
) noexcept
{
    if (length > most)
        return {length_is_over_limit, 0};
    if (length > bound)
        return {length_cannot_be, 0};
    if (size > most_compressed(length))
        return {is_longer_than_plain, 0};
    return {nullptr, static_cast<std::uint32_t>(length)};
}

declared_length snappy_length(std::span<const std::byte> begin, std::size_t size, std::uint32_t most) noexcept
{
    std::uint64_t length = 0;
    unsigned shift = 0;
    for (std::size_t i = 0; i < begin.size() && i < length_prefix; ++i) {
        const auto byte = std::to_integer<std::uint64_t>(begin[i]);
        length |= (byte & 0x7FU) << shift;
        shift += 7;
        if ((byte & 0x80U) == 0)
            return checked(length, snappy_most_growth * size, size, most);
    }
    return {length_is_missing, 0};
}

}  // namespace

declared_length uncompressed_length(
    compression how, std::span<const std::byte> begin, std::size_t size, std::uint32_t most
) noexcept
{
    if (how == compression::snappy)
        return snappy_length(begin, size, most);
    if (begin.size() < lz4_prefix)
        return {length_is_missing, 0};
    const auto length = base::load_big_endian<std::uint32_t>(begin.data());
    return checked(length, lz4_most_growth * (size - lz4_prefix), size, most);
}

const char* uncompress_body(
    compression how, std::span<const std::byte> body, std::span<std::byte> out
) noexcept
{
    if (how == compression::snappy) {
        std::size_t length = out.size();
        const bool whole = snappy_uncompress(chars(body), body.size(), chars(out), &length) == SNAPPY_OK &&
                           length == out.size();
        return whole ? nullptr : does_not_fit;
    }
    assert(body.size() >= lz4_prefix);
    // Some servers send nothing at all behind the length of an empty body.
    if (body.size() == lz4_prefix && out.empty())
        return nullptr;
    return uncompress_block(body.subspan(lz4_prefix), out);
}

bool compress_body(compression how, std::span<const std::byte> body, base::byte_buffer& out)
{
    if (how == compression::lz4) {
        const std::size_t begin = out.size();
        base::store_big_endian(out.extend(lz4_prefix), static_cast<std::uint32_t>(body.size()));
        if (compress_block(body, out) && out.size() - begin < body.size())
            return true;
        out.truncate(begin);
        return false;
    }
    const std::size_t begin = out.size();
    std::size_t length = snappy_max_compressed_length(body.size());
    std::byte* const to = out.extend(length);
    const bool done =
        snappy_compress(chars(body), body.size(), reinterpret_cast<char*>(to), &length) == SNAPPY_OK &&
        length < body.size();
    out.truncate(done ? begin + length : begin);
    return done;
}

void compress_envelope(compression how, base::byte_buffer& out, std::size_t begin, base::byte_buffer& scratch)
{
    const std::size_t body = begin + frame_header_size;
    assert(out.size() >= body);
    if (out.size() - body < least_compressed)
        return;
    scratch.clear();
    if (!compress_body(how, out.bytes().subspan(body), scratch))
        return;
    out.truncate(body);
    out.append(scratch.bytes());
    out.data()[begin + 1] |= std::byte{header_flag::compressed};
    base::store_big_endian(out.data() + body - 4, static_cast<std::uint32_t>(scratch.size()));
}

bool compress_block(std::span<const std::byte> payload, base::byte_buffer& out)
{
    if (payload.empty() || payload.size() > LZ4_MAX_INPUT_SIZE)
        return false;
    const std::size_t begin = out.size();
    // One byte less than the payload has: the library gives up when the block does not become smaller.
    const std::size_t room = payload.size() - 1;
    std::byte* const to = out.extend(room);
    const int length = LZ4_compress_default(
        chars(payload), reinterpret_cast<char*>(to), static_cast<int>(payload.size()), static_cast<int>(room)
    );
    out.truncate(begin + static_cast<std::size_t>(length > 0 ? length : 0));
    return length > 0;
}

const char* uncompress_block(std::span<const std::byte> block, std::span<std::byte> out) noexcept
{
    constexpr std::size_t most = std::numeric_limits<int>::max();
    if (block.empty() || block.size() > most || out.size() > most)
        return does_not_fit;
    // The library wants an address to write to, even for nothing.
    char nothing = 0;
    const int length = LZ4_decompress_safe(
        chars(block),
        out.empty() ? &nothing : chars(out),
        static_cast<int>(block.size()),
        static_cast<int>(out.size())
    );
    return length >= 0 && static_cast<std::size_t>(length) == out.size() ? nullptr : does_not_fit;
}

}  // namespace async_cassandra::protocol
