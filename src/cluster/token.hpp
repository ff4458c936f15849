// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

namespace async_cassandra::detail {

/// A place on the ring of the Murmur3Partitioner.
using token = std::int64_t;

/// In front of every token of the ring; no key but the empty one has it.
inline constexpr token minimum_token = std::numeric_limits<token>::min();

/// The first 64 bits of MurmurHash3_x64_128 with seed 0 as Cassandra computes it: bytes of the tail are signed.
[[nodiscard]] std::int64_t murmur3_hash(std::span<const std::byte> key) noexcept;

/// The token of a partition key in its wire form (Murmur3Partitioner.getToken). A hash that is the minimum becomes the
/// maximum; the empty key, which no server stores, has the minimum.
[[nodiscard]] token murmur3_token(std::span<const std::byte> key) noexcept;

}  // namespace async_cassandra::detail
