// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace async_cassandra::detail {

/// Pauses between attempts to reconnect: exponential with full jitter (each pause is drawn evenly between zero and the
/// current bound), so that many clients do not return at the same instant. Pure: chance is an argument.
class backoff {
public:
    backoff(std::chrono::milliseconds base, std::chrono::milliseconds most) noexcept
        : base_(base), most_(most), bound_(base)
    {}

    [[nodiscard]] std::chrono::milliseconds next(std::uint64_t chance) noexcept
    {
        const auto pause = std::chrono::milliseconds{
            static_cast<std::int64_t>(chance % (static_cast<std::uint64_t>(bound_.count()) + 1))};
        bound_ = std::min(most_, bound_ * 2);
        return pause;
    }

    /// The upper limit of the next pause.
    [[nodiscard]] std::chrono::milliseconds bound() const noexcept { return bound_; }

    /// A connection works again.
    void reset() noexcept { bound_ = base_; }

private:
    std::chrono::milliseconds base_;
    std::chrono::milliseconds most_;
    std::chrono::milliseconds bound_;
};

}  // namespace async_cassandra::detail
