// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

namespace async_cassandra::detail {

/// Which nodes a request tries, in order: positions in the shard's list of nodes, each at most once. Holds no memory of
/// its own. Every node gets its share by starting one further each time.
class query_plan {
public:
    query_plan() noexcept = default;
    query_plan(std::size_t nodes, std::size_t first) noexcept
        : left_(static_cast<std::uint32_t>(nodes)),
          count_(left_),
          next_(count_ == 0 ? 0 : static_cast<std::uint32_t>(first % nodes))
    {}

    [[nodiscard]] bool empty() const noexcept { return left_ == 0; }

    /// Precondition: not empty().
    [[nodiscard]] std::size_t next() noexcept
    {
        --left_;
        const std::uint32_t chosen = next_;
        next_ = next_ + 1 == count_ ? 0 : next_ + 1;
        return chosen;
    }

private:
    std::uint32_t left_ = 0;
    std::uint32_t count_ = 0;
    std::uint32_t next_ = 0;
};

}  // namespace async_cassandra::detail
