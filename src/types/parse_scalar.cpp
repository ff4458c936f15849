// SPDX-License-Identifier: Apache-2.0
#include "types/parse_scalar.hpp"

#include <async_cassandra/types/codec.hpp>

#include "base/hex.hpp"
#include "types/calendar.hpp"
#include "types/scalar_text.hpp"

#include <algorithm>
#include <charconv>

namespace async_cassandra::types {

namespace {

/// One word of a literal that has to be a value of one type.
class scalar_parser {
public:
    scalar_parser(
        const literal_cursor& in, const literal_word& word, const data_type& type, value_sink& out
    ) noexcept
        : in_(in), word_(word), type_(type), out_(out)
    {}

    void parse()
    {
        if (!word_.quoted && parse_conversion())
            return;
        switch (type_.kind()) {
        case type_kind::tinyint:
        case type_kind::smallint:
        case type_kind::int_:
        case type_kind::bigint:
        case type_kind::counter: return put(integer());
        case type_kind::varint: return put(required(varint::parse(word_.text)));
        case type_kind::decimal: return put(required(decimal::parse(word_.text)));
        case type_kind::float_: return put(number<float>());
        case type_kind::double_: return put(number<double>());
        case type_kind::boolean: return put(truth());
        case type_kind::uuid:
        case type_kind::timeuuid: return put(required(uuid::parse(word_.text)));
        case type_kind::inet: return put(required(inet::parse(word_.text)));
        case type_kind::timestamp: return put(moment());
        case type_kind::date: return put(required(parse_date(word_.text)));
        case type_kind::time: return put(required(parse_time(word_.text)));
        case type_kind::duration: return put(required(async_cassandra::duration::parse(word_.text)));
        case type_kind::ascii:
        case type_kind::text: return put(word_.text);
        default: return parse_custom();
        }
    }

private:
    [[noreturn]] void fail(const std::string& expected) const { in_.fail_at(word_.at, expected); }

    template <class T>
    void put(const T& value)
    {
        const std::size_t size = out_.size();
        try {
            codec<T>::encode(value, type_, out_);
        } catch (const value_error& e) {
            out_.truncate(size);
            fail(std::string{"another value ("} + e.what() + ")");
        }
    }

    template <class T>
    T required(std::optional<T> value) const
    {
        if (!value)
            fail(expected_form(type_));
        return *std::move(value);
    }

    void parse_custom()
    {
        const std::optional<uuid> id = is_lexical_uuid(type_) ? uuid::parse(word_.text) : std::nullopt;
        if (id)
            codec<uuid>::encode(*id, type_kind::uuid, out_);
        else
            put_bytes(word_.text, word_.at);
    }

    std::int64_t integer() const
    {
        std::int64_t value = 0;
        const char* last = word_.text.data() + word_.text.size();
        const auto [end, error] = std::from_chars(word_.text.data(), last, value);
        if (error == std::errc::result_out_of_range)
            fail("an integer of at most 64 bits");
        if (error != std::errc{} || end != last)
            fail(expected_form(type_));
        return value;
    }

    template <class Float>
    Float number() const
    {
        if (equals_ignoring_case(word_.text, "nan"))
            return std::numeric_limits<Float>::quiet_NaN();
        if (equals_ignoring_case(word_.text, "infinity"))
            return std::numeric_limits<Float>::infinity();
        if (equals_ignoring_case(word_.text, "-infinity"))
            return -std::numeric_limits<Float>::infinity();
        Float value = 0;
        const char* last = word_.text.data() + word_.text.size();
        const auto [end, error] = std::from_chars(word_.text.data(), last, value);
        const bool digits = word_.text.find_first_of("0123456789") != std::string_view::npos;
        if (error == std::errc::result_out_of_range)
            fail("a number in the range of " + type_.to_string());
        if (error != std::errc{} || end != last || !digits)
            fail(expected_form(type_));
        return value;
    }

    bool truth() const
    {
        if (equals_ignoring_case(word_.text, "true"))
            return true;
        if (!equals_ignoring_case(word_.text, "false"))
            fail(expected_form(type_));
        return false;
    }

