// SPDX-License-Identifier: Apache-2.0
#include <async_cassandra/types/value.hpp>

#include "types/composite.hpp"

#include <algorithm>

namespace async_cassandra {

value::value() noexcept = default;
value::value(const value& other) = default;
value::value(value&& other) noexcept = default;
value& value::operator=(const value& other) = default;
value& value::operator=(value&& other) noexcept = default;
value::~value() = default;

bool operator==(const value& a, const value& b) noexcept
{
    return a.content_ == b.content_;
}

bool operator==(const list_value& a, const list_value& b) noexcept
{
    return a.elements == b.elements;
}

bool operator==(const map_value& a, const map_value& b) noexcept
{
    return a.entries == b.entries;
}

bool operator==(const tuple_value& a, const tuple_value& b) noexcept
{
    return a.fields == b.fields;
}

bool operator==(const udt_value& a, const udt_value& b) noexcept
{
    return a.fields == b.fields;
}

namespace {

value decode_value(const data_type& type, std::span<const std::byte> bytes, int depth);

value decode_composite(const data_type& type, std::span<const std::byte> bytes, int depth)
{
    types::check_depth(type, depth);
    types::element_reader reader{type, bytes};
    std::size_t index = 0;
    const auto next = [&] {
        const data_type& inner = reader.type_of(index++);
        const detail::cell found = reader.next();
        return found.is_null() ? value{} : decode_value(inner, found.bytes(), depth);
    };
    value out;
    if (type.kind() == type_kind::map) {
        map_value map;
        while (index < reader.count()) {
            value key = next();
            map.entries.emplace_back(std::move(key), next());
        }
        out = std::move(map);
    } else if (type.kind() == type_kind::udt) {
        udt_value udt;
        while (index < reader.count()) {
            const std::string& name = type.field_names()[index];
            udt.fields.emplace_back(name, next());
        }
        out = std::move(udt);
    } else {
        std::vector<value> elements;
        while (index < reader.count())
            elements.push_back(next());
        if (type.kind() == type_kind::tuple)
            out = tuple_value{std::move(elements)};
        else
            out = list_value{std::move(elements)};
    }
    reader.finish();
    return out;
}

value decode_value(const data_type& type, std::span<const std::byte> bytes, int depth)
{
    if (types::is_composite(type.kind()))
        return decode_composite(type, bytes, depth + 1);
    if (bytes.empty() && detail::empty_is_no_value(type.kind()))
        return empty_t{};
    switch (type.kind()) {
    case type_kind::boolean: return codec<bool>::decode(type, bytes);
    case type_kind::tinyint: return codec<std::int8_t>::decode(type, bytes);
    case type_kind::smallint: return codec<std::int16_t>::decode(type, bytes);
    case type_kind::int_: return codec<std::int32_t>::decode(type, bytes);
    case type_kind::bigint:
    case type_kind::counter: return codec<std::int64_t>::decode(type, bytes);
    case type_kind::varint: return codec<varint>::decode(type, bytes);
    case type_kind::float_: return codec<float>::decode(type, bytes);
    case type_kind::double_: return codec<double>::decode(type, bytes);
    case type_kind::decimal: return codec<decimal>::decode(type, bytes);
    case type_kind::ascii:
    case type_kind::text: return codec<std::string>::decode(type, bytes);
    case type_kind::uuid:
    case type_kind::timeuuid: return codec<uuid>::decode(type, bytes);
    case type_kind::inet: return codec<inet>::decode(type, bytes);
    case type_kind::timestamp: return codec<timestamp>::decode(type, bytes);
    case type_kind::date: return codec<date>::decode(type, bytes);
    case type_kind::time: return codec<time_of_day>::decode(type, bytes);
    case type_kind::duration: return codec<duration>::decode(type, bytes);
    default: return blob(bytes.begin(), bytes.end());
    }
}

/// Encodes a value of any alternative as `type`; each call operator is one alternative.
class encoder {
public:
    encoder(const data_type& type, value_sink& out, int depth) noexcept
        : type_(type), out_(out), depth_(depth)
    {}

