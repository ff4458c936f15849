// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/detail/vector_elements.hpp>
#include <async_cassandra/types/codec.hpp>

#include <iterator>

/// Codecs of containers, by their shape, so that any library's containers do as well as the standard ones:
/// - sequences (std::vector, std::deque, std::list, …): read from and bound to list, set and vector
/// - std::array: read from a vector of its size, bound to such a one, list and set
/// - std::span: bound to list, set and vector (vector_view reads a vector in place)
/// - sets (std::set, std::unordered_set, …): read from set, bound to set and list
/// - maps (std::map, std::unordered_map, …): read from and bound to map
/// Elements are anything with a codec, nested to any depth. Null elements are read as std::optional; none can
/// be bound, because the server refuses them. Wire form: native_protocol_v5.spec 6.14 to 6.16.
namespace async_cassandra {

namespace detail {

template <class T>
[[nodiscard]] T decode_element(cell c, const data_type& type, const data_type& collection)
{
    if (c.is_null()) {
        if constexpr (requires { codec<T>::decode_null(); })
            return codec<T>::decode_null();
        else
            throw_null_element(collection, &type_name<T>);
    }
    return codec<T>::decode(type, c.bytes());
}

template <class T>
void encode_element(const T& value, const data_type& type, const data_type& collection, value_sink& out)
{
    if constexpr (requires { codec<T>::is_null(value); })
        if (codec<T>::is_null(value))
            throw_null_element(collection, nullptr);
    const std::size_t mark = out.begin_value();
    codec<T>::encode(value, type, out);
    out.end_value(mark);
}

/// A container's size as the [int] of the wire. Throws value_error above its range.
[[nodiscard]] std::int32_t element_count(std::size_t size, const data_type& type);

}  // namespace detail

template <class T>
    requires detail::sequence_like<T> || detail::set_like<T>
struct codec<T> {
    using element = typename T::value_type;

    static std::string name()
    {
        return detail::template_name(detail::parse_type_name(detail::function_signature<T>())) + "<" +
               detail::type_name<element>() + ">";
    }

    static data_type natural_type()
        requires requires { codec<element>::natural_type(); }
    {
        if constexpr (detail::set_like<T>)
            return data_type::set_of(codec<element>::natural_type());
        else
            return data_type::list_of(codec<element>::natural_type());
    }

    static bool reads(const data_type& type)
        requires readable<element> && (detail::default_growable<T> || detail::fixed_array<T>)
    {
        return (type.kind() == type_kind::vector ? fits_vector(type) : reads_kind(type.kind())) &&
               codec<element>::reads(type.elements()[0]);
    }

    static bool binds(const data_type& type)
        requires bindable<element>
    {
        return (type.kind() == type_kind::set || type.kind() == type_kind::list || fits_vector(type)) &&
               codec<element>::binds(type.elements()[0]);
    }

    static T decode(const data_type& type, std::span<const std::byte> bytes)
        requires readable<element> && detail::fixed_array<T>
    {
        return detail::decode_vector<T>(type, bytes);
    }

    static T decode(const data_type& type, std::span<const std::byte> bytes)
        requires readable<element> && detail::default_growable<T>
    {
        if constexpr (!detail::set_like<T>)
            if (type.kind() == type_kind::vector)
                return detail::decode_vector<T>(type, bytes);
        const data_type& inner = type.elements()[0];
        detail::collection_reader reader{type, bytes, 1};
        T out;
        if constexpr (requires { out.reserve(reader.count()); })
            out.reserve(reader.count());
        for (std::size_t i = 0; i < reader.count(); ++i)
            out.insert(out.end(), detail::decode_element<element>(reader.next(), inner, type));
        reader.finish();
        return out;
    }

    static void encode(const T& value, const data_type& type, value_sink& out)
        requires bindable<element>
    {
        if (type.kind() == type_kind::vector)
            return detail::encode_vector(value, type, out);
        const data_type& inner = type.elements()[0];
        out.append_be(detail::element_count(value.size(), type));
        for (auto&& item : value)
            detail::encode_element<element>(item, inner, type, out);
    }

private:
    static constexpr bool reads_kind(type_kind kind) noexcept
    {
        return !detail::fixed_array<T> &&
               (kind == type_kind::set || (!detail::set_like<T> && kind == type_kind::list));
    }

    /// A set has no order, which a vector has.
    static bool fits_vector(const data_type& type) noexcept
    {
        if constexpr (detail::set_like<T>)
            return false;
        else if constexpr (detail::fixed_array<T>)
            return type.kind() == type_kind::vector && type.dimension() == std::tuple_size<T>::value;
        else
            return type.kind() == type_kind::vector;
    }
};

template <detail::map_like T>
struct codec<T> {
    using key = typename T::key_type;
    using mapped = typename T::mapped_type;

    static std::string name()
    {
        return detail::template_name(detail::parse_type_name(detail::function_signature<T>())) + "<" +
               detail::type_name<key>() + ", " + detail::type_name<mapped>() + ">";
    }

    static data_type natural_type()
        requires requires {
            codec<key>::natural_type();
            codec<mapped>::natural_type();
        }
    {
        return data_type::map_of(codec<key>::natural_type(), codec<mapped>::natural_type());
    }

    static bool reads(const data_type& type)
        requires readable<key> && readable<mapped>
    {
        return type.kind() == type_kind::map && codec<key>::reads(type.elements()[0]) &&
               codec<mapped>::reads(type.elements()[1]);
    }

    static bool binds(const data_type& type)
        requires bindable<key> && bindable<mapped>
    {
        return type.kind() == type_kind::map && codec<key>::binds(type.elements()[0]) &&
               codec<mapped>::binds(type.elements()[1]);
    }

    static T decode(const data_type& type, std::span<const std::byte> bytes)
        requires readable<key> && readable<mapped>
    {
        detail::collection_reader reader{type, bytes, 2};
        T out;
        if constexpr (requires { out.reserve(reader.count()); })
            out.reserve(reader.count());
        for (std::size_t i = 0; i < reader.count(); ++i) {
            key k = detail::decode_element<key>(reader.next(), type.elements()[0], type);
            out.emplace(
                std::move(k), detail::decode_element<mapped>(reader.next(), type.elements()[1], type)
            );
        }
        reader.finish();
        return out;
    }

    static void encode(const T& value, const data_type& type, value_sink& out)
        requires bindable<key> && bindable<mapped>
    {
        out.append_be(detail::element_count(value.size(), type));
        for (const auto& [k, v] : value) {
            detail::encode_element<key>(k, type.elements()[0], type, out);
            detail::encode_element<mapped>(v, type.elements()[1], type, out);
        }
    }
};

}  // namespace async_cassandra
