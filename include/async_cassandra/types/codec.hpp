// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/detail/big_endian.hpp>
#include <async_cassandra/detail/type_errors.hpp>
#include <async_cassandra/detail/type_name.hpp>
#include <async_cassandra/types/data_type.hpp>
#include <async_cassandra/types/inet.hpp>
#include <async_cassandra/types/uuid.hpp>
#include <async_cassandra/types/value_sink.hpp>
#include <async_cassandra/types/values.hpp>

#include <concepts>
#include <limits>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace async_cassandra {

/// How a C++ type is read from and bound to CQL types: the customisation point. Specialise it for a type of your own
/// before its first use:
///
///     template <> struct async_cassandra::codec<money> {
///         // reading: which CQL types, and how. `bytes` lives as long as the page; never null (see decode_null).
///         static bool reads(const data_type& t) { return t.kind() == type_kind::bigint; }
///         static money decode(const data_type& t, std::span<const std::byte> bytes) {
///             return money{codec<std::int64_t>::decode(t, bytes)};
///         }
///         // binding: which CQL types, and how. The length in front is written by the caller.
///         static bool binds(const data_type& t) { return t.kind() == type_kind::bigint; }
///         static void encode(const money& m, const data_type& t, value_sink& out) {
///             codec<std::int64_t>::encode(m.cents, t, out);
///         }
///         // optional:
///         static std::string name() { return "money"; }                     // for error texts
///         static data_type natural_type() { return type_kind::bigint; }     // where the column type is not known
///         static money decode_null();                                       // null otherwise is an error
///         static bool is_null(const money&);                                // binds null
///         static constexpr std::size_t fixed_size = 8;                      // usual size in bytes: faster rows
///     };
///
/// Either half may be left out. `decode` and `encode` report a value they cannot convert by throwing, best
/// `value_error`; it reaches the caller as `query_error` that names the column, with any other exception as cause.
///
/// Built in (CQL types it reads | binds, where that is more):
/// - std::int8_t … std::int64_t: integers not wider than itself, counter | every integer type the value fits
/// - unsigned integers: — | every integer type the value fits
/// - bool: boolean · float: float | float, double · double: float, double (to float only when exact)
/// - std::string, std::string_view (const char* and literals: bind only): ascii, text
/// - blob = std::vector<std::byte>, blob_view = std::span<const std::byte>: blob, custom | any contiguous std::byte range
/// - uuid: uuid, timeuuid · inet: inet
/// - timestamp = sys_time<milliseconds>: timestamp | sys_time of coarser units
/// - containers: see types/collection_codec.hpp · std::optional<T>: as T, and null · null, unset, raw_value: — | every type
template <class T>
struct codec;

/// Thrown by a codec for a value it cannot convert. Callers see a `query_error` that also names the column or marker.
class value_error : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// T can be read from a column.
template <class T>
concept readable = requires(const data_type& type, std::span<const std::byte> bytes) {
    {
        codec<T>::reads(type)
    } -> std::convertible_to<bool>;
    {
        codec<T>::decode(type, bytes)
    } -> std::convertible_to<T>;
};

/// T can be bound to a marker.
template <class T>
concept bindable = requires(const T& value, const data_type& type, value_sink& out) {
    {
        codec<T>::binds(type)
    } -> std::convertible_to<bool>;
    codec<T>::encode(value, type, out);
};

