// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/detail/fields.hpp>
#include <async_cassandra/types/codec.hpp>

#include <boost/describe/members.hpp>
#include <boost/describe/modifiers.hpp>
#include <boost/mp11/algorithm.hpp>
#include <boost/mp11/list.hpp>
#include <boost/pfr/core.hpp>
#include <boost/pfr/tuple_size.hpp>

/// User-defined types as structs, for every struct that has no codec of its own:
/// - described with Boost.Describe: every public member (inherited ones too) takes the field of its name, in
///   any order;
/// - any other aggregate: members take the fields by position (Boost.PFR).
/// Fields and members must correspond one to one. A field that is null, or that the value ends before because
/// it was added to its type later, is read as std::optional. Wire form: native_protocol_v5.spec 6.20.
/// <async_cassandra/types/codec.hpp> includes this.
namespace async_cassandra {

namespace detail {

template <class T>
concept described_shape = std::is_class_v<T> && std::default_initializable<T> && requires {
    typename boost::describe::describe_members<T, boost::describe::mod_public>;
};

template <class T>
concept plain_shape =
    std::is_class_v<T> && std::is_aggregate_v<T> && !std::is_empty_v<T> && !described_shape<T> &&
    !iterable<T> && !contiguous_bytes<T> && !requires { std::tuple_size<T>::value; };

/// Whether T is read and bound member by member, not by a codec written for it.
template <class T>
concept by_members = requires { requires codec<T>::by_members; };

/// Where the field of this name stands; fields are mostly asked for in order, so `hint` is tried first. The
/// number of fields when there is none.
[[nodiscard]] std::size_t field_position(const data_type& type, const char* name, std::size_t hint) noexcept;

template <class T>
using described_members =
    boost::describe::describe_members<T, boost::describe::mod_public | boost::describe::mod_inherited>;

template <class T, class Descriptor>
using described_type = std::remove_cvref_t<decltype(std::declval<T&>().*Descriptor::pointer)>;

template <class T>
struct member_list;

/// The types of all members, as a tuple_codec over the struct knows them.
template <plain_shape T>
struct member_list<T> {
    static constexpr std::size_t size = boost::pfr::tuple_size_v<T>;
    template <template <class> class Trait>
    static constexpr bool all = []<std::size_t... I>(std::index_sequence<I...>) {
        return (Trait<boost::pfr::tuple_element_t<I, T>>::value && ...);
    }(std::make_index_sequence<size>{});
};

template <described_shape T>
struct member_list<T> {
    static constexpr std::size_t size = boost::mp11::mp_size<described_members<T>>::value;
    template <template <class> class Trait>
    static constexpr bool all = []<class... D>(boost::mp11::mp_list<D...>) {
        return (Trait<described_type<T, D>>::value && ...);
    }(boost::mp11::mp_rename<described_members<T>, boost::mp11::mp_list>{});
};

template <class T>
using is_readable = std::bool_constant<readable<T>>;
template <class T>
using is_bindable = std::bool_constant<bindable<T>>;

template <class T>
concept members_readable = member_list<T>::template all<is_readable>;
template <class T>
concept members_bindable = member_list<T>::template all<is_bindable>;

}  // namespace detail

/// By position.
template <detail::plain_shape T>
struct codec<T> {
    static constexpr bool by_members = true;

    static bool reads(const data_type& type)
        requires detail::members_readable<T>
    {
        return has_size(type) && [&]<std::size_t... I>(std::index_sequence<I...>) {
            return (codec<member<I>>::reads(type.elements()[I]) && ...);
        }(indexes{});
    }

    static bool binds(const data_type& type)
        requires detail::members_bindable<T>
    {
        return has_size(type) && [&]<std::size_t... I>(std::index_sequence<I...>) {
            return (codec<member<I>>::binds(type.elements()[I]) && ...);
        }(indexes{});
    }

    static T decode(const data_type& type, std::span<const std::byte> bytes)
        requires detail::members_readable<T>
    {
        detail::field_reader reader{type, bytes};
        T out = [&]<std::size_t... I>(std::index_sequence<I...>) {
            return T{detail::decode_field<member<I>>(reader.next(), type, I)...};
        }(indexes{});
        reader.finish();
        return out;
    }

    static void encode(const T& value, const data_type& type, value_sink& out)
        requires detail::members_bindable<T>
    {
        [&]<std::size_t... I>(std::index_sequence<I...>) {
            (detail::encode_field<member<I>>(boost::pfr::get<I>(value), type.elements()[I], out), ...);
        }(indexes{});
    }

private:
    template <std::size_t I>
    using member = boost::pfr::tuple_element_t<I, T>;
    using indexes = std::make_index_sequence<detail::member_list<T>::size>;

    static bool has_size(const data_type& type) noexcept
    {
        return type.kind() == type_kind::udt && type.elements().size() == detail::member_list<T>::size;
    }
};

/// By name.
template <detail::described_shape T>
struct codec<T> {
    static constexpr bool by_members = true;

    static bool reads(const data_type& type)
        requires detail::members_readable<T>
    {
        return fits(type, []<class M>(std::type_identity<M>, const data_type& field) {
            return codec<M>::reads(field);
        });
    }

    static bool binds(const data_type& type)
        requires detail::members_bindable<T>
    {
        return fits(type, []<class M>(std::type_identity<M>, const data_type& field) {
            return codec<M>::binds(field);
        });
    }

    static T decode(const data_type& type, std::span<const std::byte> bytes)
        requires detail::members_readable<T>
    {
        detail::field_reader reader{type, bytes};
        std::array<detail::cell, size> fields;
        for (detail::cell& field : fields)
            field = reader.next();
        reader.finish();
        T out{};
        std::size_t i = 0;
        boost::mp11::mp_for_each<members>([&](auto descriptor) {
            const std::size_t at = detail::field_position(type, descriptor.name, i++);
            out.*descriptor.pointer =
                detail::decode_field<member<decltype(descriptor)>>(fields[at], type, at);
        });
        return out;
    }

    static void encode(const T& value, const data_type& type, value_sink& out)
        requires detail::members_bindable<T>
    {
        // By the order of the fields, which need not be that of the members.
        std::array<encode_function, size> encoders{};
        std::size_t i = 0;
        boost::mp11::mp_for_each<members>([&](auto descriptor) {
            encoders[detail::field_position(type, descriptor.name, i++)] =
                [](const T& from, const data_type& field, value_sink& to) {
                    using type_of = member<decltype(descriptor)>;
                    detail::encode_field<type_of>(from.*decltype(descriptor)::pointer, field, to);
                };
        });
        for (std::size_t field = 0; field < size; ++field)
            encoders[field](value, type.elements()[field], out);
    }

private:
    using members = detail::described_members<T>;
    using encode_function = void (*)(const T&, const data_type&, value_sink&);
    template <class Descriptor>
    using member = detail::described_type<T, Descriptor>;
    static constexpr std::size_t size = detail::member_list<T>::size;

    static bool fits(const data_type& type, auto fits_member)
    {
        if (type.kind() != type_kind::udt || type.elements().size() != size)
            return false;
        bool all = true;
        std::size_t i = 0;
        boost::mp11::mp_for_each<members>([&](auto descriptor) {
            const std::size_t at = detail::field_position(type, descriptor.name, i++);
            all = all && at < size &&
                  fits_member(std::type_identity<member<decltype(descriptor)>>{}, type.elements()[at]);
        });
        return all;
    }
};

}  // namespace async_cassandra
