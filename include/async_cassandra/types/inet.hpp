// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace async_cassandra {

/// An IPv4 or IPv6 address without port: the CQL type `inet`, 4 or 16 bytes in network order.
class inet {
public:
    /// 0.0.0.0
    constexpr inet() noexcept = default;

    constexpr explicit inet(std::array<std::uint8_t, 4> v4) noexcept
    {
        for (std::size_t i = 0; i < v4.size(); ++i)
            bytes_[i] = v4[i];
    }

    constexpr explicit inet(std::array<std::uint8_t, 16> v6) noexcept : bytes_(v6), size_(16) {}

    /// From "192.0.2.1" or "2001:db8::1"; empty when the text is no address. Names are never resolved here.
    [[nodiscard]] static std::optional<inet> parse(std::string_view text) noexcept;

    /// From 4 or 16 bytes in network order; empty for any other length.
    [[nodiscard]] static std::optional<inet> from_bytes(std::span<const std::byte> bytes) noexcept;

    [[nodiscard]] constexpr bool is_v4() const noexcept { return size_ == 4; }
    [[nodiscard]] constexpr bool is_v6() const noexcept { return size_ == 16; }

    /// The 4 or 16 bytes in network order; valid as long as this object.
    [[nodiscard]] constexpr std::span<const std::uint8_t> bytes() const noexcept
    {
        return {bytes_.data(), size_};
    }

    /// True for 0.0.0.0 and ::, which a server uses for "any address of mine".
    [[nodiscard]] bool is_unspecified() const noexcept;

    /// The usual text form, for example "127.0.0.1" or "2001:db8::1".
    [[nodiscard]] std::string to_string() const;

    friend constexpr auto operator<=>(const inet&, const inet&) noexcept = default;

private:
    std::array<std::uint8_t, 16> bytes_{};
    std::uint8_t size_ = 4;
};

}  // namespace async_cassandra
