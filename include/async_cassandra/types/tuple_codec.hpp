// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/types/collection_codec.hpp>

#include <tuple>

/// The codecs of std::tuple and std::pair: read from and bound to the CQL type tuple of as many elements
/// (native_protocol_v5.spec 6.19). Null elements are read as std::optional. <async_cassandra/types/codec.hpp> includes
/// this.
namespace async_cassandra {

namespace detail {

/// Walks the fields of an encoded tuple or user-defined type. Every length is checked against the bytes that are there.
class field_reader {
public:
    field_reader(const data_type& type, std::span<const std::byte> bytes) noexcept
        : type_(&type), rest_(bytes)
    {}

    /// The next field; null when the value ends before it, as it does for a field that was added to its type later.
    /// Throws value_error when it does not end within the value.
    [[nodiscard]] cell next();

    /// Throws value_error unless everything was read.
    void finish() const;

private:
    const data_type* type_;
    std::span<const std::byte> rest_;
};

template <class T>
[[nodiscard]] T decode_field(cell c, const data_type& type, std::size_t index)
{
    if (c.is_null()) {
        if constexpr (requires { codec<T>::decode_null(); })
            return codec<T>::decode_null();
        else
            throw_null_field(type, index, &type_name<T>);
    }
    return codec<T>::decode(type.elements()[index], c.bytes());
}

template <class T>
void encode_field(const T& value, const data_type& field, value_sink& out)
{
    if constexpr (requires { codec<T>::is_null(value); })
        if (codec<T>::is_null(value))
            return out.append_be(std::int32_t{-1});
    const std::size_t mark = out.begin_value();
    codec<T>::encode(value, field, out);
    out.end_value(mark);
}

template <class Tuple, class... T>
struct tuple_codec {
    static data_type natural_type()
        requires(requires { codec<T>::natural_type(); } && ...)
    {
        return data_type::tuple_of({codec<T>::natural_type()...});
    }

    static bool reads(const data_type& type)
        requires(readable<T> && ...)
    {
        return has_size(type) && [&]<std::size_t... I>(std::index_sequence<I...>) {
            return (codec<T>::reads(type.elements()[I]) && ...);
        }(std::index_sequence_for<T...>{});
    }

    static bool binds(const data_type& type)
        requires(bindable<T> && ...)
    {
        return has_size(type) && [&]<std::size_t... I>(std::index_sequence<I...>) {
            return (codec<T>::binds(type.elements()[I]) && ...);
        }(std::index_sequence_for<T...>{});
    }

    static Tuple decode(const data_type& type, std::span<const std::byte> bytes)
        requires(readable<T> && ...)
    {
        field_reader reader{type, bytes};
        // Braces, because they order the evaluation from left to right.
        Tuple out = [&]<std::size_t... I>(std::index_sequence<I...>) {
            return Tuple{decode_field<T>(reader.next(), type, I)...};
        }(std::index_sequence_for<T...>{});
        reader.finish();
        return out;
    }

    static void encode(const Tuple& value, const data_type& type, value_sink& out)
        requires(bindable<T> && ...)
    {
        [&]<std::size_t... I>(std::index_sequence<I...>) {
            (encode_field<T>(std::get<I>(value), type.elements()[I], out), ...);
        }(std::index_sequence_for<T...>{});
    }

protected:
    static std::string list_of_names()
    {
        std::string list;
        ((list += (list.empty() ? "" : ", ") + type_name<T>()), ...);
        return list;
    }

private:
    static bool has_size(const data_type& type) noexcept
    {
        return type.kind() == type_kind::tuple && type.elements().size() == sizeof...(T);
    }
};

}  // namespace detail

template <class... T>
    requires(sizeof...(T) > 0)
struct codec<std::tuple<T...>> : detail::tuple_codec<std::tuple<T...>, T...> {
    static std::string name() { return "std::tuple<" + codec::list_of_names() + ">"; }
};

template <class First, class Second>
struct codec<std::pair<First, Second>> : detail::tuple_codec<std::pair<First, Second>, First, Second> {
    static std::string name() { return "std::pair<" + codec::list_of_names() + ">"; }
};

}  // namespace async_cassandra
