// SPDX-License-Identifier: Apache-2.0
#include <async_cassandra/types/decimal.hpp>

#include <charconv>

namespace async_cassandra {

namespace {

constexpr bool is_digit(char c) noexcept
{
    return c >= '0' && c <= '9';
}

// "E+3" and the like; 0 when there is none, empty when there is something else.
std::optional<std::int64_t> parse_exponent(std::string_view text) noexcept
{
    if (text.empty())
        return 0;
    text.remove_prefix(1);
    if (text.starts_with('+')) {
        text.remove_prefix(1);
        if (text.starts_with('-'))
            return std::nullopt;
    }
    // More than a scale holds, because the digits in front of it count too; far less than would overflow.
    constexpr std::int64_t most = std::int64_t{1} << 40;
    std::int64_t exponent = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), exponent);
    if (error != std::errc{} || end != text.data() + text.size() || exponent > most || exponent < -most)
        return std::nullopt;
    return exponent;
}

}  // namespace

std::optional<decimal> decimal::parse(std::string_view text)
{
    const std::size_t mark = std::min(text.find_first_of("eE"), text.size());
    const std::optional<std::int64_t> exponent = parse_exponent(text.substr(mark));
    std::string_view mantissa = text.substr(0, mark);
    std::string digits;
    digits.reserve(mantissa.size());
    if (mantissa.starts_with('-') || mantissa.starts_with('+')) {
        digits.push_back(mantissa.front());
        mantissa.remove_prefix(1);
    }
    const std::size_t point = std::min(mantissa.find('.'), mantissa.size());
    digits += mantissa.substr(0, point);
    if (point < mantissa.size())
        digits += mantissa.substr(point + 1);
    if (!exponent || mantissa.empty() || (!is_digit(mantissa[0]) && mantissa[0] != '.'))
        return std::nullopt;
    const auto fraction =
        point < mantissa.size() ? static_cast<std::int64_t>(mantissa.size() - point - 1) : 0;
    const std::int64_t scale = fraction - *exponent;
    std::optional<varint> unscaled = varint::parse(digits);
    if (!unscaled || !std::in_range<std::int32_t>(scale))
        return std::nullopt;
    return decimal{*std::move(unscaled), static_cast<std::int32_t>(scale)};
}

// java.math.BigDecimal.toString: plain while the scale is not negative and no more than six zeros would lead.
std::string decimal::to_string() const
{
    std::string text = unscaled_.to_string();
    if (scale_ == 0)
        return text;
    const std::size_t first = unscaled_.is_negative() ? 1 : 0;
    const auto count = static_cast<std::int64_t>(text.size() - first);
    const std::int64_t adjusted = count - 1 - std::int64_t{scale_};
    if (scale_ > 0 && adjusted >= -6) {
        if (scale_ >= count)
            text.insert(first, static_cast<std::size_t>(scale_ - count) + 1, '0');
        text.insert(text.size() - static_cast<std::size_t>(scale_), 1, '.');
        return text;
    }
    if (count > 1)
        text.insert(first + 1, 1, '.');
    text += adjusted < 0 ? "E" : "E+";
    text += std::to_string(adjusted);
    return text;
}

}  // namespace async_cassandra