namespace detail {

template <class T>
concept cql_integer =
    std::integral<T> && !std::same_as<T, bool> && !std::same_as<T, char> && !std::same_as<T, wchar_t> &&
    !std::same_as<T, char8_t> && !std::same_as<T, char16_t> && !std::same_as<T, char32_t>;

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

/// Types whose value of zero bytes means "empty", which std::optional reads as no value (for historical reasons the
/// server stores such values). Text and blobs are simply empty; collections cannot be.
[[nodiscard]] constexpr bool empty_is_no_value(type_kind kind) noexcept
{
    switch (kind) {
    case type_kind::ascii:
    case type_kind::text:
    case type_kind::blob:
    case type_kind::custom:
    case type_kind::counter:
    case type_kind::duration:
    case type_kind::list:
    case type_kind::set:
    case type_kind::map:
    case type_kind::udt:
    case type_kind::tuple: return false;
    default: return true;
    }
}

[[nodiscard]] constexpr bool is_text(type_kind kind) noexcept
{
    return kind == type_kind::text || kind == type_kind::ascii;
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

template <class T>
concept contiguous_bytes = requires(const T& t) {
    {
        t.data()
    } -> std::convertible_to<const std::byte*>;
    {
        t.size()
    } -> std::convertible_to<std::size_t>;
};

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

    static bool binds(const data_type& type) noexcept { return detail::integer_width(type.kind()) != 0; }

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
        default: return put<std::int8_t>(value, type, out);
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

template <class Allocator>
struct codec<std::basic_string<char, std::char_traits<char>, Allocator>> {
    using value_type = std::basic_string<char, std::char_traits<char>, Allocator>;
    static std::string name() { return "std::string"; }
    static data_type natural_type() noexcept { return type_kind::text; }
    static bool reads(const data_type& type) noexcept { return detail::is_text(type.kind()); }
    static bool binds(const data_type& type) noexcept { return reads(type); }
    static value_type decode(const data_type&, std::span<const std::byte> bytes)
    {
        return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
    }
    static void encode(const value_type& value, const data_type&, value_sink& out)
    {
        out.append(std::as_bytes(std::span{value}));
    }
};

/// Views the page: valid as long as the page or result_set it was read from.
template <>
struct codec<std::string_view> {
    static std::string name() { return "std::string_view"; }
    static data_type natural_type() noexcept { return type_kind::text; }
    static bool reads(const data_type& type) noexcept { return detail::is_text(type.kind()); }
    static bool binds(const data_type& type) noexcept { return reads(type); }
    static std::string_view decode(const data_type&, std::span<const std::byte> bytes) noexcept
    {
        return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
    }
    static void encode(std::string_view value, const data_type&, value_sink& out)
    {
        out.append(std::as_bytes(std::span{value}));
    }
};

template <>
struct codec<const char*> {
    static std::string name() { return "const char*"; }
    static data_type natural_type() noexcept { return type_kind::text; }
    static bool binds(const data_type& type) noexcept { return detail::is_text(type.kind()); }
    static void encode(const char* value, const data_type& type, value_sink& out)
    {
        if (value == nullptr)
            detail::throw_null_pointer();
        codec<std::string_view>::encode(value, type, out);
    }
};

/// Bytes: std::vector<std::byte> and std::span<const std::byte> (a view of the page) both ways; any other contiguous
/// range of std::byte is bind only.
template <detail::contiguous_bytes T>
struct codec<T> {
    static std::string name()
    {
        if constexpr (std::same_as<T, blob_view>)
            return "std::span<const std::byte>";
        else
            return detail::template_name(detail::parse_type_name(detail::function_signature<T>())) +
                   "<std::byte>";
    }
    static data_type natural_type() noexcept { return type_kind::blob; }
    static bool reads(const data_type& type) noexcept
        requires std::same_as<T, blob_view> || std::constructible_from<T, const std::byte*, const std::byte*>
    {
        return type.kind() == type_kind::blob || type.kind() == type_kind::custom;
    }
    static bool binds(const data_type& type) noexcept
    {
        return type.kind() == type_kind::blob || type.kind() == type_kind::custom;
    }
    static T decode(const data_type&, std::span<const std::byte> bytes)
    {
        if constexpr (std::same_as<T, blob_view>)
            return bytes;
        else
            return T(bytes.data(), bytes.data() + bytes.size());
    }
    static void encode(const T& value, const data_type&, value_sink& out)
    {
        out.append({value.data(), value.size()});
    }
};

template <>
struct codec<uuid> {
    static constexpr std::size_t fixed_size = 16;
    static std::string name() { return "async_cassandra::uuid"; }
    static data_type natural_type() noexcept { return type_kind::uuid; }
    static bool reads(const data_type& type) noexcept
    {
        return type.kind() == type_kind::uuid || type.kind() == type_kind::timeuuid;
    }
    static bool binds(const data_type& type) noexcept { return reads(type); }
    static uuid decode(const data_type& type, std::span<const std::byte> bytes)
    {
        if (bytes.size() != 16) [[unlikely]]
            detail::throw_wrong_size(type, bytes.size());
        std::array<std::uint8_t, 16> raw;
        std::memcpy(raw.data(), bytes.data(), raw.size());
        return uuid{raw};
    }
    /// A uuid that is not of version 1 cannot be bound to timeuuid.
    static void encode(const uuid& value, const data_type& type, value_sink& out);
};

template <>
struct codec<inet> {
    static std::string name() { return "async_cassandra::inet"; }
    static data_type natural_type() noexcept { return type_kind::inet; }
    static bool reads(const data_type& type) noexcept { return type.kind() == type_kind::inet; }
    static bool binds(const data_type& type) noexcept { return reads(type); }
    static inet decode(const data_type& type, std::span<const std::byte> bytes)
    {
        const std::optional<inet> address = inet::from_bytes(bytes);
        if (!address)
            detail::throw_wrong_size(type, bytes.size());
        return *address;
    }
    static void encode(const inet& value, const data_type&, value_sink& out)
    {
        out.append(std::as_bytes(value.bytes()));
    }
};

/// Reads into milliseconds; binds milliseconds and every unit that converts to them without loss (seconds, days).
template <class Duration>
    requires std::convertible_to<Duration, std::chrono::milliseconds>
struct codec<std::chrono::time_point<std::chrono::system_clock, Duration>> {
    using value_type = std::chrono::time_point<std::chrono::system_clock, Duration>;
    static constexpr std::size_t fixed_size = 8;
    static std::string name()
    {
        return std::same_as<value_type, timestamp>
                   ? "std::chrono::sys_time<std::chrono::milliseconds>"
                   : detail::parse_type_name(detail::function_signature<value_type>());
    }
    static data_type natural_type() noexcept { return type_kind::timestamp; }
    static bool reads(const data_type& type) noexcept
        requires std::same_as<value_type, timestamp>
    {
        return type.kind() == type_kind::timestamp;
    }
    static bool binds(const data_type& type) noexcept { return type.kind() == type_kind::timestamp; }
    static value_type decode(const data_type& type, std::span<const std::byte> bytes)
    {
        if (bytes.size() != 8) [[unlikely]]
            detail::throw_wrong_size(type, bytes.size());
        return value_type{Duration{detail::load_be<std::int64_t>(bytes.data())}};
    }
    static void encode(const value_type& value, const data_type&, value_sink& out)
    {
        out.append_be(std::int64_t{std::chrono::milliseconds{value.time_since_epoch()}.count()});
    }
};

template <>
struct codec<null_t> {
    static std::string name() { return "async_cassandra::null"; }
    static data_type natural_type() noexcept { return type_kind::blob; }
    static bool binds(const data_type&) noexcept { return true; }
    static bool is_null(null_t) noexcept { return true; }
    static void encode(null_t, const data_type&, value_sink&) noexcept {}
};

template <>
struct codec<std::nullopt_t> : codec<null_t> {
    static std::string name() { return "std::nullopt"; }
    static bool is_null(std::nullopt_t) noexcept { return true; }
    static void encode(std::nullopt_t, const data_type&, value_sink&) noexcept {}
};

template <>
struct codec<raw_value> {
    static std::string name() { return "async_cassandra::raw_value"; }
    static data_type natural_type() noexcept { return type_kind::blob; }
    static bool binds(const data_type&) noexcept { return true; }
    static bool is_null(const raw_value& value) noexcept { return value.is_null(); }
    static void encode(const raw_value& value, const data_type&, value_sink& out)
    {
        out.append(value.bytes());
    }
};

/// Null, and the empty value of a type that is not text or bytes, is std::nullopt.
template <class T>
    requires readable<T> || bindable<T>
struct codec<std::optional<T>> {
    static std::string name() { return "std::optional<" + detail::type_name<T>() + ">"; }
    static data_type natural_type()
        requires requires { codec<T>::natural_type(); }
    {
        return codec<T>::natural_type();
    }
    static bool reads(const data_type& type)
        requires readable<T>
    {
        return codec<T>::reads(type);
    }
    static bool binds(const data_type& type)
        requires bindable<T>
    {
        return codec<T>::binds(type);
    }
    static std::optional<T> decode(const data_type& type, std::span<const std::byte> bytes)
        requires readable<T>
    {
        if (bytes.empty() && detail::empty_is_no_value(type.kind()))
            return std::nullopt;
        return codec<T>::decode(type, bytes);
    }
    static std::optional<T> decode_null() noexcept { return std::nullopt; }
    static bool is_null(const std::optional<T>& value) noexcept
    {
        if constexpr (requires { codec<T>::is_null(*value); })
            return !value || codec<T>::is_null(*value);
        else
            return !value;
    }
    static void encode(const std::optional<T>& value, const data_type& type, value_sink& out)
        requires bindable<T>
    {
        codec<T>::encode(*value, type, out);
    }
};

}  // namespace async_cassandra

#include <async_cassandra/types/collection_codec.hpp>
