// SPDX-License-Identifier: Apache-2.0
#include <async_cassandra/types/literal.hpp>

#include "types/composite.hpp"
#include "types/counted.hpp"
#include "types/literal_cursor.hpp"
#include "types/parse_scalar.hpp"
#include "types/text_errors.hpp"

#include <algorithm>

namespace async_cassandra {

namespace {

using types::literal_cursor;

constexpr std::string_view element_ends = ",]})";
constexpr std::string_view key_ends = ",]}):";  // Durations have colons, but no map has them as keys.

class literal_parser {
public:
    literal_parser(std::string_view text, value_sink& out) noexcept : in_(text), out_(out) {}

    void parse_whole(const data_type& type)
    {
        in_.skip_space();
        if (types::is_composite(type.kind()))
            parse_composite(type, 1);
        else if (in_.peek() == '\'')
            types::parse_scalar(in_, in_.take_quoted('\'', types::expected_form(type)), type, out_);
        else
            types::parse_scalar(in_, in_.take_rest(), type, out_);
        in_.skip_space();
        if (!in_.at_end())
            in_.fail("the end of " + type.to_string());
    }

private:
    void parse_composite(const data_type& type, int depth)
    {
        types::check_depth(type, depth);
        switch (type.kind()) {
        case type_kind::list: return parse_collection(type, '[', ']', depth);
        case type_kind::set: return parse_collection(type, '{', '}', depth);
        case type_kind::map: return parse_map(type, depth);
        case type_kind::vector: return parse_vector(type, depth);
        case type_kind::tuple: return parse_tuple(type, depth);
        default: return parse_udt(type, depth);
        }
    }

    void parse_present(const data_type& type, std::string_view ends, int depth)
    {
        if (types::is_composite(type.kind()))
            parse_composite(type, depth + 1);
        else if (detail::is_text(type.kind()) || in_.peek() == '\'')
            types::parse_scalar(in_, in_.take_quoted('\'', types::expected_form(type)), type, out_);
        else
            types::parse_scalar(in_, in_.take_word(ends), type, out_);
    }

    void refuse_null(const data_type& type, std::string_view ends)
    {
        const std::size_t at = in_.position();
        if (in_.take_null(ends))
            in_.fail_at(at, types::expected_form(type) + " (the server refuses null in collections)");
    }

    /// An element of a list, set or map.
    void parse_element(const data_type& type, std::string_view ends, int depth)
    {
        in_.skip_space();
        refuse_null(type, ends);
        const std::size_t mark = out_.begin_value();
        parse_present(type, ends, depth);
        out_.end_value(mark);
        in_.skip_space();
    }

    /// A field of a tuple or UDT.
    void parse_field(const data_type& type, int depth)
    {
        in_.skip_space();
        if (in_.take_null(element_ends)) {
            append_null();
        } else {
            const std::size_t mark = out_.begin_value();
            parse_present(type, element_ends, depth);
            out_.end_value(mark);
        }
        in_.skip_space();
    }

    void append_null() { out_.append_be<std::int32_t>(-1); }

    /// Calls `parse_one` for what stands between `open` and `close`, with commas between; returns how often.
    template <class ParseOne>
    std::int32_t parse_sequence(const data_type& type, char open, char close, const ParseOne& parse_one)
    {
        in_.require(open, types::expected_form(type));
        in_.skip_space();
        std::int32_t count = 0;
        while (!in_.take(close)) {
            if (count != 0)
                in_.require(',', std::string{"',' or '"} + close + "' in " + type.to_string());
            parse_one();
            ++count;
        }
        return count;
    }

    void parse_collection(const data_type& type, char open, char close, int depth)
    {
        const std::size_t count_at = out_.size();
        out_.append_be<std::int32_t>(0);
        const std::int32_t count = parse_sequence(type, open, close, [&] {
            parse_element(type.elements()[0], element_ends, depth);
        });
        out_.overwrite_be(count_at, count);
    }

