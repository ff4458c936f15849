// SPDX-License-Identifier: Apache-2.0
#include "types/cql_type.hpp"

#include "protocol/class_name.hpp"
#include "protocol/constants.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace async_cassandra::types {
namespace {

constexpr const char* malformed = "the type is malformed";
constexpr const char* too_deep = "types nest too deeply";

constexpr std::array<std::pair<std::string_view, type_kind>, 22> scalar_names{{
    {"ascii", type_kind::ascii},         {"bigint", type_kind::bigint},     {"blob", type_kind::blob},
    {"boolean", type_kind::boolean},     {"counter", type_kind::counter},   {"date", type_kind::date},
    {"decimal", type_kind::decimal},     {"double", type_kind::double_},    {"duration", type_kind::duration},
    {"float", type_kind::float_},        {"inet", type_kind::inet},         {"int", type_kind::int_},
    {"smallint", type_kind::smallint},   {"text", type_kind::text},         {"time", type_kind::time},
    {"timestamp", type_kind::timestamp}, {"timeuuid", type_kind::timeuuid}, {"tinyint", type_kind::tinyint},
    {"uuid", type_kind::uuid},           {"varchar", type_kind::text},      {"varint", type_kind::varint},
    {"empty", type_kind::custom},
}};

constexpr std::array<std::string_view, 6> parameterised{"frozen", "list", "set", "map", "tuple", "vector"};

constexpr bool is_blank(char c) noexcept
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

constexpr bool is_word(char c) noexcept
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

std::string lower(std::string_view text)
{
    std::string made{text};
    std::ranges::transform(made, made.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return made;
}

int height_of(const data_type& type) noexcept
{
    int highest = 0;
    for (const data_type& element : type.elements())
        highest = std::max(highest, height_of(element));
    return highest + 1;
}

}  // namespace

std::optional<nested_type> cql_type_parser::parse()
{
    nested_type made = read(1);
    skip_blanks();
    if (!rest_.empty())
        fail(malformed);
    if (rule_ != nullptr)
        return std::nullopt;
    return made;
}

nested_type cql_type_parser::read(int depth)
{
    if (depth > protocol::max_type_depth) {
        fail(too_deep);
        return {};
    }
    if (next_is('\''))
        return read_class(depth);
    if (next_is('"'))
        return read_user_type(quoted('"'), depth);
    const std::string name = lower(word());
    if (name.empty()) {
        fail(malformed);
        return {};
    }
    if (next_is('<'))
        return read_parameters(name, depth);
    for (const auto& [known, kind] : scalar_names)
        if (name == known)
            return {
                kind == type_kind::custom ? data_type::custom_of("org.apache.cassandra.db.marshal.EmptyType")
                                          : data_type{kind}};
    return read_user_type(name, depth);
}

nested_type cql_type_parser::read_parameters(std::string_view name, int depth)
{
    if (std::ranges::find(parameterised, name) == parameterised.end()) {
        fail(malformed);
        return {};
    }
    expect('<');
    nested_type made;
    if (name == "tuple") {
        made = read_tuple(depth);
    } else if (name == "vector") {
        made = read_vector(depth);
    } else if (name == "frozen") {
        // Nests in the text only, but a text of nothing else must end somewhere too.
        made = read(depth + 1);
    } else {
        nested_type first = read(depth + 1);
        made.height = first.height + 1;
        if (name == "list") {
            made.type = data_type::list_of(std::move(first.type));
        } else if (name == "set") {
            made.type = data_type::set_of(std::move(first.type));
        } else {
            expect(',');
            nested_type second = read(depth + 1);
            made.height = std::max(first.height, second.height) + 1;
            made.type = data_type::map_of(std::move(first.type), std::move(second.type));
        }
    }
    expect('>');
    return made;
}

nested_type cql_type_parser::read_tuple(int depth)
{
    std::vector<data_type> elements;
    int highest = 0;
    for (bool more = true; more && rule_ == nullptr;) {
        nested_type each = read(depth + 1);
        highest = std::max(highest, each.height);
        elements.push_back(std::move(each.type));
        more = next_is(',');
        if (more)
            expect(',');
    }
    return {data_type::tuple_of(std::move(elements)), highest + 1};
}

nested_type cql_type_parser::read_vector(int depth)
{
    nested_type element = read(depth + 1);
    expect(',');
    skip_blanks();
    const std::string_view digits = word();
    std::uint32_t dimension = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), dimension);
    data_type type = data_type::vector_of(std::move(element.type), dimension);
    constexpr std::size_t most = std::numeric_limits<std::int32_t>::max();
    if (error != std::errc{} || end != digits.data() + digits.size() || dimension == 0 || dimension > most ||
        type.fixed_size() > most)
        fail("a vector has an impossible dimension");
    return {std::move(type), element.height + 1};
}

nested_type cql_type_parser::read_class(int depth)
{
    const std::string name = quoted('\'');
    std::int32_t left = protocol::max_type_count;
    protocol::class_name_parser parser{name, left};
    nested_type made{parser.parse(depth)};
    if (parser.rule() != nullptr)
        fail(parser.rule());
    made.height = height_of(made.type);
    return made;
}

nested_type cql_type_parser::read_user_type(std::string_view name, int depth)
{
    if (rule_ != nullptr)
        return {};
    std::optional<nested_type> found = find_(name);
    if (!found) {
        fail("there is no such type");
        return {};
    }
    if (found->height > protocol::max_type_depth - depth + 1)
        fail(too_deep);
    return *std::move(found);
}

// A doubled quote is a single one.
std::string cql_type_parser::quoted(char quote)
{
    std::string text;
    rest_.remove_prefix(1);
    while (!rest_.empty()) {
        const char c = rest_.front();
        rest_.remove_prefix(1);
        if (c == quote) {
            if (rest_.empty() || rest_.front() != quote) {
                if (text.empty())
                    fail(malformed);
                return text;
            }
            rest_.remove_prefix(1);
        }
        text += c;
    }
    fail(malformed);
    return text;
}

std::string_view cql_type_parser::word() noexcept
{
    const auto end = std::ranges::find_if_not(rest_, is_word);
    const std::string_view found{rest_.begin(), end};
    rest_.remove_prefix(found.size());
    return found;
}

void cql_type_parser::skip_blanks() noexcept
{
    while (!rest_.empty() && is_blank(rest_.front()))
        rest_.remove_prefix(1);
}

// Behind blanks.
bool cql_type_parser::next_is(char c) noexcept
{
    skip_blanks();
    return !rest_.empty() && rest_.front() == c;
}

void cql_type_parser::expect(char c) noexcept
{
    if (next_is(c))
        rest_.remove_prefix(1);
    else
        fail(malformed);
}

// Nothing is left to read after an error.
void cql_type_parser::fail(const char* rule) noexcept
{
    if (rule_ == nullptr)
        rule_ = rule;
    rest_ = rest_.substr(rest_.size());
}

}  // namespace async_cassandra::types
