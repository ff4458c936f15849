// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <chrono>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace async_cassandra {

/// A UUID (RFC 4122): the CQL types `uuid` and `timeuuid`, 16 bytes in the order of the text.
///
/// Ordered byte by byte, as the text is. The server orders `timeuuid` by time first: compare `timestamp()`
/// for that.
class uuid {
public:
    /// A version 1 timestamp: 100 ns steps on the UNIX clock.
    using time_point = std::chrono::sys_time<std::chrono::duration<std::int64_t, std::ratio<1, 10'000'000>>>;

    /// 00000000-0000-0000-0000-000000000000
    constexpr uuid() noexcept = default;

    constexpr explicit uuid(std::array<std::uint8_t, 16> bytes) noexcept : bytes_(bytes) {}

    /// From 8-4-4-4-12 hexadecimal digits, any case; empty when the text is anything else.
    [[nodiscard]] static std::optional<uuid> parse(std::string_view text) noexcept;

    /// Version 1: `at` in the 60 bits it has (from 1582 to 5236), and of `node` 14 bits of clock sequence and
    /// 47 of a node that is marked as chosen by chance (RFC 4122, 4.5).
    [[nodiscard]] static uuid time_based(time_point at, std::uint64_t node) noexcept;

    /// Version 4, from 122 of 128 bits of chance. uuid_generator.hpp has the chance.
    [[nodiscard]] static uuid random(std::uint64_t high, std::uint64_t low) noexcept;

    /// The bytes in text order; valid as long as this object.
    [[nodiscard]] constexpr std::span<const std::uint8_t, 16> bytes() const noexcept { return bytes_; }

    /// 0 to 15: 1 is time-based (`timeuuid`), 4 is random.
    [[nodiscard]] constexpr int version() const noexcept { return bytes_[6] >> 4; }

    [[nodiscard]] constexpr bool is_nil() const noexcept { return *this == uuid{}; }

    /// When a version 1 UUID was made; empty for every other version.
    [[nodiscard]] std::optional<time_point> timestamp() const noexcept;

    /// Lower case, for example "5b9a8a20-7c1e-11ee-b962-0242ac120002".
    [[nodiscard]] std::string to_string() const;

    friend constexpr auto operator<=>(const uuid&, const uuid&) noexcept = default;

private:
    std::array<std::uint8_t, 16> bytes_{};
};

/// A time-based (version 1) UUID by meaning. The same class as `uuid`: every uuid reads and binds both column
/// types.
using timeuuid = uuid;

}  // namespace async_cassandra

template <>
struct std::hash<async_cassandra::uuid> {
    [[nodiscard]] std::size_t operator()(const async_cassandra::uuid& value) const noexcept;
};
