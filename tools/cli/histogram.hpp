// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace async_cassandra::cli {

/// Counts of durations, as in an HDR histogram: exact below 512 ns, then 256 buckets for each power of two. A
/// percentile is told as the upper end of its bucket: never too small, and too large by less than 1/256 (0.4 %). The
/// largest duration is exact. Durations below zero count as zero, those above 18 minutes as 18 minutes.
class histogram {
public:
    histogram() : counts_(bucket_count) {}

    void record(std::chrono::nanoseconds duration) noexcept { record(duration, 1); }
    void record(std::chrono::nanoseconds duration, std::uint64_t times) noexcept
    {
        const std::uint64_t value = clamp(duration);
        counts_[index_of(value)] += times;
        total_ += times;
        if (value > max_)
            max_ = value;
    }

    void merge(const histogram& other) noexcept;

    [[nodiscard]] std::uint64_t count() const noexcept { return total_; }
    [[nodiscard]] std::chrono::nanoseconds max() const noexcept;

    /// The smallest recorded duration that `fraction` (0 … 1) of all durations do not exceed, within the error above;
    /// zero when nothing was recorded.
    [[nodiscard]] std::chrono::nanoseconds percentile(double fraction) const noexcept;

private:
    static constexpr unsigned step_bits = 8;
    static constexpr unsigned value_bits = 40;
    static constexpr std::uint64_t steps = std::uint64_t{1} << step_bits;
    static constexpr std::uint64_t largest = (std::uint64_t{1} << value_bits) - 1;
    static constexpr std::size_t bucket_count = (value_bits - step_bits + 1) * steps;

    [[nodiscard]] static std::uint64_t clamp(std::chrono::nanoseconds duration) noexcept
    {
        if (duration.count() < 0)
            return 0;
        const auto value = static_cast<std::uint64_t>(duration.count());
        return value < largest ? value : largest;
    }

    /// Bucket 256 * s + (value >> s) where s is what must be shifted away to leave 9 bits.
    [[nodiscard]] static std::size_t index_of(std::uint64_t value) noexcept
    {
        const unsigned width = static_cast<unsigned>(std::bit_width(value | steps));
        const unsigned shift = width - step_bits - 1;
        return shift * steps + (value >> shift);
    }

    /// The largest value of the bucket.
    [[nodiscard]] static std::uint64_t upper_end(std::size_t index) noexcept;

    std::vector<std::uint64_t> counts_;
    std::uint64_t total_ = 0;
    std::uint64_t max_ = 0;
};

}  // namespace async_cassandra::cli
