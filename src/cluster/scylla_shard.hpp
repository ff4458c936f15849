// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cluster/token.hpp"

#include <cstdint>

namespace async_cassandra::detail {

/// Which of a ScyllaDB node's shards serves a token, by "biased-token-round-robin". Always less than `shards`, which must
/// not be 0; `ignored_bits` (SCYLLA_SHARDING_IGNORE_MSB) is less than 64.
[[nodiscard]] constexpr std::uint32_t scylla_shard(
    token at, std::uint32_t shards, unsigned ignored_bits
) noexcept
{
    const std::uint64_t biased = (static_cast<std::uint64_t>(at) ^ std::uint64_t{1} << 63U) << ignored_bits;
    // The upper half of a product of 64 and 32 bits.
    const std::uint64_t low = (biased & 0xFFFF'FFFFU) * shards;
    const std::uint64_t high = (biased >> 32U) * shards;
    return static_cast<std::uint32_t>((high + (low >> 32U)) >> 32U);
}

}  // namespace async_cassandra::detail