    void parse_map(const data_type& type, int depth)
    {
        const std::size_t count_at = out_.size();
        out_.append_be<std::int32_t>(0);
        const std::int32_t count = parse_sequence(type, '{', '}', [&] {
            parse_element(type.elements()[0], key_ends, depth);
            in_.require(':', "':' in " + type.to_string());
            parse_element(type.elements()[1], element_ends, depth);
        });
        out_.overwrite_be(count_at, count);
    }

    void parse_vector(const data_type& type, int depth)
    {
        const data_type& inner = type.elements()[0];
        const std::size_t begin = in_.position();
        const std::int32_t count = parse_sequence(type, '[', ']', [&] {
            in_.skip_space();
            refuse_null(inner, element_ends);
            const std::size_t mark = detail::begin_vector_element(inner, out_);
            parse_present(inner, element_ends, depth);
            detail::end_vector_element(inner, mark, out_);
            in_.skip_space();
        });
        if (static_cast<std::uint32_t>(count) != type.dimension())
            in_.fail_at(
                begin,
                types::counted(type.dimension(), "element") + " in " + type.to_string() + ", not " +
                    std::to_string(count)
            );
    }

    void parse_tuple(const data_type& type, int depth)
    {
        std::size_t index = 0;
        parse_sequence(type, '(', ')', [&] {
            if (index == type.elements().size())
                in_.fail("at most " + std::to_string(index) + " elements in " + type.to_string());
            parse_field(type.elements()[index++], depth);
        });
        if (index == 0 && !type.elements().empty())
            in_.fail("at least one element in " + type.to_string());
        // The server reads what a literal leaves out as null, but its SELECT JSON fails on such a value.
        for (; index < type.elements().size(); ++index)
            append_null();
    }

    /// Fields come in any order; they are written in the type's.
    void parse_udt(const data_type& type, int depth)
    {
        std::vector<std::optional<std::vector<std::byte>>> fields(type.elements().size());
        std::vector<bool> seen(fields.size());
        const std::size_t begin = out_.size();
        const std::int32_t count = parse_sequence(type, '{', '}', [&] {
            in_.skip_space();
            const std::size_t name_at = in_.position();
            const std::size_t index = take_field_name(type);
            if (seen[index])
                in_.fail_at(
                    name_at, "another field, because " + type.field_names()[index] + " is there already"
                );
            seen[index] = true;
            in_.skip_space();
            in_.require(':', "':' in " + type.to_string());
            const std::size_t at = out_.size();
            parse_field(type.elements()[index], depth);
            const auto cell = out_.bytes().subspan(at);
            fields[index].emplace(cell.begin(), cell.end());
            out_.truncate(at);
        });
        if (count == 0)
            in_.fail("at least one field in " + type.to_string());
        out_.truncate(begin);
        for (const auto& field : fields) {
            if (field)
                out_.append(*field);
            else
                append_null();
        }
    }

    std::size_t take_field_name(const data_type& type)
    {
        const std::size_t at = in_.position();
        std::string name;
        if (in_.peek() == '"') {
            name = in_.take_quoted('"', "a field name").text;
        } else {
            name = in_.take_word(key_ends).text;
            std::ranges::transform(name, name.begin(), [](char c) {
                return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
            });
        }
        const auto names = type.field_names();
        const auto found = std::ranges::find(names, name);
        if (found == names.end())
            in_.fail_at(at, "a field of " + type.to_string() + " (" + types::joined_names(names) + ")");
        return static_cast<std::size_t>(found - names.begin());
    }

    literal_cursor in_;
    value_sink& out_;
};

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
    if (types::equals_ignoring_case(text, "null"))
        return {};
    value_sink out;
    types::with_query_errors([&] { literal_parser{text, out}.parse_whole(type); });
    return to_raw(out.bytes());
}

}  // namespace async_cassandra
