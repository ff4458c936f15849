// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace async_cassandra {

/// Type of `null`.
struct null_t {
    explicit constexpr null_t() noexcept = default;
    friend constexpr bool operator==(null_t, null_t) noexcept { return true; }
};

/// Type of `unset`.
struct unset_t {
    explicit constexpr unset_t() noexcept = default;
    friend constexpr bool operator==(unset_t, unset_t) noexcept { return true; }
};

/// Binds null: deletes the cell. An empty std::optional and std::nullopt bind the same.
inline constexpr null_t null{};

/// Binds "not set": an INSERT or UPDATE leaves the cell as it is, without a tombstone
/// (native_protocol_v4.spec section 3, [value]). Refused by the server for a column of the primary key.
inline constexpr unset_t unset{};

/// CQL `timestamp`: milliseconds since 1970-01-01 00:00 UTC.
using timestamp = std::chrono::sys_time<std::chrono::milliseconds>;

/// CQL `date`: days since 1970-01-01, of which the wire holds -2^31 to 2^31 - 1 (years -5877641 to 5881580).
/// std::chrono::year_month_day ends at year 32767.
using date = std::chrono::sys_days;

/// CQL `time`: nanoseconds since midnight, 0 to 86,399,999,999,999.
using time_of_day = std::chrono::nanoseconds;

/// CQL `blob` with its own memory.
using blob = std::vector<std::byte>;

/// CQL `blob` seen in place: valid as long as the page or result_set it was read from.
using blob_view = std::span<const std::byte>;

/// A value that is encoded already, bound as it is to a column of any type. The server checks it.
class raw_value {
public:
    /// Null.
    raw_value() noexcept = default;

    explicit raw_value(std::optional<std::vector<std::byte>> bytes) noexcept : bytes_(std::move(bytes)) {}

    [[nodiscard]] bool is_null() const noexcept { return !bytes_.has_value(); }

    /// The bytes without length; empty when null. Valid as long as this object.
    [[nodiscard]] std::span<const std::byte> bytes() const noexcept
    {
        return bytes_ ? std::span<const std::byte>{*bytes_} : std::span<const std::byte>{};
    }

    friend bool operator==(const raw_value&, const raw_value&) = default;

private:
    std::optional<std::vector<std::byte>> bytes_;
};

}  // namespace async_cassandra
