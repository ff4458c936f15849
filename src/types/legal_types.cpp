// SPDX-License-Identifier: Apache-2.0
#include <async_cassandra/detail/type_errors.hpp>

namespace async_cassandra::detail {

namespace {

constexpr const char* timestamp_name = "std::chrono::sys_time<std::chrono::milliseconds>";

std::string legal_element(const data_type& type)
{
    return " with a legal type for " + type.to_string() + ": ";
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
    case type_kind::ascii:
    case type_kind::text: return "std::string, std::string_view";
    case type_kind::blob:
    case type_kind::custom: return "std::vector<std::byte>, std::span<const std::byte>";
    case type_kind::boolean: return "bool";
    case type_kind::float_: return "float, double";
    case type_kind::double_: return "double";
    case type_kind::uuid:
    case type_kind::timeuuid: return "async_cassandra::uuid";
    case type_kind::timestamp: return timestamp_name;
    case type_kind::inet: return "async_cassandra::inet";
    case type_kind::list:
        return "a sequence such as std::vector<T>, T" + legal_element(type.elements()[0]) +
               legal_to_read(type.elements()[0]);
    case type_kind::set:
        return "a sequence or set such as std::vector<T> or std::set<T>, T" +
               legal_element(type.elements()[0]) + legal_to_read(type.elements()[0]);
    case type_kind::map:
        return "a map such as std::map<K, V>, K" + legal_element(type.elements()[0]) +
               legal_to_read(type.elements()[0]) + "; V" + legal_element(type.elements()[1]) +
               legal_to_read(type.elements()[1]);
    default: return "none yet; row::raw() gives its bytes";
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
    case type_kind::ascii:
    case type_kind::text: return "std::string, std::string_view, const char*";
    case type_kind::blob:
    case type_kind::custom: return "std::vector<std::byte>, std::span<const std::byte>";
    case type_kind::float_:
    case type_kind::double_: return "float, double";
    case type_kind::timestamp: return std::string{timestamp_name} + " or coarser";
    case type_kind::list:
    case type_kind::set:
        return "a sequence or set such as std::vector<T> or std::set<T>, T" +
               legal_element(type.elements()[0]) + legal_to_bind(type.elements()[0]);
    case type_kind::map:
        return "a map such as std::map<K, V>, K" + legal_element(type.elements()[0]) +
               legal_to_bind(type.elements()[0]) + "; V" + legal_element(type.elements()[1]) +
               legal_to_bind(type.elements()[1]);
    case type_kind::boolean:
    case type_kind::uuid:
    case type_kind::timeuuid:
    case type_kind::inet: return legal_to_read(type);
    default: return "none yet; async_cassandra::raw_value binds encoded bytes";
    }
}

}  // namespace async_cassandra::detail
