// SPDX-License-Identifier: Apache-2.0
#include "protocol/class_name.hpp"

#include "protocol/constants.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <utility>
#include <vector>

namespace async_cassandra::protocol {
namespace {

constexpr std::string_view package = "org.apache.cassandra.db.marshal.";
constexpr const char* malformed = "the class name of a type is malformed";

constexpr std::array<std::pair<std::string_view, type_kind>, 21> scalar_classes{{
    {"AsciiType", type_kind::ascii},
    {"LongType", type_kind::bigint},
    {"BytesType", type_kind::blob},
    {"BooleanType", type_kind::boolean},
    {"CounterColumnType", type_kind::counter},
    {"DecimalType", type_kind::decimal},
    {"DoubleType", type_kind::double_},
    {"FloatType", type_kind::float_},
    {"Int32Type", type_kind::int_},
    {"UTF8Type", type_kind::text},
    {"TimestampType", type_kind::timestamp},
    {"DateType", type_kind::timestamp},
    {"UUIDType", type_kind::uuid},
    {"IntegerType", type_kind::varint},
    {"TimeUUIDType", type_kind::timeuuid},
    {"InetAddressType", type_kind::inet},
    {"SimpleDateType", type_kind::date},
    {"TimeType", type_kind::time},
    {"ShortType", type_kind::smallint},
    {"ByteType", type_kind::tinyint},
    {"DurationType", type_kind::duration},
}};

constexpr std::array<std::string_view, 8> parameterised_classes{
    "ListType", "SetType", "MapType", "TupleType", "UserType", "FrozenType", "ReversedType", "VectorType"};

// As the server's own parser: letters, digits and these.
constexpr bool is_word(char c) noexcept
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '.' || c == '-' || c == '+' || c == '&' || c == '$';
}

constexpr int hexadecimal(char c) noexcept
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

void append_hexadecimal(std::string& out, std::string_view text)
{
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        out += "0123456789abcdef"[byte >> 4U];
        out += "0123456789abcdef"[byte & 15U];
    }
}

std::string_view class_of(type_kind kind) noexcept
{
    for (const auto& [name, each] : scalar_classes)
        if (each == kind)
            return name;
    switch (kind) {
    case type_kind::list: return "ListType";
    case type_kind::set: return "SetType";
    case type_kind::map: return "MapType";
    case type_kind::tuple: return "TupleType";
    case type_kind::udt: return "UserType";
    default: return "VectorType";
    }
}

}  // namespace

data_type class_name_parser::parse(int depth)
{
    // Classes of other packages name their parameters as they like.
    const std::string_view name = rest_.substr(0, rest_.find('('));
    if (!name.starts_with(package) && name.find('.') != std::string_view::npos)
        return data_type::custom_of(std::string{rest_});
    data_type type = read(depth);
    skip_blanks();
    if (!rest_.empty())
        fail(malformed);
    return rule_ == nullptr ? type : data_type{};
}

data_type class_name_parser::read(int depth)
{
    if (depth > max_type_depth) {
        fail("types nest too deeply");
        return {};
    }
    if (types_left_-- <= 0) {
        fail("a message describes too many types");
        return {};
    }
    skip_blanks();
    const char* const begin = rest_.data();
    std::string_view name = word();
    if (name.starts_with(package))
        name.remove_prefix(package.size());
    else if (name.find('.') != std::string_view::npos)
        return read_unknown(begin);
    if (next_is('(')) {
        if (std::ranges::find(parameterised_classes, name) == parameterised_classes.end())
            return read_unknown(begin);
        return read_parameters(name, depth);
    }
    for (const auto& [known, kind] : scalar_classes)
        if (name == known)
            return kind;
    return read_unknown(begin);
}

data_type class_name_parser::read_parameters(std::string_view name, int depth)
{
    take('(');
    data_type made;
    if (name == "VectorType") {
        made = read_vector(depth);
    } else if (name == "TupleType") {
        made = read_tuple(depth);
    } else if (name == "UserType") {
        made = read_udt(depth);
    } else {
        made = read(depth + 1);
        if (name == "ListType") {
            made = data_type::list_of(std::move(made));
        } else if (name == "SetType") {
            made = data_type::set_of(std::move(made));
        } else if (name == "MapType") {
            expect(',');
            made = data_type::map_of(std::move(made), read(depth + 1));
        }
    }
    expect(')');
    return made;
}

