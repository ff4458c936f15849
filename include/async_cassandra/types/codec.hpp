// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/detail/big_endian.hpp>
#include <async_cassandra/detail/shapes.hpp>
#include <async_cassandra/detail/type_errors.hpp>
#include <async_cassandra/detail/type_name.hpp>
#include <async_cassandra/types/data_type.hpp>
#include <async_cassandra/types/decimal.hpp>
#include <async_cassandra/types/duration.hpp>
#include <async_cassandra/types/inet.hpp>
#include <async_cassandra/types/uuid.hpp>
#include <async_cassandra/types/value_error.hpp>
#include <async_cassandra/types/value_sink.hpp>
#include <async_cassandra/types/values.hpp>
#include <async_cassandra/types/varint.hpp>

#include <concepts>
#include <limits>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace async_cassandra {

/// How a C++ type is read from and bound to CQL types: the customisation point. Specialise it for a type of
/// your own before its first use:
///
///     template <> struct async_cassandra::codec<money> {
///         // reading: which CQL types, and how. `bytes` lives as long as the page.
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
///         static data_type natural_type() { return type_kind::bigint; }  // where no column type is known
///         static money decode_null();                                       // null otherwise is an error
///         static bool is_null(const money&);                                // binds null
///         static constexpr std::size_t fixed_size = 8;                   // usual size: faster rows
///     };
///
/// Either half may be left out. `decode` and `encode` report a value they cannot convert by throwing, best
/// `value_error`; it reaches the caller as `query_error` that names the column, with any other exception as
/// cause.
///
/// Built in (CQL types it reads | binds, where that is more):
/// - std::int8_t … std::int64_t: integers not wider than itself, counter | every integer type the value fits,
///   varint
/// - unsigned integers: — | every integer type the value fits, varint
/// - varint: varint and every integer type | the same, where the value fits · decimal: decimal
/// - bool: boolean · float: float | float, double · double: float, double (to float only when exact)
/// - std::string, std::string_view (const char* and literals: bind only): ascii, text
/// - blob = std::vector<std::byte>, blob_view = std::span<const std::byte>: blob, custom | any contiguous
///   range of std::byte
/// - uuid: uuid, timeuuid · inet: inet
/// - timestamp = sys_time<milliseconds>: timestamp | sys_time of coarser units
/// - date = std::chrono::sys_days: date | date, timestamp · std::chrono::year_month_day: date
/// - time_of_day = std::chrono::nanoseconds: time | any std::chrono::duration of nanoseconds or coarser units
/// - duration: duration
/// - containers (list, set, map, vector): see types/collection_codec.hpp · vector_view<T>: vector, in place
/// - std::tuple, std::pair: tuple · structs: user-defined types, see types/udt_codec.hpp
/// - std::optional<T>: as T, and null
/// - null, unset, raw_value: — | every type
template <class T>
struct codec;

/// T can be read from a column.
template <class T>
concept readable = requires(const data_type& type, std::span<const std::byte> bytes) {
    requires std::convertible_to<decltype(codec<T>::reads(type)), bool>;
    requires std::convertible_to<decltype(codec<T>::decode(type, bytes)), T>;
};

/// T can be bound to a marker.
template <class T>
concept bindable = requires(const T& value, const data_type& type, value_sink& out) {
    requires std::convertible_to<decltype(codec<T>::binds(type)), bool>;
    codec<T>::encode(value, type, out);
};

}  // namespace async_cassandra

#include <async_cassandra/types/collection_codec.hpp>
#include <async_cassandra/types/number_codec.hpp>
#include <async_cassandra/types/scalar_codec.hpp>
#include <async_cassandra/types/time_codec.hpp>
#include <async_cassandra/types/tuple_codec.hpp>
#include <async_cassandra/types/udt_codec.hpp>
#include <async_cassandra/types/vector_codec.hpp>
