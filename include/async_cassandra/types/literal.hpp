// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/types/data_type.hpp>
#include <async_cassandra/types/values.hpp>

#include <string>
#include <string_view>

/// Values as text and back, by their CQL type, for tools. All are pure and may run in any thread.
///
/// They know every type; a value of a custom type is the hexadecimal blob of its bytes. `value` is the
/// encoded value, as `row::raw` gives it; without one it is null. Each writer throws query_error when the
/// bytes are no value of the type. What is made of other values (list, set, map, tuple, user-defined type,
/// vector) nests at most 32 deep.
namespace async_cassandra {

/// As CQL writes it: 42, 'it''s', 0xcafe, ['a', 'b'], {'k': 1}, (1, null), {street: 'X', zip: 1}, [1.0, 2.0],
/// '2023-11-14 22:13:20.123Z', '2024-02-29', '13:30:54.234567891', 1mo2d3ns, 1E+3, null. What CQL has no
/// literal for is written as its bytes, which the server reads too: blob_as_int(0x) is the empty value of an
/// int.
void append_cql_literal(
    std::string& out, const data_type& type, std::optional<std::span<const std::byte>> value
);
[[nodiscard]] std::string to_cql_literal(
    const data_type& type, std::optional<std::span<const std::byte>> value
);

/// The name of a keyspace, table, column, type or field as CQL statements write it: as it stands when it is
/// lower case and not reserved, else "Quoted".
void append_cql_name(std::string& out, std::string_view name);

/// `text` as a CQL string with its quotes: 'it''s'.
void append_cql_string(std::string& out, std::string_view text);

/// As the server's SELECT JSON writes it (Cassandra 5.0): numbers bare (NaN and the infinities as null),
/// dates, times and durations as strings, blobs as "0xcafe", uuid and inet as strings, lists, sets, tuples
/// and vectors as arrays, maps as objects whose keys are strings (of the key's JSON when that is no string),
/// user-defined types as objects with all their fields, empty values of numbers as "".
void append_json(std::string& out, const data_type& type, std::optional<std::span<const std::byte>> value);

/// `text` as a JSON string with its quotes.
void append_json_string(std::string& out, std::string_view text);

/// The name of a column or field as a JSON string, as SELECT JSON writes it: "name", but "\"Name\"" with
/// upper case in it.
void append_json_name(std::string& out, std::string_view name);

/// For people and CSV: as CQL, but text, inet, timestamps, dates and times by themselves are not quoted.
void append_plain_text(
    std::string& out, const data_type& type, std::optional<std::span<const std::byte>> value
);

/// Reads a CQL literal as a value of `type`, in every form that the server reads and in what the writers
/// above write. By itself text is taken as it stands, and inet, timestamp, date and time need no quotes;
/// inside other values they are quoted as in CQL. `null` is null (for text in lower case only), also as a
/// field of a tuple or user-defined type; fields that are left out are null.
///
/// Timestamps: milliseconds since 1970, or a date with optional time and zone (UTC without one). Dates: also
/// days as the wire counts them (2147483648 is 1970-01-01). Times: also nanoseconds since midnight.
/// Durations: 1y2mo3w4d5h6m7s8ms9us10ns, P1Y2M3DT4H5M6S, P3W, P0001-02-03T04:05:06, each with '-' in front.
///
/// Throws query_error that says at which character what was expected instead of what.
[[nodiscard]] raw_value encode_literal(std::string_view text, const data_type& type);

}  // namespace async_cassandra
