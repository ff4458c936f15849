// SPDX-License-Identifier: Apache-2.0
#include <async_cassandra/types/varint.hpp>

#include "types/magnitude.hpp"

#include <algorithm>
#include <new>

namespace async_cassandra {

namespace {

constexpr bool has_sign_bit(std::byte b) noexcept
{
    return (b & std::byte{0x80}) != std::byte{0};
}

// Without the leading bytes that only repeat the sign. `bytes` has one at least.
std::span<const std::byte> minimal(std::span<const std::byte> bytes) noexcept
{
    while (bytes.size() > 1 && ((bytes[0] == std::byte{0x00} && !has_sign_bit(bytes[1])) ||
                                (bytes[0] == std::byte{0xFF} && has_sign_bit(bytes[1]))))
        bytes = bytes.subspan(1);
    return bytes;
}

}  // namespace

void varint::set(std::uint64_t bits, bool negative) noexcept
{
    std::byte raw[9];
    raw[0] = negative ? std::byte{0xFF} : std::byte{0};
    for (std::size_t i = 8; i != 0; --i, bits >>= 8U)
        raw[i] = static_cast<std::byte>(bits & 0xFFU);
    const std::span<const std::byte> short_form = minimal(raw);
    size_ = short_form.size();
    std::memcpy(inline_, short_form.data(), size_);
}

void varint::assign(std::span<const std::byte> bytes)
{
    std::byte* target = inline_;
    if (bytes.size() > inline_capacity)
        target = heap_ = static_cast<std::byte*>(::operator new(bytes.size()));
    std::memcpy(target, bytes.data(), bytes.size());
    size_ = bytes.size();
}

void varint::take(varint& other) noexcept
{
    if (other.is_inline())
        std::memcpy(inline_, other.inline_, other.size_);
    else
        heap_ = other.heap_;
    size_ = other.size_;
    other.size_ = 1;
    other.inline_[0] = std::byte{0};
}

varint varint::from_bytes(std::span<const std::byte> bytes)
{
    varint value;
    if (!bytes.empty())
        value.assign(minimal(bytes));
    return value;
}

std::optional<varint> varint::parse(std::string_view text)
{
    const bool negative = text.starts_with('-');
    if (negative || text.starts_with('+'))
        text.remove_prefix(1);
    const auto digits = types::magnitude::parse(text);
    if (!digits)
        return std::nullopt;
    return from_bytes(digits->to_bytes(negative));
}

std::string varint::to_string() const
{
    std::string text = is_negative() ? "-" : "";
    if (const auto small = to<std::int64_t>())
        return std::to_string(*small);
    types::magnitude{bytes()}.append_to(text);
    return text;
}

std::strong_ordering operator<=>(const varint& a, const varint& b) noexcept
{
    const bool negative = a.is_negative();
    if (negative != b.is_negative())
        return negative ? std::strong_ordering::less : std::strong_ordering::greater;
    // Minimal bytes: of two positive numbers the longer one is greater, of two negative ones the shorter.
    if (a.size_ != b.size_)
        return negative ? b.size_ <=> a.size_ : a.size_ <=> b.size_;
    return std::memcmp(a.bytes().data(), b.bytes().data(), a.size_) <=> 0;
}

}  // namespace async_cassandra
