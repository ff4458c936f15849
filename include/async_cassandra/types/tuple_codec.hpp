// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/detail/fields.hpp>
#include <async_cassandra/types/codec.hpp>

#include <tuple>

/// The codecs of std::tuple and std::pair: read from and bound to the CQL type tuple of as many elements
/// (native_protocol_v5.spec 6.19). Null elements are read as std::optional. <async_cassandra/types/codec.hpp>
/// includes this.
namespace async_cassandra {

namespace detail {

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
