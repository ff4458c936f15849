// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace async_cassandra::types {

/// What remains of a large integer without its sign: as much arithmetic as its decimal text needs.
class magnitude {
public:
    /// The absolute value of two's complement, big-endian.
    explicit magnitude(std::span<const std::byte> bytes);

    /// From decimal digits alone, at least one.
    [[nodiscard]] static std::optional<magnitude> parse(std::string_view digits);

    /// Two's complement, big-endian, perhaps longer than needed.
    [[nodiscard]] std::vector<std::byte> to_bytes(bool negative) const;

    /// Decimal digits.
    void append_to(std::string& out) &&;

private:
    magnitude() = default;

    /// Times 10^9 (or less) plus something less.
    void multiply_add(std::uint32_t factor, std::uint32_t summand);
    /// Divides by 10^9 and gives the remainder.
    std::uint32_t divide() noexcept;

    std::vector<std::uint32_t> limbs_;  // Least first, the last one not 0.
};

}  // namespace async_cassandra::types
