// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <bit>
#include <chrono>
#include <cstdint>

namespace async_cassandra::testing {

/// xoshiro256** 1.0, seeded through splitmix64. The standard library's distributions may differ between versions of it,
/// so the ranges are made here: a seed means the same run everywhere.
class seeded_random {
public:
    explicit seeded_random(std::uint64_t seed) noexcept
    {
        for (auto& word : state_) {
            seed += 0x9E3779B97F4A7C15ULL;
            std::uint64_t z = seed;
            z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9ULL;
            z = (z ^ (z >> 27U)) * 0x94D049BB133111EBULL;
            word = z ^ (z >> 31U);
        }
    }

    [[nodiscard]] std::uint64_t next() noexcept
    {
        const std::uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
        const std::uint64_t t = state_[1] << 17U;
        state_[2] ^= state_[0];
        state_[3] ^= state_[1];
        state_[1] ^= state_[2];
        state_[0] ^= state_[3];
        state_[2] ^= t;
        state_[3] = std::rotl(state_[3], 45);
        return result;
    }

    /// Between `low` and `high`, both included.
    [[nodiscard]] std::uint64_t between(std::uint64_t low, std::uint64_t high) noexcept
    {
        if (high <= low)
            return low;
        const std::uint64_t range = high - low + 1;
        return range == 0 ? next() : low + next() % range;
    }

    [[nodiscard]] std::chrono::nanoseconds between(
        std::chrono::nanoseconds low, std::chrono::nanoseconds high
    ) noexcept
    {
        if (high <= low)
            return low;
        return low + std::chrono::nanoseconds{between(0, static_cast<std::uint64_t>((high - low).count()))};
    }

    /// True `numerator` times out of `denominator`.
    [[nodiscard]] bool chance(std::uint64_t numerator, std::uint64_t denominator) noexcept
    {
        return next() % denominator < numerator;
    }

private:
    std::array<std::uint64_t, 4> state_{};
};

}  // namespace async_cassandra::testing
