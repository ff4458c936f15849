// SPDX-License-Identifier: Apache-2.0
#include <async_cassandra/detail/type_errors.hpp>

namespace async_cassandra::detail {

namespace {

constexpr const char* timestamp_name = "std::chrono::sys_time<std::chrono::milliseconds>";

using legal_function = std::string (*)(const data_type& type);

std::string element(const char* name, const data_type& type, legal_function legal)
{
    return std::string{name} + " with a legal type for " + type.to_string() + ": " + legal(type);
}

std::string sequence(const char* what, const data_type& type, legal_function legal)
{
    return what + element(", T", type.elements()[0], legal);
}

// Every element by its place or name, with its own choices.
std::string fields(const data_type& type, legal_function legal)
{
    std::string text;
    for (std::size_t i = 0; i < type.elements().size(); ++i) {
        text += i == 0 ? ": " : "; ";
        text += type.kind() == type_kind::udt ? type.field_names()[i] : std::to_string(i);
        text += " as " + legal(type.elements()[i]);
    }
    return text;
}

// What reading and binding have in common.
std::string legal_both_ways(const data_type& type, legal_function legal)
{
    switch (type.kind()) {
    case type_kind::ascii:
    case type_kind::text: return "std::string, std::string_view";
    case type_kind::blob:
    case type_kind::custom: return "std::vector<std::byte>, std::span<const std::byte>";
    case type_kind::boolean: return "bool";
    case type_kind::decimal: return "async_cassandra::decimal";
    case type_kind::uuid:
    case type_kind::timeuuid: return "async_cassandra::uuid";
    case type_kind::inet: return "async_cassandra::inet";
    case type_kind::date: return "std::chrono::sys_days, std::chrono::year_month_day";
    case type_kind::duration: return "async_cassandra::duration";
    case type_kind::map:
        return element("a map such as std::map<K, V>, K", type.elements()[0], legal) +
               element("; V", type.elements()[1], legal);
    case type_kind::vector:
        return "std::array<T, " + std::to_string(type.dimension()) +
               sequence("> or a sequence such as std::vector<T>", type, legal);
    case type_kind::tuple:
        return "std::tuple or std::pair of " + std::to_string(type.elements().size()) + " elements" +
               fields(type, legal);
    case type_kind::udt:
        return "a struct of " + std::to_string(type.elements().size()) +
               " members, in this order or described with these names" + fields(type, legal);
    default: return "raw bytes alone: row::raw() and async_cassandra::raw_value";
    }
}

}  // namespace

std::string legal_to_read(const data_type& type)
{
    switch (type.kind()) {
    case type_kind::tinyint: return "std::int8_t, std::int16_t, std::int32_t, std::int64_t";
    case type_kind::smallint: return "std::int16_t, std::int32_t, std::int64_t";
    case type_kind::int_: return "std::int32_t, std::int64_t";
    case type_kind::bigint:
    case type_kind::counter: return "std::int64_t";
    case type_kind::varint: return "async_cassandra::varint";
    case type_kind::float_: return "float, double";
    case type_kind::double_: return "double";
    case type_kind::timestamp: return timestamp_name;
    case type_kind::time: return "std::chrono::nanoseconds";
    case type_kind::list: return sequence("a sequence such as std::vector<T>", type, &legal_to_read);
    case type_kind::set:
        return sequence("a sequence or set such as std::vector<T> or std::set<T>", type, &legal_to_read);
    default: return legal_both_ways(type, &legal_to_read);
    }
}

std::string legal_to_bind(const data_type& type)
{
    switch (type.kind()) {
    case type_kind::tinyint:
    case type_kind::smallint:
    case type_kind::int_:
    case type_kind::bigint:
    case type_kind::counter: return "any integer whose value fits";
    case type_kind::varint: return "async_cassandra::varint, any integer";
    case type_kind::ascii:
    case type_kind::text: return "std::string, std::string_view, const char*";
    case type_kind::float_:
    case type_kind::double_: return "float, double";
    case type_kind::timestamp: return std::string{timestamp_name} + " or coarser";
    case type_kind::time: return "std::chrono::nanoseconds or coarser";
    case type_kind::list:
    case type_kind::set:
        return sequence("a sequence or set such as std::vector<T> or std::set<T>", type, &legal_to_bind);
    default: return legal_both_ways(type, &legal_to_bind);
    }
}

}  // namespace async_cassandra::detail
