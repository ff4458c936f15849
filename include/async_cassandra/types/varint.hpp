// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace async_cassandra {

/// An integer of any size: the CQL type `varint`. It is its bytes: two's complement, big-endian, as few as
/// hold it (native_protocol_v5.spec section 6.23). Up to 16 bytes stand in the object itself. No arithmetic:
/// <async_cassandra/multiprecision.hpp> converts to and from Boost.Multiprecision.
class varint {
public:
    static constexpr std::size_t inline_capacity = 16;

    /// 0
    varint() noexcept : inline_{} {}

    /// Any built-in integer.
    template <std::integral T>
        requires(!std::same_as<T, bool> && sizeof(T) <= 8)
    varint(T value) noexcept : inline_{}
    {
        if constexpr (std::signed_integral<T>)
            set(static_cast<std::uint64_t>(std::int64_t{value}), value < 0);
        else
            set(value, false);
    }

    varint(const varint& other) : varint() { assign(other.bytes()); }
    varint(varint&& other) noexcept : varint() { take(other); }
    varint& operator=(const varint& other)
    {
        if (this != &other)
            *this = varint{other};
        return *this;
    }
    varint& operator=(varint&& other) noexcept
    {
        if (this != &other) {
            release();
            take(other);
        }
        return *this;
    }
    ~varint() { release(); }

    /// From two's complement, big-endian, of any length, leading bytes that say nothing included. No bytes
    /// are 0.
    [[nodiscard]] static varint from_bytes(std::span<const std::byte> bytes);

    /// From decimal digits with an optional sign; empty when the text is anything else. The time grows with
    /// the square of the length.
    [[nodiscard]] static std::optional<varint> parse(std::string_view text);

    /// Two's complement, big-endian, at least one byte and no more than needed. Valid as long as this object
    /// is not changed.
    [[nodiscard]] std::span<const std::byte> bytes() const noexcept
    {
        return {is_inline() ? inline_ : heap_, size_};
    }

    [[nodiscard]] bool is_negative() const noexcept
    {
        return (bytes().front() & std::byte{0x80}) != std::byte{0};
    }

    /// The value as a built-in integer; empty when it does not fit.
    template <std::integral T>
        requires(!std::same_as<T, bool> && sizeof(T) <= 8)
    [[nodiscard]] std::optional<T> to() const noexcept
    {
        // Nine bytes hold every value of 64 bits, signed or not; the ninth is then a sign byte of 0.
        const std::span<const std::byte> raw = bytes();
        if (raw.size() > 9 || (raw.size() == 9 && raw[0] != std::byte{0}))
            return std::nullopt;
        std::uint64_t low = is_negative() ? ~std::uint64_t{0} : 0;
        for (const std::byte b : raw)
            low = (low << 8U) | static_cast<std::uint64_t>(b);
        if (raw.size() < 9 && is_negative())
            return std::in_range<T>(static_cast<std::int64_t>(low))
                       ? std::optional<T>{static_cast<T>(static_cast<std::int64_t>(low))}
                       : std::nullopt;
        return std::in_range<T>(low) ? std::optional<T>{static_cast<T>(low)} : std::nullopt;
    }

    /// Decimal digits, with '-' in front of a negative value. Time as for `parse`.
    [[nodiscard]] std::string to_string() const;

    friend bool operator==(const varint& a, const varint& b) noexcept
    {
        return a.size_ == b.size_ && std::memcmp(a.bytes().data(), b.bytes().data(), a.size_) == 0;
    }
    friend std::strong_ordering operator<=>(const varint& a, const varint& b) noexcept;

private:
    [[nodiscard]] bool is_inline() const noexcept { return size_ <= inline_capacity; }
    void set(std::uint64_t bits, bool negative) noexcept;
    /// `bytes` are minimal.
    void assign(std::span<const std::byte> bytes);
    void take(varint& other) noexcept;
    void release() noexcept
    {
        if (!is_inline())
            ::operator delete(heap_);
    }

    std::size_t size_ = 1;
    union {
        std::byte inline_[inline_capacity];  // NOLINT(readability-identifier-naming)
        std::byte* heap_;                    // NOLINT(readability-identifier-naming)
    };
};

}  // namespace async_cassandra

template <>
struct std::hash<async_cassandra::varint> {
    [[nodiscard]] std::size_t operator()(const async_cassandra::varint& value) const noexcept
    {
        const auto bytes = value.bytes();
        return std::hash<std::string_view>{}({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    }
};
