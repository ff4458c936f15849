// SPDX-License-Identifier: Apache-2.0
#include "types/magnitude.hpp"

#include <algorithm>
#include <charconv>

namespace async_cassandra::types {

namespace {

constexpr std::size_t chunk_digits = 9;
constexpr std::uint32_t chunk = 1'000'000'000;

constexpr std::uint32_t power_of_ten(std::size_t exponent) noexcept
{
    std::uint32_t power = 1;
    for (; exponent != 0; --exponent)
        power *= 10;
    return power;
}

// Two's complement of the number in `limbs`, in place.
void negate(std::vector<std::uint32_t>& limbs) noexcept
{
    bool carry = true;
    for (std::uint32_t& limb : limbs) {
        limb = ~limb + (carry ? 1U : 0U);
        carry = carry && limb == 0;
    }
}

}  // namespace

magnitude::magnitude(std::span<const std::byte> bytes)
{
    const bool negative = !bytes.empty() && (bytes[0] & std::byte{0x80}) != std::byte{0};
    limbs_.assign(bytes.size() / 4 + 1, negative ? ~std::uint32_t{0} : 0);
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        const auto shift = static_cast<unsigned>(i % 4 * 8);
        std::uint32_t& limb = limbs_[i / 4];
        limb =
            (limb & ~(0xFFU << shift)) | (static_cast<std::uint32_t>(bytes[bytes.size() - 1 - i]) << shift);
    }
    if (negative)
        negate(limbs_);
    while (!limbs_.empty() && limbs_.back() == 0)
        limbs_.pop_back();
}

std::optional<magnitude> magnitude::parse(std::string_view digits)
{
    if (digits.empty() || !std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '9'; }))
        return std::nullopt;
    magnitude value;
    value.limbs_.reserve(digits.size() / chunk_digits + 1);
    while (!digits.empty()) {
        const std::size_t count = std::min(chunk_digits, digits.size());
        std::uint32_t part = 0;
        std::from_chars(digits.data(), digits.data() + count, part);
        value.multiply_add(power_of_ten(count), part);
        digits.remove_prefix(count);
    }
    return value;
}

void magnitude::multiply_add(std::uint32_t factor, std::uint32_t summand)
{
    std::uint64_t carry = summand;
    for (std::uint32_t& limb : limbs_) {
        carry += std::uint64_t{limb} * factor;
        limb = static_cast<std::uint32_t>(carry);
        carry >>= 32U;
    }
    if (carry != 0)
        limbs_.push_back(static_cast<std::uint32_t>(carry));
}

std::uint32_t magnitude::divide() noexcept
{
    std::uint64_t remainder = 0;
    for (std::size_t i = limbs_.size(); i-- != 0;) {
        const std::uint64_t current = (remainder << 32U) | limbs_[i];
        limbs_[i] = static_cast<std::uint32_t>(current / chunk);
        remainder = current % chunk;
    }
    while (!limbs_.empty() && limbs_.back() == 0)
        limbs_.pop_back();
    return static_cast<std::uint32_t>(remainder);
}

std::vector<std::byte> magnitude::to_bytes(bool negative) const
{
    // One limb more, so that the sign has room.
    std::vector<std::uint32_t> limbs = limbs_;
    limbs.push_back(0);
    if (negative)
        negate(limbs);
    std::vector<std::byte> bytes;
    bytes.reserve(limbs.size() * 4);
    for (std::size_t i = limbs.size(); i-- != 0;)
        for (unsigned shift = 32; shift != 0;) {
            shift -= 8;
            bytes.push_back(static_cast<std::byte>((limbs[i] >> shift) & 0xFFU));
        }
    return bytes;
}

void magnitude::append_to(std::string& out) &&
{
    std::vector<std::uint32_t> parts;
    do
        parts.push_back(divide());
    while (!limbs_.empty());
    out += std::to_string(parts.back());
    for (std::size_t i = parts.size() - 1; i-- != 0;) {
        const std::string digits = std::to_string(parts[i]);
        out.append(chunk_digits - digits.size(), '0');
        out += digits;
    }
}

}  // namespace async_cassandra::types
