// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/types/data_type.hpp>
#include <async_cassandra/types/values.hpp>

#include <string>
#include <string_view>

/// Values as text and back, by their CQL type, for tools. All are pure and may run in any thread.
///
/// They know the types that <async_cassandra/types/codec.hpp> lists; a value of any other type (tuple,
/// user-defined, custom, …) is written as the hexadecimal blob of its bytes. `value` is the encoded value, as
/// `row::raw` gives it; without one it is null. Each writer throws query_error when the bytes are no value of
/// the type.
namespace async_cassandra {

/// As CQL writes it: 42, 'it''s', 0xcafe, ['a', 'b'], {'k': 1}, '2023-11-14 22:13:20.123Z', null.
void append_cql_literal(
    std::string& out, const data_type& type, std::optional<std::span<const std::byte>> value
);
[[nodiscard]] std::string to_cql_literal(
    const data_type& type, std::optional<std::span<const std::byte>> value
);

/// As the server's SELECT JSON writes it: numbers bare (NaN and the infinities as null), timestamps as
/// "2023-11-14 22:13:20.123Z", blobs as "0xcafe", uuid and inet as strings, lists and sets as arrays, maps as
/// objects whose keys are strings.
void append_json(std::string& out, const data_type& type, std::optional<std::span<const std::byte>> value);

/// `text` as a JSON string with its quotes.
void append_json_string(std::string& out, std::string_view text);

/// For people and CSV: as CQL, but text, inet and timestamps by themselves are not quoted.
void append_plain_text(
    std::string& out, const data_type& type, std::optional<std::span<const std::byte>> value
);

/// Reads a CQL literal as a value of `type`. By itself text is taken as it stands, and inet and timestamp
/// need no quotes; inside collections they are quoted as in CQL. `null` is null (for text in lower case
/// only). Timestamps: milliseconds since 1970, or a date with optional time and zone (UTC without one).
///
/// Throws query_error that says at which character what was expected instead of what; also for types that are
/// not in <async_cassandra/types/codec.hpp>.
[[nodiscard]] raw_value encode_literal(std::string_view text, const data_type& type);

}  // namespace async_cassandra
