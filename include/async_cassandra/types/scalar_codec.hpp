// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/types/codec.hpp>

/// The codecs of everything that is no container. <async_cassandra/types/codec.hpp> lists them and includes
/// this.
namespace async_cassandra {

namespace detail {

/// Types whose value of zero bytes means "empty", which std::optional reads as no value (for historical
/// reasons the server stores such values). Text and blobs are simply empty; collections cannot be.
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
    case type_kind::tuple:
    case type_kind::vector: return false;
    default: return true;
    }
}

[[nodiscard]] constexpr bool is_text(type_kind kind) noexcept
{
    return kind == type_kind::text || kind == type_kind::ascii;
}

}  // namespace detail

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

/// Bytes: std::vector<std::byte> and std::span<const std::byte> (a view of the page) both ways; any other
/// contiguous range of std::byte is bind only.
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
