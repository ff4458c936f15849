// SPDX-License-Identifier: Apache-2.0
#include "histogram.hpp"

#include <algorithm>
#include <cmath>

namespace async_cassandra::cli {

void histogram::merge(const histogram& other) noexcept
{
    for (std::size_t i = 0; i < bucket_count; ++i)
        counts_[i] += other.counts_[i];
    total_ += other.total_;
    max_ = std::max(max_, other.max_);
}

std::chrono::nanoseconds histogram::max() const noexcept
{
    return std::chrono::nanoseconds{static_cast<std::int64_t>(max_)};
}

std::chrono::nanoseconds histogram::percentile(double fraction) const noexcept
{
    const double share = std::clamp(fraction, 0.0, 1.0) * static_cast<double>(total_);
    const std::uint64_t rank = std::max<std::uint64_t>(1, static_cast<std::uint64_t>(std::ceil(share)));
    std::uint64_t seen = 0;
    for (std::size_t i = 0; i < bucket_count; ++i) {
        seen += counts_[i];
        if (seen >= rank)
            return std::chrono::nanoseconds{static_cast<std::int64_t>(std::min(upper_end(i), max_))};
    }
    return max();
}

std::uint64_t histogram::upper_end(std::size_t index) noexcept
{
    if (index < 2 * steps)
        return index;
    const std::size_t shift = index / steps - 1;
    const std::uint64_t lead = index - shift * steps;
    return ((lead + 1) << shift) - 1;
}

}  // namespace async_cassandra::cli
