// SPDX-License-Identifier: Apache-2.0
#include <async_cassandra/types/data_type.hpp>

#include <algorithm>
#include <limits>
#include <utility>

namespace async_cassandra {

struct data_type::parameters {
    std::vector<data_type> elements{};
    std::vector<std::string> field_names{};
    std::string keyspace{};
    std::string name{};
    std::uint32_t dimension = 0;
    std::size_t fixed_size = 0;
};

namespace {

std::string_view scalar_name(type_kind kind) noexcept
{
    switch (kind) {
    case type_kind::custom: return "custom";
    case type_kind::ascii: return "ascii";
    case type_kind::bigint: return "bigint";
    case type_kind::blob: return "blob";
    case type_kind::boolean: return "boolean";
    case type_kind::counter: return "counter";
    case type_kind::decimal: return "decimal";
    case type_kind::double_: return "double";
    case type_kind::float_: return "float";
    case type_kind::int_: return "int";
    case type_kind::timestamp: return "timestamp";
    case type_kind::uuid: return "uuid";
    case type_kind::text: return "text";
    case type_kind::varint: return "varint";
    case type_kind::timeuuid: return "timeuuid";
    case type_kind::inet: return "inet";
    case type_kind::date: return "date";
    case type_kind::time: return "time";
    case type_kind::smallint: return "smallint";
    case type_kind::tinyint: return "tinyint";
    case type_kind::duration: return "duration";
    case type_kind::list: return "list";
    case type_kind::map: return "map";
    case type_kind::set: return "set";
    case type_kind::udt: return "udt";
    case type_kind::tuple: return "tuple";
    case type_kind::vector: return "vector";
    }
    return "unknown";
}

std::size_t scalar_size(type_kind kind) noexcept
{
    switch (kind) {
    case type_kind::boolean: return 1;
    case type_kind::int_:
    case type_kind::float_: return 4;
    case type_kind::bigint:
    case type_kind::double_:
    case type_kind::timestamp: return 8;
    case type_kind::uuid:
    case type_kind::timeuuid: return 16;
    default: return 0;
    }
}

// CQL lets a name stand without quotes when it has only these characters and begins with a letter.
std::string identifier(std::string_view name)
{
    const auto lower = [](char c) { return c >= 'a' && c <= 'z'; };
    const auto plain = [&](char c) { return lower(c) || (c >= '0' && c <= '9') || c == '_'; };
    if (!name.empty() && lower(name.front()) && std::ranges::all_of(name, plain))
        return std::string{name};
    std::string quoted = "\"";
    for (const char c : name) {
        if (c == '"')
            quoted += '"';
        quoted += c;
    }
    quoted += '"';
    return quoted;
}

}  // namespace

data_type::data_type(type_kind kind, std::shared_ptr<const parameters> p) noexcept
    : kind_(kind), parameters_(std::move(p))
{}

data_type data_type::list_of(data_type element)
{
    return {
        type_kind::list, std::make_shared<const parameters>(parameters{.elements = {std::move(element)}})};
}

data_type data_type::set_of(data_type element)
{
    return {type_kind::set, std::make_shared<const parameters>(parameters{.elements = {std::move(element)}})};
}

data_type data_type::map_of(data_type key, data_type value)
{
    return {
        type_kind::map,
        std::make_shared<const parameters>(parameters{.elements = {std::move(key), std::move(value)}})};
}

data_type data_type::tuple_of(std::vector<data_type> elements)
{
    return {
        type_kind::tuple, std::make_shared<const parameters>(parameters{.elements = std::move(elements)})};
}

data_type data_type::udt_of(
    std::string keyspace,
    std::string name,
    std::vector<std::string> field_names,
    std::vector<data_type> fields
)
{
    return {
        type_kind::udt,
        std::make_shared<const parameters>(parameters{
            .elements = std::move(fields),
            .field_names = std::move(field_names),
            .keyspace = std::move(keyspace),
            .name = std::move(name)})};
}

data_type data_type::vector_of(data_type element, std::uint32_t dimension)
{
    // No value has more than 2^31 bytes, so that a size beyond them fits none, as it should.
    std::size_t size = 0;
    if (__builtin_mul_overflow(element.fixed_size(), std::size_t{dimension}, &size))
        size = std::numeric_limits<std::size_t>::max();
    return {
        type_kind::vector,
        std::make_shared<const parameters>(parameters{
            .elements = {std::move(element)}, .dimension = dimension, .fixed_size = size})};
}

data_type data_type::custom_of(std::string class_name)
{
    return {type_kind::custom, std::make_shared<const parameters>(parameters{.name = std::move(class_name)})};
}

std::span<const data_type> data_type::elements() const noexcept
{
    return parameters_ == nullptr ? std::span<const data_type>{} : parameters_->elements;
}

std::uint32_t data_type::dimension() const noexcept
{
    return parameters_ == nullptr ? 0 : parameters_->dimension;
}

std::size_t data_type::fixed_size() const noexcept
{
    return parameters_ == nullptr ? scalar_size(kind_) : parameters_->fixed_size;
}

std::span<const std::string> data_type::field_names() const noexcept
{
    return parameters_ == nullptr ? std::span<const std::string>{} : parameters_->field_names;
}

std::string_view data_type::keyspace() const noexcept
{
    return parameters_ == nullptr ? std::string_view{} : parameters_->keyspace;
}

std::string_view data_type::name() const noexcept
{
    return parameters_ == nullptr ? std::string_view{} : parameters_->name;
}

std::string data_type::to_string() const
{
    std::string text;
    if (kind_ == type_kind::custom) {
        text += '\'';
        text += name();
        text += '\'';
        return text;
    }
    if (kind_ == type_kind::udt) {
        if (!keyspace().empty()) {
            text += identifier(keyspace());
            text += '.';
        }
        text += identifier(name());
        return text;
    }
    text += scalar_name(kind_);
    if (kind_ != type_kind::tuple && elements().empty())
        return text;
    text += '<';
    for (const data_type& element : elements()) {
        if (text.back() != '<')
            text += ", ";
        text += element.to_string();
    }
    if (kind_ == type_kind::vector) {
        text += ", ";
        text += std::to_string(dimension());
    }
    text += '>';
    return text;
}

bool operator==(const data_type& a, const data_type& b) noexcept
{
    if (a.kind_ != b.kind_)
        return false;
    if (a.parameters_ == b.parameters_)
        return true;
    return a.dimension() == b.dimension() && a.keyspace() == b.keyspace() && a.name() == b.name() &&
           std::ranges::equal(a.elements(), b.elements()) &&
           std::ranges::equal(a.field_names(), b.field_names());
}

}  // namespace async_cassandra
