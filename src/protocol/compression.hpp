// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/compression.hpp>

#include "base/byte_buffer.hpp"

#include <cstddef>
#include <cstdint>
#include <span>

// Compressed bodies of v4 envelopes and compressed payloads of v5 segments. What is declared is not believed: a length
// that the compressed bytes cannot have is refused before memory is taken for it, and exactly as many bytes must come
// out.
namespace async_cassandra::protocol {

/// A shorter body or payload is never compressed: the attempt costs more than it could save.
inline constexpr std::size_t least_compressed = 64;

/// Length that a compressed v4 body says it has uncompressed, or the broken rule.
struct declared_length {
    const char* rule = nullptr;
    std::uint32_t length = 0;
};

/// How many bytes of a compressed body are needed to read its declared length; fewer when the body is shorter.
inline constexpr std::size_t length_prefix = 5;

/// The most bytes that a body of `length` bytes has compressed: what Snappy makes of the worst content, and more than LZ4
/// with its length does.
[[nodiscard]] constexpr std::uint64_t most_compressed(std::uint64_t length) noexcept
{
    return 32 + length + length / 6;
}

/// `begin`: the first bytes of a compressed body of `size` bytes, at least min(size, length_prefix) of them.
[[nodiscard]] declared_length uncompressed_length(
    compression how, std::span<const std::byte> begin, std::size_t size, std::uint32_t most
) noexcept;

/// The broken rule; nullptr when the body was uncompressed into exactly `out`, whose size is the declared length.
[[nodiscard]] const char* uncompress_body(
    compression how, std::span<const std::byte> body, std::span<std::byte> out
) noexcept;

/// Appends the compressed form of a v4 body. False, with nothing appended, when it is not smaller.
[[nodiscard]] bool compress_body(compression how, std::span<const std::byte> body, base::byte_buffer& out);

/// Compresses the body of the v4 envelope that begins at `begin` and ends `out`, unless that does not make it smaller.
/// `scratch` is only worked in. STARTUP and OPTIONS may not be given.
void compress_envelope(
    compression how, base::byte_buffer& out, std::size_t begin, base::byte_buffer& scratch
);

/// One LZ4 block without any length. Appends; false, with nothing appended, when it is not smaller.
[[nodiscard]] bool compress_block(std::span<const std::byte> payload, base::byte_buffer& out);

/// The broken rule; nullptr when the block was uncompressed into exactly `out`.
[[nodiscard]] const char* uncompress_block(
    std::span<const std::byte> block, std::span<std::byte> out
) noexcept;

}  // namespace async_cassandra::protocol
