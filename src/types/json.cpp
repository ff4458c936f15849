// SPDX-License-Identifier: Apache-2.0
#include <async_cassandra/types/literal.hpp>

#include "base/hex.hpp"
#include "types/calendar.hpp"
#include "types/composite.hpp"
#include "types/identifier.hpp"
#include "types/java_number.hpp"
#include "types/scalar_text.hpp"
#include "types/text_errors.hpp"

#include <algorithm>
#include <charconv>
#include <limits>

namespace async_cassandra {

namespace {

using types::text_shape;

void append_value(std::string& out, const data_type& type, detail::cell value, int depth);

// The server names IPv6 addresses as Java does: eight groups, none left out, a mapped IPv4 address as itself.
void append_inet(std::string& out, const data_type& type, std::span<const std::byte> bytes)
{
    static constexpr std::array<std::uint8_t, 12> mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    const inet address = codec<inet>::decode(type, bytes);
    const auto raw = address.bytes();
    if (address.is_v4()) {
        out += address.to_string();
    } else if (std::ranges::equal(raw.first(mapped.size()), mapped)) {
        out += inet{std::array{raw[12], raw[13], raw[14], raw[15]}}.to_string();
    } else {
        for (std::size_t i = 0; i < raw.size(); i += 2) {
            if (i != 0)
                out.push_back(':');
            char text[4];
            const auto group = static_cast<unsigned>(raw[i] << 8 | raw[i + 1]);
            out.append(text, std::to_chars(text, text + sizeof text, group, 16).ptr);
        }
    }
}

// The server writes no part that is 0, not even the only one, and none that is the least of its integers, because
// that has no positive counterpart; a sign of it stays.
void append_duration(std::string& out, const duration& value)
{
    const auto written = [](auto part) {
        return part == std::numeric_limits<decltype(part)>::min() ? 0 : part;
    };
    const duration rest{
        written(value.months()),
        written(value.days()),
        std::chrono::nanoseconds{written(value.nanoseconds().count())}};
    out.push_back('"');
    if (rest != duration{})
        out += rest.to_string();
    else if (value.is_negative())
        out.push_back('-');
    out.push_back('"');
}

/// Lists, sets, tuples and vectors.
void append_array(std::string& out, const data_type& type, std::span<const std::byte> bytes, int depth)
{
    types::element_reader reader{type, bytes};
    out.push_back('[');
    for (std::size_t i = 0; i < reader.count(); ++i) {
        if (i != 0)
            out += ", ";
        append_value(out, reader.type_of(i), reader.next(), depth);
    }
    reader.finish();
    out.push_back(']');
}

/// A key is a string: what is not, becomes one with its JSON in it.
void append_map(std::string& out, const data_type& type, std::span<const std::byte> bytes, int depth)
{
    types::element_reader reader{type, bytes};
    out.push_back('{');
    for (std::size_t i = 0; i < reader.count(); i += 2) {
        if (i != 0)
            out += ", ";
        std::string key;
        append_value(key, reader.type_of(i), reader.next(), depth);
        if (key.starts_with('"'))
            out += key;
        else
            append_json_string(out, key);
        out += ": ";
        append_value(out, reader.type_of(i + 1), reader.next(), depth);
    }
    reader.finish();
    out.push_back('}');
}

void append_fields(std::string& out, const data_type& type, std::span<const std::byte> bytes, int depth)
{
    types::element_reader reader{type, bytes};
    out.push_back('{');
    for (std::size_t i = 0; i < reader.count(); ++i) {
        if (i != 0)
            out += ", ";
        append_json_name(out, type.field_names()[i]);
        out += ": ";
        append_value(out, reader.type_of(i), reader.next(), depth);
    }
    reader.finish();
    out.push_back('}');
}

void append_scalar(std::string& out, const data_type& type, std::span<const std::byte> bytes)
{
    const text_shape shape = types::shape_of(type.kind());
    if (bytes.empty() && detail::empty_is_no_value(type.kind())) {
        out += "\"\"";
    } else if (type.kind() == type_kind::inet) {
        out.push_back('"');
        append_inet(out, type, bytes);
        out.push_back('"');
    } else if (type.kind() == type_kind::timestamp) {
        out.push_back('"');
        types::append_timestamp(out, codec<timestamp>::decode(type, bytes), types::year_style::of_era);
        out.push_back('"');
    } else if (type.kind() == type_kind::float_ && !types::is_not_finite(type, bytes)) {
        types::append_java_number(out, codec<float>::decode(type, bytes));
    } else if (type.kind() == type_kind::double_ && !types::is_not_finite(type, bytes)) {
        types::append_java_number(out, codec<double>::decode(type, bytes));
    } else if (type.kind() == type_kind::duration) {
        append_duration(out, codec<duration>::decode(type, bytes));
    } else if (shape == text_shape::text) {
        append_json_string(out, codec<std::string_view>::decode(type, bytes));
    } else if (shape != text_shape::number) {
        out.push_back('"');
        types::append_scalar(out, type, bytes);
        out.push_back('"');
    } else if (types::is_not_finite(type, bytes)) {
        out += "null";
    } else {
        types::append_scalar(out, type, bytes);
    }
}

void append_value(std::string& out, const data_type& type, detail::cell value, int depth)
{
    if (value.is_null()) {
        out += "null";
        return;
    }
    if (!types::is_composite(type.kind()))
        return append_scalar(out, type, value.bytes());
    types::check_depth(type, ++depth);
    switch (type.kind()) {
    case type_kind::map: return append_map(out, type, value.bytes(), depth);
    case type_kind::udt: return append_fields(out, type, value.bytes(), depth);
    default: return append_array(out, type, value.bytes(), depth);
    }
}

}  // namespace

void append_json(std::string& out, const data_type& type, std::optional<std::span<const std::byte>> value)
{
    types::with_query_errors([&] {
        append_value(
            out,
            type,
            value ? detail::cell{value->data(), static_cast<std::int32_t>(value->size())} : detail::cell{},
            0
        );
    });
}

void append_json_name(std::string& out, std::string_view name)
{
    append_json_string(out, types::has_upper_case(name) ? '"' + std::string{name} + '"' : std::string{name});
}

void append_json_string(std::string& out, std::string_view text)
{
    out.push_back('"');
    for (const char c : text) {
        switch (c) {
        case '"': out += "\\\""; break;
        case '\\': out += "\\\\"; break;
        case '\b': out += "\\b"; break;
        case '\f': out += "\\f"; break;
        case '\n': out += "\\n"; break;
        case '\r': out += "\\r"; break;
        case '\t': out += "\\t"; break;
        default:
            if (static_cast<unsigned char>(c) < 0x20) {
                out += "\\u00";
                base::append_hex(out, static_cast<std::uint8_t>(c));
            } else {
                out.push_back(c);
            }
        }
    }
    out.push_back('"');
}

}  // namespace async_cassandra