    timestamp moment() const
    {
        const std::string_view digits = word_.text.starts_with('-') ? word_.text.substr(1) : word_.text;
        if (!digits.empty() && digits.find_first_not_of("0123456789") == std::string_view::npos)
            return timestamp{std::chrono::milliseconds{integer()}};
        return required(parse_timestamp(word_.text));
    }

    /// "blob_as_int(0x…)", in 4.x "blobAsInt(0x…)": the bytes themselves, which is how the server takes values
    /// that have no literal of their own.
    bool parse_conversion()
    {
        const std::size_t open = word_.text.find('(');
        if (open == std::string_view::npos || !word_.text.ends_with(')') ||
            !equals_ignoring_case(word_.text.substr(0, std::min<std::size_t>(open, 4)), "blob"))
            return false;
        std::string name;
        std::ranges::remove_copy(word_.text.substr(0, open), std::back_inserter(name), '_');
        if (!equals_ignoring_case(name, "blobas" + type_.to_string()))
            fail("blob_as_" + type_.to_string() + "(0x…) or " + expected_form(type_));
        const std::size_t begin = out_.size();
        put_bytes(word_.text.substr(open + 1, word_.text.size() - open - 2), word_.at + open + 1);
        const auto bytes = out_.bytes().subspan(begin);
        if (bytes.empty() && detail::empty_is_no_value(type_.kind()))
            return true;
        try {
            std::string unused;
            append_scalar(unused, type_, bytes);
        } catch (const value_error& e) {
            fail(std::string{"other bytes ("} + e.what() + ")");
        }
        return true;
    }

    void put_bytes(std::string_view text, std::size_t at)
    {
        if (!text.starts_with("0x") && !text.starts_with("0X"))
            in_.fail_at(at, expected_form(type_kind::blob));
        if (text.size() % 2 != 0)
            in_.fail_at(at, "an even number of hexadecimal digits");
        for (std::size_t i = 2; i < text.size(); i += 2) {
            const int high = base::hex_value(text[i]);
            const int low = base::hex_value(text[i + 1]);
            if (high < 0 || low < 0)
                in_.fail_at(at + i, "hexadecimal digits");
            out_.append_be(static_cast<std::uint8_t>(high * 16 + low));
        }
    }

    const literal_cursor& in_;
    const literal_word& word_;
    const data_type& type_;
    value_sink& out_;
};

}  // namespace

std::string expected_form(const data_type& type)
{
    switch (type.kind()) {
    case type_kind::tinyint:
    case type_kind::smallint:
    case type_kind::int_:
    case type_kind::bigint:
    case type_kind::counter:
    case type_kind::varint: return "an integer";
    case type_kind::decimal: return "a decimal number like 12.50 or 1E+3";
    case type_kind::float_:
    case type_kind::double_: return "a number, NaN, Infinity or -Infinity";
    case type_kind::boolean: return "true or false";
    case type_kind::uuid:
    case type_kind::timeuuid: return "a UUID like 5b9a8a20-7c1e-11ee-b962-0242ac120002";
    case type_kind::timestamp: return "a timestamp like 2023-11-14T22:13:20.123Z or milliseconds since 1970";
    case type_kind::date: return "a date like 2024-02-29, from -5877641-06-23 to +5881580-07-11";
    case type_kind::time: return "a time of day like 13:30:54.234567891";
    case type_kind::duration: return "a duration like 1y2mo3d4h5m6s7ms8us9ns or P1Y2M3DT4H5M6S";
    case type_kind::inet: return "an IP address";
    case type_kind::ascii:
    case type_kind::text: return "text in single quotes";
    case type_kind::list: return "a list like [1, 2]";
    case type_kind::vector: return "a vector like [1.0, 2.0]";
    case type_kind::set: return "a set like {1, 2}";
    case type_kind::map: return "a map like {'k': 1}";
    case type_kind::tuple: return "a tuple like (1, 'a')";
    case type_kind::udt: return "a user-defined value like {street: 'X', zip: 1}";
    default: return "a blob like 0xcafe";
    }
}

void parse_scalar(const literal_cursor& in, const literal_word& word, const data_type& type, value_sink& out)
{
    scalar_parser{in, word, type, out}.parse();
}

}  // namespace async_cassandra::types
