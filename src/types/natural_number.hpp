// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace async_cassandra::types {

/// A number from 0 to somewhat above 2^1150, which is what writing a double in decimal takes.
class natural_number {
public:
    explicit natural_number(std::uint64_t value) noexcept
    {
        words_[0] = static_cast<std::uint32_t>(value);
        words_[1] = static_cast<std::uint32_t>(value >> 32U);
        size_ = 2;
    }

    void multiply(std::uint32_t factor) noexcept
    {
        std::uint64_t carry = 0;
        for (std::size_t i = 0; i < size_; ++i) {
            carry += std::uint64_t{words_[i]} * factor;
            words_[i] = static_cast<std::uint32_t>(carry);
            carry >>= 32U;
        }
        if (carry != 0)
            words_[size_++] = static_cast<std::uint32_t>(carry);
    }

    void shift_left(int bits) noexcept
    {
        for (; bits >= 31; bits -= 31)
            multiply(std::uint32_t{1} << 31U);
        multiply(std::uint32_t{1} << static_cast<unsigned>(bits));
    }

    /// `other` is not greater.
    natural_number& operator-=(const natural_number& other) noexcept
    {
        std::int64_t carry = 0;
        for (std::size_t i = 0; i < size_; ++i) {
            carry += std::int64_t{words_[i]} - other.word(i);
            words_[i] = static_cast<std::uint32_t>(carry);
            carry >>= 32U;
        }
        return *this;
    }

    friend natural_number operator+(const natural_number& a, const natural_number& b) noexcept
    {
        natural_number sum{0};
        sum.size_ = std::max(a.size_, b.size_);
        std::uint64_t carry = 0;
        for (std::size_t i = 0; i < sum.size_; ++i) {
            carry += std::uint64_t{a.word(i)} + b.word(i);
            sum.words_[i] = static_cast<std::uint32_t>(carry);
            carry >>= 32U;
        }
        if (carry != 0)
            sum.words_[sum.size_++] = static_cast<std::uint32_t>(carry);
        return sum;
    }

    friend bool operator<(const natural_number& a, const natural_number& b) noexcept
    {
        for (std::size_t i = std::max(a.size_, b.size_); i-- > 0;)
            if (a.word(i) != b.word(i))
                return a.word(i) < b.word(i);
        return false;
    }
    friend bool operator>=(const natural_number& a, const natural_number& b) noexcept { return !(a < b); }

private:
    [[nodiscard]] std::uint32_t word(std::size_t index) const noexcept
    {
        return index < size_ ? words_[index] : 0;
    }

    // 1150 bits, times 10 on the way, and the sum of two.
    std::array<std::uint32_t, 40> words_{};
    std::size_t size_;
};

}  // namespace async_cassandra::types
