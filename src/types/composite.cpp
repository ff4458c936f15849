// SPDX-License-Identifier: Apache-2.0
#include "types/composite.hpp"

namespace async_cassandra::types {

namespace {

bool has_fields(const data_type& type) noexcept
{
    return type.kind() == type_kind::tuple || type.kind() == type_kind::udt;
}

}  // namespace

bool is_composite(type_kind kind) noexcept
{
    switch (kind) {
    case type_kind::list:
    case type_kind::set:
    case type_kind::map:
    case type_kind::tuple:
    case type_kind::udt:
    case type_kind::vector: return true;
    default: return false;
    }
}

void check_depth(const data_type& type, int depth)
{
    if (depth > max_value_depth)
        throw value_error{
            "values nest at most " + std::to_string(max_value_depth) + " deep; this one reaches " +
            type.to_string() + " in one level more"};
}

std::string joined_names(std::span<const std::string> names)
{
    std::string out;
    for (const std::string& name : names) {
        if (!out.empty())
            out += ", ";
        out += name;
    }
    return out;
}

element_reader::element_reader(const data_type& type, std::span<const std::byte> bytes)
    : type_(&type), reader_(detail::field_reader{type, bytes})
{
    if (type.kind() == type_kind::vector) {
        reader_ = detail::vector_reader{type, bytes};
        count_ = type.dimension();
    } else if (has_fields(type)) {
        count_ = type.elements().size();
    } else {
        const std::size_t cells = type.kind() == type_kind::map ? 2 : 1;
        const detail::collection_reader reader{type, bytes, cells};
        count_ = reader.count() * cells;
        reader_ = reader;
    }
}

const data_type& element_reader::type_of(std::size_t index) const noexcept
{
    switch (type_->kind()) {
    case type_kind::tuple:
    case type_kind::udt: return type_->elements()[index];
    case type_kind::map: return type_->elements()[index % 2];
    default: return type_->elements()[0];
    }
}

detail::cell element_reader::next()
{
    if (auto* const vector = std::get_if<detail::vector_reader>(&reader_)) {
        const std::span<const std::byte> element = vector->next();
        return {element.data(), static_cast<std::int32_t>(element.size())};
    }
    if (auto* const fields = std::get_if<detail::field_reader>(&reader_))
        return fields->next();
    return std::get<detail::collection_reader>(reader_).next();
}

void element_reader::finish() const
{
    std::visit([](const auto& reader) { reader.finish(); }, reader_);
}

}  // namespace async_cassandra::types
