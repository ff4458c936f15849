// SPDX-License-Identifier: Apache-2.0
#include "support/dml_statement.hpp"

#include "support/statement_errors.hpp"

#include <array>
#include <charconv>
#include <utility>

namespace async_cassandra::testing {

namespace {

constexpr std::array<std::pair<std::string_view, type_kind>, 15> scalars{{
    {"text", type_kind::text},
    {"varchar", type_kind::text},
    {"ascii", type_kind::ascii},
    {"int", type_kind::int_},
    {"bigint", type_kind::bigint},
    {"smallint", type_kind::smallint},
    {"tinyint", type_kind::tinyint},
    {"blob", type_kind::blob},
    {"boolean", type_kind::boolean},
    {"double", type_kind::double_},
    {"float", type_kind::float_},
    {"timestamp", type_kind::timestamp},
    {"uuid", type_kind::uuid},
    {"timeuuid", type_kind::timeuuid},
    {"inet", type_kind::inet},
}};

std::vector<std::string_view> take_list(word_cursor& words)
{
    std::vector<std::string_view> list;
    words.skip("(");
    while (!words.done() && !words.skip(")"))
        if (!words.skip(","))
            list.push_back(words.next());
    return list;
}

bool take_conditions(word_cursor& words, std::vector<column_term>& terms)
{
    do {
        column_term& term = terms.emplace_back();
        term.column = name_of(words.next());
        if (words.skip("="))
            term.words.push_back(words.next());
        else if (words.skip("in"))
            term.words = take_list(words);
        else
            return false;
    } while (words.skip("and"));
    return true;
}

bool take_select(word_cursor& words, std::string_view keyspace, dml_statement& out)
{
    while (!words.done() && !words.skip("from")) {
        if (words.skip(",") || words.skip("*"))
            continue;
        out.columns.push_back(name_of(words.next()));
    }
    if (words.done())
        return false;
    out.target = words.take_table(keyspace);
    if (words.skip("where") && !take_conditions(words, out.terms))
        return false;
    words.skip("allow filtering");
    return words.done();
}

bool take_insert(word_cursor& words, std::string_view keyspace, dml_statement& out)
{
    out.target = words.take_table(keyspace);
    if (words.peek() != "(")
        return false;
    for (const std::string_view column : take_list(words))
        out.terms.push_back({name_of(column), {}});
    if (!words.skip("values") || words.peek() != "(")
        return false;
    const auto values = take_list(words);
    if (values.size() != out.terms.size())
        return false;
    for (std::size_t i = 0; i < values.size(); ++i)
        out.terms[i].words.push_back(values[i]);
    return words.done();
}

cell integer_cell(type_kind kind, std::int64_t value)
{
    switch (kind) {
    case type_kind::tinyint: return cells::tinyint(static_cast<std::int8_t>(value));
    case type_kind::smallint: return cells::smallint(static_cast<std::int16_t>(value));
    case type_kind::int_: return cells::int_(static_cast<std::int32_t>(value));
    default: return cells::bigint(value);
    }
}

std::optional<cell> literal(std::string_view word, const data_type& type)
{
    if (lower(word) == "null")
        return cells::null();
    switch (type.kind()) {
    case type_kind::text:
    case type_kind::ascii:
        if (word.starts_with('\''))
            return cells::text(text_of_literal(word));
        return std::nullopt;
    case type_kind::inet: {
        const auto address = inet::parse(text_of_literal(word));
        return address ? std::optional{cells::address(*address)} : std::nullopt;
    }
    case type_kind::boolean:
        if (lower(word) != "true" && lower(word) != "false")
            return std::nullopt;
        return cells::boolean(lower(word) == "true");
    case type_kind::tinyint:
    case type_kind::smallint:
    case type_kind::int_:
    case type_kind::timestamp:
    case type_kind::bigint: {
        std::int64_t number = 0;
        const auto read = std::from_chars(word.data(), word.data() + word.size(), number);
        if (read.ec != std::errc{} || read.ptr != word.data() + word.size())
            return std::nullopt;
        return integer_cell(type.kind(), number);
    }
    default: return std::nullopt;
    }
}

}  // namespace

std::optional<dml_statement> parse_dml(
    std::string_view text, std::string_view keyspace, std::optional<answer>& error
)
{
    const std::vector<std::string_view> list = cql_words(text);
    word_cursor words{list};
    dml_statement out;
    if (words.skip("select")) {
        const bool empty = lower(words.peek()) == "from";
        if (!empty && take_select(words, keyspace, out))
            return out;
    } else if (words.skip("insert into")) {
        out.inserts = true;
        if (take_insert(words, keyspace, out))
            return out;
    }
    error = syntax_error(text, words.peek());
    return std::nullopt;
}

std::optional<data_type> played_type(std::string_view text)
{
    for (const auto& [known, kind] : scalars)
        if (known == text)
            return kind;
    const auto open = text.find('<');
    if (open == std::string_view::npos || text.back() != '>')
        return std::nullopt;
    const std::string_view outer = text.substr(0, open);
    const std::string_view inner = text.substr(open + 1, text.size() - open - 2);
    const auto comma = inner.find(", ");
    const auto first = played_type(outer == "map" ? inner.substr(0, comma) : inner);
    if (!first)
        return std::nullopt;
    if (outer == "set")
        return data_type::set_of(*first);
    if (outer == "list")
        return data_type::list_of(*first);
    if (outer != "map" || comma == std::string_view::npos)
        return std::nullopt;
    const auto second = played_type(inner.substr(comma + 2));
    return second ? std::optional{data_type::map_of(*first, *second)} : std::nullopt;
}

std::optional<std::vector<bound_term>> bind_terms(
    const dml_statement& statement,
    std::span<const protocol::decoded_value> values,
    const std::function<std::optional<data_type>(std::string_view)>& type_of
)
{
    std::vector<bound_term> bound;
    std::size_t used = 0;
    for (const column_term& term : statement.terms) {
        const auto type = type_of(term.column);
        bound_term& out = bound.emplace_back();
        out.column = term.column;
        for (const std::string_view word : term.words) {
            if (word != "?") {
                const auto value = type ? literal(word, *type) : std::nullopt;
                if (!value)
                    return std::nullopt;
                out.values.push_back(*value);
                continue;
            }
            if (used == values.size())
                return std::nullopt;
            const protocol::decoded_value& given = values[used++];
            const bool set = given.is == protocol::decoded_value::state::set;
            out.values.push_back(set ? cell{given.bytes} : cells::null());
        }
    }
    return used == values.size() ? std::optional{std::move(bound)} : std::nullopt;
}

std::vector<std::string> marker_columns(const dml_statement& statement)
{
    std::vector<std::string> markers;
    for (const column_term& term : statement.terms)
        for (const std::string_view word : term.words)
            if (word == "?")
                markers.push_back(term.column);
    return markers;
}

}  // namespace async_cassandra::testing