    [[noreturn]] void operator()(null_t) const { detail::throw_null_element(type_, nullptr); }

    void operator()(empty_t) const
    {
        if (types::is_composite(type_.kind()))
            refuse("an empty value");
    }

    template <bindable T>
    void operator()(const T& content) const
    {
        if (!codec<T>::binds(type_))
            detail::throw_not_bindable(type_, &detail::type_name<T>);
        codec<T>::encode(content, type_, out_);
    }

    void operator()(const list_value& list) const
    {
        if (type_.kind() == type_kind::vector)
            return encode_vector(list);
        if (type_.kind() != type_kind::list && type_.kind() != type_kind::set)
            refuse("a list");
        types::check_depth(type_, depth_);
        out_.append_be(detail::element_count(list.elements.size(), type_));
        for (const value& element : list.elements)
            add(element, type_.elements()[0]);
    }

    void operator()(const map_value& map) const
    {
        if (type_.kind() != type_kind::map)
            refuse("a map");
        types::check_depth(type_, depth_);
        out_.append_be(detail::element_count(map.entries.size(), type_));
        for (const auto& [key, content] : map.entries) {
            add(key, type_.elements()[0]);
            add(content, type_.elements()[1]);
        }
    }

    void operator()(const tuple_value& tuple) const
    {
        if (type_.kind() != type_kind::tuple)
            refuse("a tuple");
        const auto fields = type_.elements();
        if (tuple.fields.size() > fields.size())
            refuse("a tuple of " + std::to_string(tuple.fields.size()) + " fields");
        types::check_depth(type_, depth_);
        for (std::size_t i = 0; i < fields.size(); ++i)
            add_field(i < tuple.fields.size() ? &tuple.fields[i] : nullptr, fields[i]);
    }

    void operator()(const udt_value& udt) const
    {
        if (type_.kind() != type_kind::udt)
            refuse("a user-defined value");
        types::check_depth(type_, depth_);
        const auto names = type_.field_names();
        for (const auto& [name, content] : udt.fields)
            if (std::ranges::find(names, name) == names.end())
                refuse("a field " + name);
        for (std::size_t i = 0; i < names.size(); ++i) {
            const auto found = std::ranges::find(udt.fields, names[i], &std::pair<std::string, value>::first);
            add_field(found != udt.fields.end() ? &found->second : nullptr, type_.elements()[i]);
        }
    }

private:
    [[noreturn]] void refuse(const std::string& what) const
    {
        throw value_error{what + " cannot be bound to CQL type " + type_.to_string()};
    }

    void encode_vector(const list_value& list) const
    {
        detail::check_dimension(type_, list.elements.size());
        types::check_depth(type_, depth_);
        for (const value& element : list.elements) {
            const std::size_t mark = detail::begin_vector_element(type_.elements()[0], out_);
            put(element, type_.elements()[0]);
            detail::end_vector_element(type_.elements()[0], mark, out_);
        }
    }

    void put(const value& element, const data_type& inner) const
    {
        if (element.is_null())
            detail::throw_null_element(type_, nullptr);
        element.visit(encoder{inner, out_, depth_ + 1});
    }

    void add(const value& element, const data_type& inner) const
    {
        const std::size_t mark = out_.begin_value();
        put(element, inner);
        out_.end_value(mark);
    }

    void add_field(const value* field, const data_type& inner) const
    {
        if (field == nullptr || field->is_null())
            out_.append_be<std::int32_t>(-1);
        else
            add(*field, inner);
    }

    const data_type& type_;
    value_sink& out_;
    int depth_;
};

}  // namespace

value codec<value>::decode(const data_type& type, std::span<const std::byte> bytes)
{
    return decode_value(type, bytes, 0);
}

void codec<value>::encode(const value& v, const data_type& type, value_sink& out)
{
    v.visit(encoder{type, out, 1});
}

}  // namespace async_cassandra
