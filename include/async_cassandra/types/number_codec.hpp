// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/types/codec.hpp>

/// The codecs of integers, floating-point numbers, decimals and bool. <async_cassandra/types/codec.hpp>
/// includes this.
namespace async_cassandra {

namespace detail {

/// Bytes of a CQL integer type; 0 for every other type.
[[nodiscard]] constexpr std::size_t integer_width(type_kind kind) noexcept
{
    switch (kind) {
    case type_kind::bigint:
    case type_kind::counter: return 8;
    case type_kind::int_: return 4;
    case type_kind::smallint: return 2;
    case type_kind::tinyint: return 1;
    default: return 0;
    }
}

/// Sign-extended from 1, 2, 4 or 8 bytes.
[[nodiscard]] inline std::int64_t load_integer(std::span<const std::byte> bytes) noexcept
{
    switch (bytes.size()) {
    case 1: return load_be<std::int8_t>(bytes.data());
    case 2: return load_be<std::int16_t>(bytes.data());
    case 4: return load_be<std::int32_t>(bytes.data());
    default: return load_be<std::int64_t>(bytes.data());
    }
}

}  // namespace detail

template <detail::cql_integer T>
struct codec<T> {
    static constexpr std::size_t fixed_size = sizeof(T);

    static std::string name()
    {
        return (std::signed_integral<T> ? "std::int" : "std::uint") + std::to_string(sizeof(T) * 8) + "_t";
    }

    static data_type natural_type() noexcept
    {
        constexpr std::size_t wide = std::signed_integral<T> ? sizeof(T) : sizeof(T) * 2;
        return wide == 1   ? type_kind::tinyint
               : wide == 2 ? type_kind::smallint
               : wide == 4 ? type_kind::int_
                           : type_kind::bigint;
    }

    static bool reads(const data_type& type) noexcept
        requires std::signed_integral<T>
    {
        const std::size_t width = detail::integer_width(type.kind());
        return width != 0 && width <= sizeof(T);
    }

    static bool binds(const data_type& type) noexcept
    {
        return detail::integer_width(type.kind()) != 0 || type.kind() == type_kind::varint;
    }

    static T decode(const data_type& type, std::span<const std::byte> bytes)
        requires std::signed_integral<T>
    {
        if (bytes.size() != detail::integer_width(type.kind())) [[unlikely]]
            detail::throw_wrong_size(type, bytes.size());
        if (bytes.size() == sizeof(T)) [[likely]]
            return detail::load_be<T>(bytes.data());
        return static_cast<T>(detail::load_integer(bytes));
    }

    static void encode(const T& value, const data_type& type, value_sink& out)
    {
        switch (detail::integer_width(type.kind())) {
        case 8: return put<std::int64_t>(value, type, out);
        case 4: return put<std::int32_t>(value, type, out);
        case 2: return put<std::int16_t>(value, type, out);
        case 1: return put<std::int8_t>(value, type, out);
        default: out.append(varint{value}.bytes());
        }
    }

private:
    template <class Wire>
    static void put(T value, const data_type& type, value_sink& out)
    {
        if (!std::in_range<Wire>(value)) {
            using widest = std::conditional_t<std::signed_integral<T>, std::int64_t, std::uint64_t>;
            detail::throw_out_of_range(static_cast<widest>(value), type);
        }
        out.append_be(static_cast<Wire>(value));
    }
};

template <>
struct codec<bool> {
    static constexpr std::size_t fixed_size = 1;
    static std::string name() { return "bool"; }
    static data_type natural_type() noexcept { return type_kind::boolean; }
    static bool reads(const data_type& type) noexcept { return type.kind() == type_kind::boolean; }
    static bool binds(const data_type& type) noexcept { return reads(type); }
    static bool decode(const data_type& type, std::span<const std::byte> bytes)
    {
        if (bytes.size() != 1) [[unlikely]]
            detail::throw_wrong_size(type, bytes.size());
        return bytes[0] != std::byte{0};
    }
    static void encode(bool value, const data_type&, value_sink& out)
    {
        out.append_be<std::uint8_t>(value ? 1 : 0);
    }
};

template <>
struct codec<float> {
    static constexpr std::size_t fixed_size = 4;
    static std::string name() { return "float"; }
    static data_type natural_type() noexcept { return type_kind::float_; }
    static bool reads(const data_type& type) noexcept { return type.kind() == type_kind::float_; }
    static bool binds(const data_type& type) noexcept
    {
        return reads(type) || type.kind() == type_kind::double_;
    }
    static float decode(const data_type& type, std::span<const std::byte> bytes)
    {
        if (bytes.size() != 4) [[unlikely]]
            detail::throw_wrong_size(type, bytes.size());
        return detail::load_be<float>(bytes.data());
    }
    static void encode(float value, const data_type& type, value_sink& out)
    {
        if (type.kind() == type_kind::float_)
            out.append_be(value);
        else
            out.append_be(static_cast<double>(value));
    }
};

template <>
struct codec<double> {
    static constexpr std::size_t fixed_size = 8;
    static std::string name() { return "double"; }
    static data_type natural_type() noexcept { return type_kind::double_; }
    static bool reads(const data_type& type) noexcept
    {
        return type.kind() == type_kind::double_ || type.kind() == type_kind::float_;
    }
    static bool binds(const data_type& type) noexcept { return reads(type); }
    static double decode(const data_type& type, std::span<const std::byte> bytes)
    {
        if (type.kind() == type_kind::double_ && bytes.size() == 8) [[likely]]
            return detail::load_be<double>(bytes.data());
        return codec<float>::decode(type.kind() == type_kind::float_ ? type : wrong_size(type, bytes), bytes);
    }
    static void encode(double value, const data_type& type, value_sink& out);

private:
    [[noreturn]] static const data_type& wrong_size(const data_type& type, std::span<const std::byte> bytes)
    {
        detail::throw_wrong_size(type, bytes.size());
    }
};

/// Reads every integer type; binds to varint, and to the others when the value fits.
template <>
struct codec<varint> {
    static std::string name() { return "async_cassandra::varint"; }
    static data_type natural_type() noexcept { return type_kind::varint; }
    static bool reads(const data_type& type) noexcept
    {
        return type.kind() == type_kind::varint || detail::integer_width(type.kind()) != 0;
    }
    static bool binds(const data_type& type) noexcept { return reads(type); }
    static varint decode(const data_type& type, std::span<const std::byte> bytes);
    static void encode(const varint& value, const data_type& type, value_sink& out);
};

template <>
struct codec<decimal> {
    static std::string name() { return "async_cassandra::decimal"; }
    static data_type natural_type() noexcept { return type_kind::decimal; }
    static bool reads(const data_type& type) noexcept { return type.kind() == type_kind::decimal; }
    static bool binds(const data_type& type) noexcept { return reads(type); }
    static decimal decode(const data_type& type, std::span<const std::byte> bytes);
    static void encode(const decimal& value, const data_type& type, value_sink& out);
};

}  // namespace async_cassandra
