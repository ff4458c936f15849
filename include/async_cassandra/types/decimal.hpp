// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/types/varint.hpp>

namespace async_cassandra {

/// A decimal fraction of any precision: the CQL type `decimal`, `unscaled` * 10^-`scale`
/// (native_protocol_v5.spec section 6.7). No arithmetic: <async_cassandra/multiprecision.hpp> converts to and
/// from Boost.Multiprecision.
///
/// Equal means the same two numbers, as on the wire: 1.0 and 1.00 differ.
class decimal {
public:
    /// 0
    decimal() noexcept = default;

    /// `scale` is the number of digits behind the point; negative: of zeros in front of it.
    decimal(varint unscaled, std::int32_t scale = 0) noexcept : unscaled_(std::move(unscaled)), scale_(scale)
    {}

    /// From "1.23", "-0.01", "1E+3", ".5", "12."; empty when the text is anything else or its scale exceeds
    /// 32 bits. Every digit counts: "1.50" has scale 2.
    [[nodiscard]] static std::optional<decimal> parse(std::string_view text);

    [[nodiscard]] const varint& unscaled() const noexcept { return unscaled_; }
    [[nodiscard]] std::int32_t scale() const noexcept { return scale_; }

    /// As Java's BigDecimal and therefore the server: "1.23", "1E+3", "1E-7"; `parse` gives the same value
    /// back.
    [[nodiscard]] std::string to_string() const;

    friend bool operator==(const decimal&, const decimal&) noexcept = default;

private:
    varint unscaled_;
    std::int32_t scale_ = 0;
};

}  // namespace async_cassandra

template <>
struct std::hash<async_cassandra::decimal> {
    [[nodiscard]] std::size_t operator()(const async_cassandra::decimal& value) const noexcept
    {
        return std::hash<async_cassandra::varint>{}(value.unscaled()) * 31 +
               static_cast<std::uint32_t>(value.scale());
    }
};
