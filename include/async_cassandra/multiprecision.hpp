// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/types/codec.hpp>

#include <boost/multiprecision/cpp_dec_float.hpp>
#include <boost/multiprecision/cpp_int.hpp>

#include <limits>
#include <vector>

/// \file
/// Boost.Multiprecision and the CQL types varint and decimal: converts, and makes the numbers themselves
/// readable and bindable. Include it before their first use with a statement or result. Not part of
/// async_cassandra.hpp, because it takes its time to compile.
///
/// - cpp_int and its fixed widths (int128_t, …): varint and every integer type, both ways, where the value
///   fits
/// - cpp_dec_float_50, _100, …: decimal, both ways, where the digits fit
namespace async_cassandra {

[[nodiscard]] inline boost::multiprecision::cpp_int to_cpp_int(const varint& value)
{
    std::vector<unsigned char> bytes;
    const bool negative = value.is_negative();
    for (const std::byte b : value.bytes())
        bytes.push_back(static_cast<unsigned char>(negative ? ~b : b));
    boost::multiprecision::cpp_int number;
    boost::multiprecision::import_bits(number, bytes.begin(), bytes.end());
    if (negative)
        number = -number - 1;
    return number;
}

[[nodiscard]] inline varint to_varint(const boost::multiprecision::cpp_int& value)
{
    const bool negative = value < 0;
    const boost::multiprecision::cpp_int magnitude = negative ? -value - 1 : value;
    std::vector<unsigned char> digits;
    boost::multiprecision::export_bits(magnitude, std::back_inserter(digits), 8);
    // A byte for the sign in front, which `from_bytes` drops when it says nothing.
    std::vector<std::byte> bytes{negative ? std::byte{0xFF} : std::byte{0}};
    for (const unsigned char digit : digits)
        bytes.push_back(negative ? ~std::byte{digit} : std::byte{digit});
    return varint::from_bytes(bytes);
}

/// Throws value_error when `value` has more digits than `Number` keeps, or a greater exponent.
template <class Number>
[[nodiscard]] Number to_cpp_dec_float(const decimal& value)
{
    using limits = std::numeric_limits<Number>;
    const std::string text = value.to_string();
    const std::string digits = value.unscaled().to_string();
    const std::size_t last = digits.find_last_not_of('0');
    const std::size_t significant = last == std::string::npos ? 0 : last + 1 - (digits[0] == '-' ? 1 : 0);
    const std::int64_t exponent = static_cast<std::int64_t>(digits.size()) - std::int64_t{value.scale()};
    if (significant > static_cast<std::size_t>(limits::digits10) ||
        (significant != 0 && (exponent > limits::max_exponent10 || exponent < limits::min_exponent10)))
        throw value_error{
            text + " cannot be kept by a number of " + std::to_string(limits::digits10) + " digits"};
    return significant == 0 ? Number{} : Number{text};
}

/// With as few digits as give the same value back; digits beyond those that `Number` promises are rounded.
/// Throws value_error for NaN and infinity.
template <class Number>
[[nodiscard]] decimal to_decimal(const Number& value)
{
    if (!(boost::multiprecision::isfinite)(value))
        throw value_error{value.str() + " is no decimal"};
    std::string text = value.str(std::numeric_limits<Number>::digits10 - 1, std::ios_base::scientific);
    const std::size_t mark = text.find('e');
    std::size_t end = text.find_last_not_of('0', mark - 1) + 1;
    if (text.find('.') != std::string::npos) {
        if (text[end - 1] == '.')
            --end;
        text.erase(end, mark - end);
    }
    const std::optional<decimal> made = decimal::parse(text);
    if (!made)
        throw value_error{value.str() + " is beyond what CQL type decimal holds"};
    return *made;
}

template <class Backend, boost::multiprecision::expression_template_option Et>
    requires(
        boost::multiprecision::number_category<Backend>::value == boost::multiprecision::number_kind_integer
    )
struct codec<boost::multiprecision::number<Backend, Et>> {
    using value_type = boost::multiprecision::number<Backend, Et>;
    static std::string name() { return "boost::multiprecision::cpp_int"; }
    static data_type natural_type() noexcept { return type_kind::varint; }
    static bool reads(const data_type& type) noexcept { return codec<varint>::reads(type); }
    static bool binds(const data_type& type) noexcept { return codec<varint>::binds(type); }
    static value_type decode(const data_type& type, std::span<const std::byte> bytes)
    {
        using limits = std::numeric_limits<value_type>;
        const boost::multiprecision::cpp_int number = to_cpp_int(codec<varint>::decode(type, bytes));
        if constexpr (limits::is_bounded)
            if (number < boost::multiprecision::cpp_int{(limits::min)()} ||
                number > boost::multiprecision::cpp_int{(limits::max)()})
                throw value_error{
                    number.str() + " does not fit an integer of " + std::to_string(limits::digits) +
                    (limits::is_signed ? " bits and a sign" : " bits without a sign")};
        return value_type{number};
    }
    static void encode(const value_type& value, const data_type& type, value_sink& out)
    {
        codec<varint>::encode(to_varint(boost::multiprecision::cpp_int{value}), type, out);
    }
};

template <class Backend, boost::multiprecision::expression_template_option Et>
    requires(
        boost::multiprecision::number_category<Backend>::value ==
            boost::multiprecision::number_kind_floating_point &&
        std::numeric_limits<boost::multiprecision::number<Backend, Et>>::radix == 10
    )
struct codec<boost::multiprecision::number<Backend, Et>> {
    using value_type = boost::multiprecision::number<Backend, Et>;
    static std::string name()
    {
        return "boost::multiprecision::cpp_dec_float<" +
               std::to_string(std::numeric_limits<value_type>::digits10) + ">";
    }
    static data_type natural_type() noexcept { return type_kind::decimal; }
    static bool reads(const data_type& type) noexcept { return codec<decimal>::reads(type); }
    static bool binds(const data_type& type) noexcept { return codec<decimal>::binds(type); }
    static value_type decode(const data_type& type, std::span<const std::byte> bytes)
    {
        return to_cpp_dec_float<value_type>(codec<decimal>::decode(type, bytes));
    }
    static void encode(const value_type& value, const data_type& type, value_sink& out)
    {
        codec<decimal>::encode(to_decimal(value), type, out);
    }
};

}  // namespace async_cassandra
