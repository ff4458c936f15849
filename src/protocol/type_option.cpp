// SPDX-License-Identifier: Apache-2.0
#include "protocol/type_option.hpp"

#include "protocol/class_name.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace async_cassandra::protocol {
namespace {

constexpr std::uint16_t old_text_id = 0x000A;
bool is_scalar(std::uint16_t id) noexcept
{
    return id >= static_cast<std::uint16_t>(type_kind::ascii) &&
           id <= static_cast<std::uint16_t>(type_kind::duration);
}

}  // namespace

data_type type_reader::read(int depth)
{
    if (depth > max_type_depth) {
        in_.fail("types nest too deeply");
        return {};
    }
    if (left_-- <= 0) {
        in_.fail("a message describes too many types");
        return {};
    }
    const std::uint16_t id = in_.u16();
    if (id == old_text_id)
        return type_kind::text;
    if (is_scalar(id))
        return static_cast<type_kind>(id);
    switch (static_cast<type_kind>(id)) {
    case type_kind::custom: return read_class(depth);
    case type_kind::list: return data_type::list_of(read(depth + 1));
    case type_kind::set: return data_type::set_of(read(depth + 1));
    case type_kind::map: {
        data_type key = read(depth + 1);
        return data_type::map_of(std::move(key), read(depth + 1));
    }
    case type_kind::udt: return read_udt(depth);
    case type_kind::tuple: return read_tuple(depth);
    default: in_.fail("a type has an id that is not known"); return {};
    }
}

data_type type_reader::read_class(int depth)
{
    class_name_parser parser{in_.string(), left_};
    data_type type = parser.parse(depth);
    if (parser.rule() != nullptr)
        in_.fail(parser.rule());
    return type;
}

data_type type_reader::read_udt(int depth)
{
    const std::string_view keyspace = in_.string();
    const std::string_view name = in_.string();
    const std::size_t count = in_.u16();
    if (!in_.can_hold(count, 4))
        return {};
    std::vector<std::string> names;
    std::vector<data_type> types;
    names.reserve(count);
    types.reserve(count);
    for (std::size_t i = 0; i < count && !in_.failed(); ++i) {
        names.emplace_back(in_.string());
        types.push_back(read(depth + 1));
    }
    return data_type::udt_of(std::string{keyspace}, std::string{name}, std::move(names), std::move(types));
}

data_type type_reader::read_tuple(int depth)
{
    const std::size_t count = in_.u16();
    if (!in_.can_hold(count, 2))
        return {};
    std::vector<data_type> types;
    types.reserve(count);
    for (std::size_t i = 0; i < count && !in_.failed(); ++i)
        types.push_back(read(depth + 1));
    return data_type::tuple_of(std::move(types));
}

void write_type(writer& out, const data_type& type)
{
    if (type.kind() == type_kind::vector) {
        out.u16(static_cast<std::uint16_t>(type_kind::custom));
        out.string(class_name(type));
        return;
    }
    out.u16(static_cast<std::uint16_t>(type.kind()));
    switch (type.kind()) {
    case type_kind::custom: out.string(type.name()); return;
    case type_kind::udt:
        out.string(type.keyspace());
        out.string(type.name());
        out.count(type.elements().size());
        for (std::size_t i = 0; i < type.elements().size(); ++i) {
            out.string(type.field_names()[i]);
            write_type(out, type.elements()[i]);
        }
        return;
    case type_kind::tuple: out.count(type.elements().size()); break;
    default: break;
    }
    for (const data_type& element : type.elements())
        write_type(out, element);
}

}  // namespace async_cassandra::protocol
