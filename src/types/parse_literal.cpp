// SPDX-License-Identifier: Apache-2.0
#include <async_cassandra/types/literal.hpp>

#include "types/calendar.hpp"
#include "types/hex.hpp"
#include "types/text_errors.hpp"

#include <algorithm>
#include <charconv>

namespace async_cassandra {

namespace {

constexpr bool is_space(char c) noexcept
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

bool equals_ignoring_case(std::string_view a, std::string_view lower) noexcept
{
    return std::ranges::equal(a, lower, [](char x, char y) {
        return (x >= 'A' && x <= 'Z' ? x + 32 : x) == y;
    });
}

constexpr bool is_collection(type_kind kind) noexcept
{
    return kind == type_kind::list || kind == type_kind::set || kind == type_kind::map;
}

/// What a literal of the type looks like, for "expected …".
std::string describe(const data_type& type)
{
    switch (type.kind()) {
    case type_kind::tinyint:
    case type_kind::smallint:
    case type_kind::int_:
    case type_kind::bigint:
    case type_kind::counter: return "an integer";
    case type_kind::float_:
    case type_kind::double_: return "a number, NaN, Infinity or -Infinity";
    case type_kind::boolean: return "true or false";
    case type_kind::uuid:
    case type_kind::timeuuid: return "a UUID like 5b9a8a20-7c1e-11ee-b962-0242ac120002";
    case type_kind::timestamp: return "a timestamp like 2023-11-14T22:13:20.123Z or milliseconds since 1970";
    case type_kind::inet: return "an IP address";
    case type_kind::blob: return "a blob like 0xcafe";
    case type_kind::ascii:
    case type_kind::text: return "text in single quotes";
    case type_kind::list: return "a list like [1, 2]";
    case type_kind::set: return "a set like {1, 2}";
    default: return "a map like {'k': 1}";
    }
}

class literal_parser {
public:
    literal_parser(std::string_view text, value_sink& out) noexcept : text_(text), out_(out) {}

    void parse_whole(const data_type& type)
    {
        skip_space();
        if (is_collection(type.kind())) {
            parse_collection(type);
        } else {
            const std::string_view word = trimmed_rest();
            parse_scalar(type, word.starts_with('\'') ? take_quoted(type) : take(word));
        }
        skip_space();
        if (at_ != text_.size())
            fail("the end of " + type.to_string());
    }

private:
    [[noreturn]] void fail(const std::string& expected) const { fail_at(at_, expected); }

    [[noreturn]] void fail_at(std::size_t position, const std::string& expected) const
    {
        const std::string_view rest = text_.substr(std::min(position, text_.size()));
        const std::string found = rest.empty() ? "the end" : "'" + std::string{rest.substr(0, 20)} + "'";
        throw value_error{
            "literal " + std::string{text_} + ", character " + std::to_string(position + 1) + ": expected " +
            expected + ", found " + found};
    }

    [[nodiscard]] char peek() const noexcept { return at_ < text_.size() ? text_[at_] : '\0'; }

    void skip_space() noexcept
    {
        while (at_ < text_.size() && is_space(text_[at_]))
            ++at_;
    }

    [[nodiscard]] std::string_view trimmed_rest() const noexcept
    {
        std::string_view rest = text_.substr(at_);
        while (!rest.empty() && is_space(rest.back()))
            rest.remove_suffix(1);
        return rest;
    }

    std::string_view take(std::string_view word) noexcept
    {
        value_at_ = at_;
        at_ += word.size();
        return word;
    }

    /// A bare word inside a collection: up to what can follow an element. UUIDs and numbers have no colon.
    std::string_view take_word() noexcept
    {
        std::size_t end = at_;
        while (end < text_.size() && !is_space(text_[end]) &&
               std::string_view{",]}:"}.find(text_[end]) == std::string_view::npos)
            ++end;
        return take(text_.substr(at_, end - at_));
    }

    /// 'it''s' without its quotes.
    std::string_view take_quoted(const data_type& type)
    {
        value_at_ = at_;
        if (peek() != '\'')
            fail(describe(type));
        unquoted_.clear();
        for (++at_; at_ < text_.size(); ++at_) {
            if (text_[at_] == '\'') {
                if (at_ + 1 == text_.size() || text_[at_ + 1] != '\'')
                    break;
                ++at_;
            }
            unquoted_.push_back(text_[at_]);
        }
        if (at_ == text_.size())
            fail("a closing quote");
        ++at_;
        return unquoted_;
    }

    void parse_element(const data_type& type)
    {
        skip_space();
        const std::size_t mark = out_.begin_value();
        if (is_collection(type.kind())) {
            parse_collection(type);
        } else if (detail::is_text(type.kind()) || peek() == '\'') {
            parse_scalar(type, take_quoted(type));
        } else {
            const std::string_view word = take_word();
            if (equals_ignoring_case(word, "null"))
                fail_at(value_at_, describe(type) + " (the server refuses null in collections)");
            parse_scalar(type, word);
        }
        out_.end_value(mark);
        skip_space();
    }

