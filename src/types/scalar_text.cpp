// SPDX-License-Identifier: Apache-2.0
#include "types/scalar_text.hpp"

#include <async_cassandra/types/codec.hpp>

#include "base/hex.hpp"
#include "types/calendar.hpp"

#include <charconv>
#include <cmath>

namespace async_cassandra::types {

namespace {

/// The shortest text that reads back as the same value, and that reads as a floating-point number.
template <class Float>
void append_float(std::string& out, Float value)
{
    if (std::isnan(value)) {
        out += "NaN";
        return;
    }
    if (std::isinf(value)) {
        out += value < 0 ? "-Infinity" : "Infinity";
        return;
    }
    char text[32];
    const std::string_view digits{text, std::to_chars(text, text + sizeof text, value).ptr};
    out += digits;
    if (digits.find_first_of(".e") == std::string_view::npos)
        out += ".0";
}

}  // namespace

text_shape shape_of(type_kind kind) noexcept
{
    switch (kind) {
    case type_kind::tinyint:
    case type_kind::smallint:
    case type_kind::int_:
    case type_kind::bigint:
    case type_kind::counter:
    case type_kind::float_:
    case type_kind::double_:
    case type_kind::varint:
    case type_kind::decimal:
    case type_kind::boolean: return text_shape::number;
    case type_kind::inet:
    case type_kind::timestamp:
    case type_kind::date:
    case type_kind::time: return text_shape::quoted;
    case type_kind::ascii:
    case type_kind::text: return text_shape::text;
    default: return text_shape::word;
    }
}

void append_scalar(std::string& out, const data_type& type, std::span<const std::byte> bytes)
{
    switch (type.kind()) {
    case type_kind::tinyint:
    case type_kind::smallint:
    case type_kind::int_:
    case type_kind::bigint:
    case type_kind::counter: out += std::to_string(codec<std::int64_t>::decode(type, bytes)); break;
    case type_kind::float_: append_float(out, codec<float>::decode(type, bytes)); break;
    case type_kind::double_: append_float(out, codec<double>::decode(type, bytes)); break;
    case type_kind::boolean: out += codec<bool>::decode(type, bytes) ? "true" : "false"; break;
    case type_kind::inet: out += codec<inet>::decode(type, bytes).to_string(); break;
    case type_kind::timestamp:
        append_timestamp(out, codec<timestamp>::decode(type, bytes), year_style::astronomical);
        break;
    case type_kind::date: append_date(out, codec<date>::decode(type, bytes)); break;
    case type_kind::time: append_time(out, codec<time_of_day>::decode(type, bytes)); break;
    case type_kind::duration: out += codec<duration>::decode(type, bytes).to_string(); break;
    case type_kind::varint: out += codec<varint>::decode(type, bytes).to_string(); break;
    case type_kind::decimal: out += codec<decimal>::decode(type, bytes).to_string(); break;
    case type_kind::uuid:
    case type_kind::timeuuid: out += codec<uuid>::decode(type, bytes).to_string(); break;
    case type_kind::ascii:
    case type_kind::text: out += codec<std::string_view>::decode(type, bytes); break;
    default:
        if (is_lexical_uuid(type) && bytes.size() == 16)
            out += codec<uuid>::decode(type_kind::uuid, bytes).to_string();
        else
            base::append_blob(out, bytes);
        break;
    }
}

bool is_lexical_uuid(const data_type& type) noexcept
{
    return type.kind() == type_kind::custom && type.name().ends_with("LexicalUUIDType");
}

bool exceeds_double(const data_type& type, std::span<const std::byte> bytes)
{
    const std::string text = codec<decimal>::decode(type, bytes).to_string();
    double unused = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), unused);
    return error == std::errc::result_out_of_range;
}

bool is_not_finite(const data_type& type, std::span<const std::byte> bytes)
{
    return (type.kind() == type_kind::float_ || type.kind() == type_kind::double_) &&
           !std::isfinite(codec<double>::decode(type, bytes));
}

}  // namespace async_cassandra::types