data_type class_name_parser::read_vector(int depth)
{
    data_type element = read(depth + 1);
    expect(',');
    skip_blanks();
    const std::string_view digits = word();
    std::uint32_t dimension = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), dimension);
    data_type type = data_type::vector_of(std::move(element), dimension);
    constexpr std::size_t most = std::numeric_limits<std::int32_t>::max();
    if (error != std::errc{} || end != digits.data() + digits.size() || dimension == 0 || dimension > most ||
        type.fixed_size() > most)
        fail("a vector has an impossible dimension");
    return type;
}

data_type class_name_parser::read_tuple(int depth)
{
    std::vector<data_type> elements;
    do
        elements.push_back(read(depth + 1));
    while (rule_ == nullptr && take(','));
    return data_type::tuple_of(std::move(elements));
}

data_type class_name_parser::read_udt(int depth)
{
    skip_blanks();
    std::string keyspace{word()};
    expect(',');
    std::string name = read_hexadecimal();
    std::vector<std::string> names;
    std::vector<data_type> types;
    while (rule_ == nullptr && take(',')) {
        names.push_back(read_hexadecimal());
        expect(':');
        types.push_back(read(depth + 1));
    }
    return data_type::udt_of(std::move(keyspace), std::move(name), std::move(names), std::move(types));
}

// A class that is none of ours, up to the end of its parameters, if it has any.
data_type class_name_parser::read_unknown(const char* begin)
{
    if (rest_.data() == begin)
        fail(malformed);
    if (next_is('(')) {
        std::size_t open = 0;
        std::size_t i = 0;
        do {
            open += rest_[i] == '(' ? 1U : 0U;
            open -= rest_[i] == ')' ? 1U : 0U;
            ++i;
        } while (open != 0 && i < rest_.size());
        if (open != 0)
            fail(malformed);
        rest_.remove_prefix(std::min(i, rest_.size()));
    }
    return data_type::custom_of(std::string{begin, rest_.data()});
}

std::string class_name_parser::read_hexadecimal()
{
    skip_blanks();
    const std::string_view digits = word();
    std::string text;
    for (std::size_t i = 0; i + 1 < digits.size(); i += 2) {
        const int high = hexadecimal(digits[i]);
        const int low = hexadecimal(digits[i + 1]);
        if (high < 0 || low < 0)
            fail(malformed);
        text.push_back(static_cast<char>(high * 16 + low));
    }
    if (digits.empty() || digits.size() % 2 != 0)
        fail(malformed);
    return text;
}

std::string_view class_name_parser::word() noexcept
{
    std::size_t size = 0;
    while (size < rest_.size() && is_word(rest_[size]))
        ++size;
    const std::string_view found = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return found;
}

bool class_name_parser::next_is(char c) noexcept
{
    return !rest_.empty() && rest_.front() == c;
}

bool class_name_parser::take(char c) noexcept
{
    skip_blanks();
    if (!next_is(c))
        return false;
    rest_.remove_prefix(1);
    return true;
}

void class_name_parser::expect(char c) noexcept
{
    if (!take(c))
        fail(malformed);
}

void class_name_parser::skip_blanks() noexcept
{
    while (!rest_.empty() && (rest_.front() == ' ' || rest_.front() == '\t' || rest_.front() == '\n'))
        rest_.remove_prefix(1);
}

// Nothing is left to read after an error.
void class_name_parser::fail(const char* rule) noexcept
{
    if (rule_ == nullptr)
        rule_ = rule;
    rest_ = rest_.substr(rest_.size());
}

std::string class_name(const data_type& type)
{
    if (type.kind() == type_kind::custom)
        return std::string{type.name()};
    std::string text{package};
    text += class_of(type.kind());
    if (type.elements().empty() && type.kind() != type_kind::udt)
        return text;
    text += '(';
    if (type.kind() == type_kind::udt) {
        text += type.keyspace();
        text += ',';
        append_hexadecimal(text, type.name());
    }
    for (std::size_t i = 0; i < type.elements().size(); ++i) {
        if (text.back() != '(')
            text += ',';
        if (type.kind() == type_kind::udt) {
            append_hexadecimal(text, type.field_names()[i]);
            text += ':';
        }
        text += class_name(type.elements()[i]);
    }
    if (type.kind() == type_kind::vector) {
        text += " , ";
        text += std::to_string(type.dimension());
    }
    text += ')';
    return text;
}

}  // namespace async_cassandra::protocol
