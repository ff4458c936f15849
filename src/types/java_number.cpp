// SPDX-License-Identifier: Apache-2.0
#include "types/java_number.hpp"

#include "types/natural_number.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string_view>

// After java.lang.Double.toString as specified before JDK 19: digits are developed one by one until what is left cannot
// matter, by three widths of arithmetic whose limits show in the digits.
namespace async_cassandra::types {

namespace {

/// 0.d1d2d3… * 10^point.
struct decimal_digits {
    std::string text;
    int point;
};

/// fraction * 2^(exponent - 52), the highest of 53 bits set; `significant` of them say something.
struct binary_number {
    std::uint64_t fraction;
    int exponent;
    int significant;
};

template <class Float>
binary_number split(Float value) noexcept
{
    using bits_type = std::conditional_t<sizeof(Float) == 4, std::uint32_t, std::uint64_t>;
    constexpr int width = std::numeric_limits<Float>::digits - 1;
    const auto bits = std::bit_cast<bits_type>(value);
    bits_type fraction = bits & ((bits_type{1} << width) - 1);
    int exponent = static_cast<int>(bits >> width);  // The sign is gone.
    int significant = width + 1;
    if (exponent == 0) {
        significant = static_cast<int>(std::bit_width(fraction));
        const int shift = width + 1 - significant;
        fraction <<= shift;
        exponent = 1 - shift;
    } else {
        fraction |= bits_type{1} << width;
    }
    return {
        static_cast<std::uint64_t>(fraction) << (52 - width),
        exponent - (std::numeric_limits<Float>::max_exponent - 1),
        significant};
}

constexpr int bits_of_power_of_5(int exponent) noexcept
{
    constexpr std::array bits{0,  3,  5,  7,  10, 12, 14, 17, 19, 21, 24, 26, 28, 31,
                              33, 35, 38, 40, 42, 45, 47, 49, 52, 54, 56, 59, 61};
    const auto index = static_cast<std::size_t>(exponent);
    return index < bits.size() ? bits[index] : exponent * 3;
}

/// A power of 5 and of 2, which is what all factors are.
struct scale {
    int fives;
    int twos;
};

/// The value is fraction * 5^b.fives * 2^b.twos / (5^s.fives * 2^s.twos) * 10^exponent, between 1 and 10 times that
/// power; `m` is half the distance to its neighbours.
struct fraction_of_ten {
    std::uint64_t fraction;
    scale b;
    scale s;
    scale m;
    int exponent;
};

void round_up(decimal_digits& number)
{
    std::size_t i = number.text.size() - 1;
    while (number.text[i] == '9' && i > 0)
        number.text[i--] = '0';
    if (number.text[i] == '9') {
        number.text[i] = '1';
        ++number.point;
    } else {
        ++number.text[i];
    }
}

/// Whether the exponent makes it an E-form, which has two digits at least.
bool needs_two_digits(int exponent) noexcept
{
    return exponent < -3 || exponent >= 8;
}

/// `remaining` compares twice what is left with the next digit's unit: <0, 0, >0.
decimal_digits finished(std::string digits, int exponent, bool low, bool high, int remaining)
{
    decimal_digits number{std::move(digits), exponent + 1};
    const bool odd = (number.text.back() - '0') % 2 != 0;
    if (high && (!low || remaining > 0 || (remaining == 0 && odd)))
        round_up(number);
    return number;
}

/// With the wrapping arithmetic of Java's int or long.
template <class Int>
decimal_digits develop_in(const fraction_of_ten& from)
{
    using unsigned_type = std::make_unsigned_t<Int>;
    const auto power = [](scale p) {
        unsigned_type out = 1;
        for (int i = 0; i < p.fives; ++i)
            out = static_cast<unsigned_type>(out * 5U);
        return static_cast<unsigned_type>(out << p.twos);
    };
    const auto wrapped = [](unsigned_type v) { return static_cast<Int>(v); };
    auto b = static_cast<unsigned_type>(static_cast<unsigned_type>(from.fraction) * power(from.b));
    const unsigned_type s = power(from.s);
    unsigned_type m = power(from.m);
    const auto tens = static_cast<unsigned_type>(s * 10U);
    int exponent = from.exponent;
    std::string digits;
    bool low = false;
    bool high = false;
    for (bool first = true; first || (!low && !high); first = false) {
        const auto digit = static_cast<char>('0' + b / s);
        b = static_cast<unsigned_type>(10U * (b % s));
        m = static_cast<unsigned_type>(m * 10U);
        const bool overflown = wrapped(m) <= 0 && !first;
        low = overflown || wrapped(b) < wrapped(m);
        high = overflown || wrapped(static_cast<unsigned_type>(b + m)) > wrapped(tens);
        if (first && digit == '0' && !high)
            --exponent;
        else
            digits.push_back(digit);
        if (first && needs_two_digits(exponent))
            low = high = false;
    }
    const Int remaining = wrapped(static_cast<unsigned_type>((b << 1U) - tens));
    return finished(std::move(digits), exponent, low, high, remaining < 0 ? -1 : remaining > 0 ? 1 : 0);
}

decimal_digits develop_in_any_width(const fraction_of_ten& from)
{
    const auto power = [](std::uint64_t factor, scale p) {
        natural_number out{factor};
        for (int i = 0; i < p.fives; ++i)
            out.multiply(5);
        out.shift_left(p.twos);
        return out;
    };
    natural_number b = power(from.fraction, from.b);
    const natural_number s = power(1, from.s);
    natural_number m = power(1, from.m);
    natural_number tens = s;
    tens.multiply(10);
    int exponent = from.exponent;
    std::string digits;
    bool low = false;
    bool high = false;
    for (bool first = true; first || (!low && !high); first = false) {
        char digit = '0';
        for (; b >= s; ++digit)
            b -= s;
        b.multiply(10);
        m.multiply(10);
        low = b < m;
        high = b + m >= tens;
        if (first && digit == '0' && !high)
            --exponent;
        else
            digits.push_back(digit);
        if (first && needs_two_digits(exponent))
            low = high = false;
    }
    b.shift_left(1);
    return finished(std::move(digits), exponent, low, high, b < tens ? -1 : tens < b ? 1 : 0);
}

/// A whole number below 2^63: its digits, without those beyond its precision and without zeros at the end.
decimal_digits whole_digits(const binary_number& number)
{
    std::uint64_t whole = number.exponent >= 52 ? number.fraction << (number.exponent - 52)
                                                : number.fraction >> (52 - number.exponent);
    int dropped = 0;
    if (number.exponent > number.significant) {
        const int bits = number.exponent - number.significant - 1;
        std::uint64_t unit = 1;
        for (; dropped < bits * 30'103 / 100'000; ++dropped)
            unit *= 10;
        whole = whole / unit + (dropped != 0 && whole % unit >= unit / 2 ? 1 : 0);
    }
    std::string text = std::to_string(whole);
    const int point = static_cast<int>(text.size()) + dropped;
    text.erase(text.find_last_not_of('0') + 1);
    return {std::move(text), point};
}

/// The exponent of ten, or one more.
int estimated_exponent(const binary_number& number) noexcept
{
    constexpr std::uint64_t one = std::uint64_t{1023} << 52;
    const auto mantissa = std::bit_cast<double>(one | (number.fraction & ((std::uint64_t{1} << 52) - 1)));
    return static_cast<int>(std::floor(
        (mantissa - 1.5) * 0.289529654 + 0.176091259 +
        static_cast<double>(number.exponent) * 0.301029995663981
    ));
}

decimal_digits digits_of(const binary_number& number)
{
    const int tail_zeros = std::countr_zero(number.fraction);
    const int bits = 53 - tail_zeros;
    const int bits_behind_point = std::max(0, bits - number.exponent - 1);
    if (bits_behind_point == 0 && number.exponent <= 62)
        return whole_digits(number);

    const int exponent = estimated_exponent(number);
    fraction_of_ten from{
        number.fraction >> tail_zeros,
        {std::max(0, -exponent), std::max(0, -exponent) + bits_behind_point + number.exponent},
        {std::max(0, exponent), std::max(0, exponent) + bits_behind_point},
        {std::max(0, -exponent), 0},
        exponent};
    from.m.twos = from.b.twos - number.significant;
    from.b.twos -= bits - 1;
    const int common = std::min(from.b.twos, from.s.twos);
    from.b.twos -= common;
    from.s.twos -= common;
    from.m.twos -= common;
    if (bits == 1)
        from.m.twos -= 1;
    if (from.m.twos < 0) {
        from.b.twos -= from.m.twos;
        from.s.twos -= from.m.twos;
        from.m.twos = 0;
    }
    const int b_bits = bits + from.b.twos + bits_of_power_of_5(from.b.fives);
    const int tens_bits = from.s.twos + 1 + bits_of_power_of_5(from.s.fives + 1);
    if (b_bits < 32 && tens_bits < 32)
        return develop_in<std::int32_t>(from);
    if (b_bits < 64 && tens_bits < 64)
        return develop_in<std::int64_t>(from);
    return develop_in_any_width(from);
}

void append_part(std::string& out, std::string_view digits)
{
    out += digits.empty() ? std::string_view{"0"} : digits;
}

template <class Float>
void append(std::string& out, Float value)
{
    if (std::signbit(value))
        out.push_back('-');
    if (value == 0) {
        out += "0.0";
        return;
    }
    const auto [digits, point] = digits_of(split(std::abs(value)));
    const std::string_view all = digits;
    if (point < -2 || point > 7) {
        out += all.substr(0, 1);
        out.push_back('.');
        append_part(out, all.substr(1));
        out.push_back('E');
        out += std::to_string(point - 1);
    } else if (point <= 0) {
        out += "0.";
        out.append(static_cast<std::size_t>(-point), '0');
        out += all;
    } else {
        const auto whole = static_cast<std::size_t>(point);
        out += all.substr(0, whole);
        out.append(whole - std::min(whole, all.size()), '0');
        out.push_back('.');
        append_part(out, all.size() > whole ? all.substr(whole) : std::string_view{});
    }
}

}  // namespace

void append_java_number(std::string& out, float value)
{
    append(out, value);
}

void append_java_number(std::string& out, double value)
{
    append(out, value);
}

}  // namespace async_cassandra::types
