// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <limits>

namespace async_cassandra::detail {

/// Times of writes: the wall clock in microseconds, but never the same twice and never backwards, so that of two writes
/// from one shard the later one wins. Pure; of one shard.
class timestamps {
public:
    /// \param wall time since 1970.
    [[nodiscard]] std::int64_t next(std::chrono::nanoseconds wall) noexcept
    {
        const auto now = std::chrono::duration_cast<std::chrono::microseconds>(wall).count();
        last_ = std::max<std::int64_t>(now, last_ + 1);
        return last_;
    }

private:
    std::int64_t last_ = std::numeric_limits<std::int64_t>::min() + 1;
};

}  // namespace async_cassandra::detail
