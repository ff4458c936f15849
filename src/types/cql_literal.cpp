// SPDX-License-Identifier: Apache-2.0
#include <async_cassandra/types/literal.hpp>

#include "types/scalar_text.hpp"
#include "types/text_errors.hpp"

#include <chrono>

namespace async_cassandra {

namespace {

using types::text_shape;

void append_quoted(std::string& out, std::string_view text)
{
    out.push_back('\'');
    for (const char c : text) {
        if (c == '\'')
            out.push_back('\'');
        out.push_back(c);
    }
    out.push_back('\'');
}

void append_value(std::string& out, const data_type& type, detail::cell value);

void append_elements(std::string& out, const data_type& type, std::span<const std::byte> bytes)
{
    const bool map = type.kind() == type_kind::map;
    detail::collection_reader reader{type, bytes, map ? 2U : 1U};
    for (std::size_t i = 0; i < reader.count(); ++i) {
        if (i != 0)
            out += ", ";
        append_value(out, type.elements()[0], reader.next());
        if (!map)
            continue;
        out += ": ";
        append_value(out, type.elements()[1], reader.next());
    }
    reader.finish();
}

// The server reads no date before 0001-01-01, but the number of milliseconds.
bool is_before_year_one(const data_type& type, std::span<const std::byte> bytes)
{
    constexpr timestamp year_one{std::chrono::sys_days{std::chrono::year{1} / 1 / 1}};
    return type.kind() == type_kind::timestamp && codec<timestamp>::decode(type, bytes) < year_one;
}

void append_value(std::string& out, const data_type& type, detail::cell value)
{
    if (value.is_null()) {
        out += "null";
        return;
    }
    const text_shape shape = types::shape_of(type.kind());
    if (shape == text_shape::list || shape == text_shape::set || shape == text_shape::map) {
        out.push_back(shape == text_shape::list ? '[' : '{');
        append_elements(out, type, value.bytes());
        out.push_back(shape == text_shape::list ? ']' : '}');
    } else if (value.size == 0 && detail::empty_is_no_value(type.kind())) {
        out += "''";
    } else if (is_before_year_one(type, value.bytes())) {
        out += std::to_string(codec<timestamp>::decode(type, value.bytes()).time_since_epoch().count());
    } else if (shape == text_shape::text || shape == text_shape::quoted) {
        std::string text;
        types::append_scalar(text, type, value.bytes());
        append_quoted(out, text);
    } else {
        types::append_scalar(out, type, value.bytes());
    }
}

detail::cell cell_of(std::optional<std::span<const std::byte>> value) noexcept
{
    if (!value)
        return {};
    return {value->data(), static_cast<std::int32_t>(value->size())};
}

}  // namespace

void append_cql_literal(
    std::string& out, const data_type& type, std::optional<std::span<const std::byte>> value
)
{
    types::with_query_errors([&] { append_value(out, type, cell_of(value)); });
}

std::string to_cql_literal(const data_type& type, std::optional<std::span<const std::byte>> value)
{
    std::string out;
    append_cql_literal(out, type, value);
    return out;
}

void append_plain_text(
    std::string& out, const data_type& type, std::optional<std::span<const std::byte>> value
)
{
    const text_shape shape = types::shape_of(type.kind());
    if (!value || shape == text_shape::list || shape == text_shape::set || shape == text_shape::map)
        append_cql_literal(out, type, value);
    else if (!value->empty() || !detail::empty_is_no_value(type.kind()))
        types::with_query_errors([&] { types::append_scalar(out, type, *value); });
}

}  // namespace async_cassandra