    void parse_collection(const data_type& type)
    {
        const bool map = type.kind() == type_kind::map;
        const char open = type.kind() == type_kind::list ? '[' : '{';
        const char close = type.kind() == type_kind::list ? ']' : '}';
        if (peek() != open)
            fail(describe(type));
        ++at_;
        const std::size_t count_at = out_.size();
        out_.append_be<std::int32_t>(0);
        std::int32_t count = 0;
        skip_space();
        while (peek() != close) {
            if (count != 0) {
                if (peek() != ',')
                    fail(std::string{"',' or '"} + close + "' in " + type.to_string());
                ++at_;
            }
            parse_element(type.elements()[0]);
            if (map) {
                if (peek() != ':')
                    fail("':' in " + type.to_string());
                ++at_;
                parse_element(type.elements()[1]);
            }
            ++count;
        }
        ++at_;
        out_.overwrite_be(count_at, count);
    }

    void parse_scalar(const data_type& type, std::string_view word)
    {
        switch (type.kind()) {
        case type_kind::tinyint:
        case type_kind::smallint:
        case type_kind::int_:
        case type_kind::bigint:
        case type_kind::counter: return put(type, integer(type, word));
        case type_kind::float_: return put(type, number<float>(type, word));
        case type_kind::double_: return put(type, number<double>(type, word));
        case type_kind::boolean:
            if (equals_ignoring_case(word, "true"))
                return put(type, true);
            if (equals_ignoring_case(word, "false"))
                return put(type, false);
            fail_at(value_at_, describe(type));
        case type_kind::uuid:
        case type_kind::timeuuid: return put(type, required(uuid::parse(word), type));
        case type_kind::inet: return put(type, required(inet::parse(word), type));
        case type_kind::timestamp: return put(type, moment(type, word));
        case type_kind::blob: return put_blob(type, word);
        default: return put(type, word);  // Text: has_literals() let nothing else through.
        }
    }

    template <class T>
    void put(const data_type& type, const T& value)
    {
        try {
            codec<T>::encode(value, type, out_);
        } catch (const value_error& e) {
            fail_at(value_at_, std::string{"another value ("} + e.what() + ")");
        }
    }

    template <class T>
    T required(const std::optional<T>& value, const data_type& type) const
    {
        if (!value)
            fail_at(value_at_, describe(type));
        return *value;
    }

    std::int64_t integer(const data_type& type, std::string_view word) const
    {
        std::int64_t value = 0;
        const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
        if (error == std::errc::result_out_of_range)
            fail_at(value_at_, "an integer of at most 64 bits");
        if (error != std::errc{} || end != word.data() + word.size())
            fail_at(value_at_, describe(type));
        return value;
    }

    template <class Float>
    Float number(const data_type& type, std::string_view word) const
    {
        if (equals_ignoring_case(word, "nan"))
            return std::numeric_limits<Float>::quiet_NaN();
        if (equals_ignoring_case(word, "infinity"))
            return std::numeric_limits<Float>::infinity();
        if (equals_ignoring_case(word, "-infinity"))
            return -std::numeric_limits<Float>::infinity();
        Float value = 0;
        const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
        const bool digits = word.find_first_of("0123456789") != std::string_view::npos;
        if (error == std::errc::result_out_of_range)
            fail_at(value_at_, "a number in the range of " + type.to_string());
        if (error != std::errc{} || end != word.data() + word.size() || !digits)
            fail_at(value_at_, describe(type));
        return value;
    }

    timestamp moment(const data_type& type, std::string_view word) const
    {
        const std::string_view digits = word.starts_with('-') ? word.substr(1) : word;
        if (!digits.empty() && digits.find_first_not_of("0123456789") == std::string_view::npos)
            return timestamp{std::chrono::milliseconds{integer(type, word)}};
        return required(types::parse_timestamp(word), type);
    }

    void put_blob(const data_type& type, std::string_view word)
    {
        if (!word.starts_with("0x") && !word.starts_with("0X"))
            fail_at(value_at_, describe(type));
        if (word.size() % 2 != 0)
            fail_at(value_at_, "an even number of hexadecimal digits");
        for (std::size_t i = 2; i < word.size(); i += 2) {
            const int high = types::hex_value(word[i]);
            const int low = types::hex_value(word[i + 1]);
            if (high < 0 || low < 0)
                fail_at(value_at_ + i, "hexadecimal digits");
            out_.append_be(static_cast<std::uint8_t>(high * 16 + low));
        }
    }

    std::string_view text_;
    value_sink& out_;
    std::size_t at_ = 0;
    std::size_t value_at_ = 0;  // Where the scalar being parsed begins.
    std::string unquoted_;
};

bool has_literals(const data_type& type) noexcept
{
    switch (type.kind()) {
    case type_kind::list:
    case type_kind::set:
    case type_kind::map: return std::ranges::all_of(type.elements(), has_literals);
    case type_kind::custom:
    case type_kind::decimal:
    case type_kind::varint:
    case type_kind::date:
    case type_kind::time:
    case type_kind::duration:
    case type_kind::udt:
    case type_kind::tuple: return false;
    default: return true;
    }
}

raw_value to_raw(std::span<const std::byte> bytes)
{
    return raw_value{std::vector<std::byte>{bytes.begin(), bytes.end()}};
}

}  // namespace

raw_value encode_literal(std::string_view text, const data_type& type)
{
    if (detail::is_text(type.kind())) {
        if (text == "null")
            return {};
        return to_raw(std::as_bytes(std::span{text}));
    }
    if (equals_ignoring_case(text, "null"))
        return {};
    if (!has_literals(type))
        detail::throw_query_error("values of CQL type " + type.to_string() + " cannot be given as text");
    value_sink out;
    types::with_query_errors([&] { literal_parser{text, out}.parse_whole(type); });
    return to_raw(out.bytes());
}

}  // namespace async_cassandra
