// SPDX-License-Identifier: Apache-2.0
#include <async_cassandra/types/literal.hpp>

#include "base/hex.hpp"
#include "types/composite.hpp"
#include "types/identifier.hpp"
#include "types/scalar_text.hpp"
#include "types/text_errors.hpp"

#include <chrono>
#include <limits>

namespace async_cassandra {

namespace {

using types::text_shape;

void append_value(std::string& out, const data_type& type, detail::cell value, int depth);

char opening(type_kind kind) noexcept
{
    return kind == type_kind::tuple ? '(' : kind == type_kind::list || kind == type_kind::vector ? '[' : '{';
}

char closing(char open) noexcept
{
    return open == '(' ? ')' : open == '[' ? ']' : '}';
}

void append_composite(std::string& out, const data_type& type, std::span<const std::byte> bytes, int depth)
{
    types::check_depth(type, depth);
    types::element_reader reader{type, bytes};
    const char open = opening(type.kind());
    out.push_back(open);
    for (std::size_t i = 0; i < reader.count(); ++i) {
        if (i != 0)
            out += type.kind() == type_kind::map && i % 2 == 1 ? ": " : ", ";
        if (type.kind() == type_kind::udt) {
            types::append_identifier(out, type.field_names()[i]);
            out += ": ";
        }
        append_value(out, reader.type_of(i), reader.next(), depth);
    }
    reader.finish();
    out.push_back(closing(open));
}

/// Whether the server reads no literal as this value, so that only its bytes will do: the empty value of a
/// number, a decimal beyond the doubles, a duration with the least of its integers.
bool has_no_literal(const data_type& type, std::span<const std::byte> bytes)
{
    if (bytes.empty())
        return detail::empty_is_no_value(type.kind());
    if (type.kind() == type_kind::duration) {
        const auto value = codec<duration>::decode(type, bytes);
        return value.months() == std::numeric_limits<std::int32_t>::min() ||
               value.days() == std::numeric_limits<std::int32_t>::min() ||
               value.nanoseconds() == std::chrono::nanoseconds::min();
    }
    if (type.kind() == type_kind::decimal)
        return codec<decimal>::decode(type, bytes).scale() < 0 && types::exceeds_double(type, bytes);
    return false;
}

void append_conversion(std::string& out, const data_type& type, std::span<const std::byte> bytes)
{
    out += "blob_as_" + type.to_string() + "(";
    base::append_blob(out, bytes);
    out.push_back(')');
}

// The server reads no date before 0001-01-01, but the number of milliseconds.
bool is_before_year_one(const data_type& type, std::span<const std::byte> bytes)
{
    constexpr timestamp year_one{std::chrono::sys_days{std::chrono::year{1} / 1 / 1}};
    return type.kind() == type_kind::timestamp && codec<timestamp>::decode(type, bytes) < year_one;
}

void append_value(std::string& out, const data_type& type, detail::cell value, int depth)
{
    if (value.is_null()) {
        out += "null";
        return;
    }
    if (types::is_composite(type.kind()))
        return append_composite(out, type, value.bytes(), depth + 1);
    const text_shape shape = types::shape_of(type.kind());
    if (has_no_literal(type, value.bytes())) {
        append_conversion(out, type, value.bytes());
    } else if (is_before_year_one(type, value.bytes())) {
        out += std::to_string(codec<timestamp>::decode(type, value.bytes()).time_since_epoch().count());
    } else if (shape == text_shape::text || shape == text_shape::quoted) {
        std::string text;
        types::append_scalar(text, type, value.bytes());
        append_cql_string(out, text);
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

void append_cql_name(std::string& out, std::string_view name)
{
    types::append_identifier(out, name);
}

void append_cql_string(std::string& out, std::string_view text)
{
    out.push_back('\'');
    for (const char c : text) {
        if (c == '\'')
            out.push_back('\'');
        out.push_back(c);
    }
    out.push_back('\'');
}

void append_cql_literal(
    std::string& out, const data_type& type, std::optional<std::span<const std::byte>> value
)
{
    types::with_query_errors([&] { append_value(out, type, cell_of(value), 0); });
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
    if (!value || types::is_composite(type.kind()))
        append_cql_literal(out, type, value);
    else if (!value->empty() || !detail::empty_is_no_value(type.kind()))
        types::with_query_errors([&] { types::append_scalar(out, type, *value); });
}

}  // namespace async_cassandra
