// SPDX-License-Identifier: Apache-2.0
#include <async_cassandra/columns.hpp>
#include <async_cassandra/detail/throw.hpp>
#include <async_cassandra/detail/type_errors.hpp>
#include <async_cassandra/row_mapping.hpp>
#include <async_cassandra/types/codec.hpp>

#include "types/counted.hpp"

#include <charconv>

namespace async_cassandra::detail {

using types::counted;

namespace {

std::string at_column(const columns& list, std::size_t index)
{
    return "column '" + list[index].name + "' (position " + std::to_string(index) + "): ";
}

std::string row_columns(const columns& list)
{
    return "the row has " + counted(list.size(), "column") + (list.empty() ? "" : " (" + list.names() + ")");
}

std::string expected_size(const data_type& type)
{
    switch (type.kind()) {
    case type_kind::boolean: return "1";
    case type_kind::float_: return "4";
    case type_kind::double_:
    case type_kind::timestamp: return "8";
    case type_kind::uuid:
    case type_kind::timeuuid: return "16";
    case type_kind::inet: return "4 or 16";
    case type_kind::date: return "4";
    case type_kind::time: return "8";
    case type_kind::varint: return "1 or more";
    case type_kind::decimal: return "5 or more";
    default: return std::to_string(integer_width(type.kind()));
    }
}

}  // namespace

void throw_out_of_range(const std::string& value, const data_type& type)
{
    const auto bits = static_cast<unsigned>(integer_width(type.kind()) * 8);
    const std::int64_t most = std::numeric_limits<std::int64_t>::max() >> (64U - bits);
    throw value_error{
        value + " does not fit CQL type " + type.to_string() + " (" + std::to_string(-most - 1) + " to " +
        std::to_string(most) + ")"};
}

void throw_beyond(const std::string& value, const data_type& type)
{
    throw value_error{value + " is beyond what CQL type " + type.to_string() + " holds"};
}

void throw_wrong_size(const data_type& type, std::size_t size)
{
    if (size == 0)
        throw value_error{
            "the value of CQL type " + type.to_string() +
            " is empty (zero bytes, not null); std::optional reads it as no value"};
    throw value_error{
        "malformed value: CQL type " + type.to_string() + " takes " + expected_size(type) +
        " bytes, these are " + std::to_string(size)};
}

void throw_out_of_range(std::int64_t value, const data_type& type)
{
    throw_out_of_range(std::to_string(value), type);
}

void throw_out_of_range(std::uint64_t value, const data_type& type)
{
    throw_out_of_range(std::to_string(value), type);
}

void throw_inexact(double value, const data_type& type)
{
    char text[32];
    const auto end = std::to_chars(text, text + sizeof text, value).ptr;
    throw value_error{
        std::string{text, end} + " cannot be kept exactly by CQL type " + type.to_string() +
        "; bind a C++ float to round it on purpose"};
}

void throw_null_element(const data_type& collection, name_function element)
{
    if (element == nullptr)
        throw value_error{
            "null inside " + collection.to_string() + ": the server refuses null in collections"};
    throw value_error{
        "null inside " + collection.to_string() + " cannot be read as " + element() + "; use std::optional<" +
        element() + "> for its elements"};
}

void throw_null_pointer()
{
    throw value_error{"a null pointer is no text; bind async_cassandra::null for a null value"};
}

void throw_null_field(const data_type& type, std::size_t index, name_function name)
{
    const std::string field = type.kind() == type_kind::udt ? "field '" + type.field_names()[index] + "'"
                                                            : "element " + std::to_string(index);
    throw value_error{
        field + " of " + type.to_string() + " is null, which cannot be read as " + name() +
        "; use std::optional<" + name() + "> for it"};
}

void throw_not_bindable(const data_type& type, name_function name)
{
    throw value_error{
        name() + " cannot be bound to CQL type " + type.to_string() + "; legal: " + legal_to_bind(type)};
}

void throw_malformed(const data_type& type, const std::string& why)
{
    throw value_error{"malformed " + type.to_string() + ": " + why};
}

void throw_not_readable(const columns& list, std::size_t index, name_function name)
{
    const data_type& type = list[index].type;
    throw_query_error(
        at_column(list, index) + "CQL type " + type.to_string() + " cannot be read as " + name() +
        "; legal: " + legal_to_read(type)
    );
}

void throw_null(const columns& list, std::size_t index, name_function name)
{
    const type_kind kind = list[index].type.kind();
    const bool collection = kind == type_kind::list || kind == type_kind::set || kind == type_kind::map;
    throw_query_error(
        at_column(list, index) + "null cannot be read as " + name() + "; use std::optional<" + name() + ">" +
        (collection ? " (the server keeps an empty collection as null)" : "")
    );
}

void throw_no_position(const columns& list, std::size_t index)
{
    throw_query_error("no column at position " + std::to_string(index) + ": " + row_columns(list));
}

void throw_no_column(const columns& list, std::string_view name)
{
    throw_query_error("no column '" + std::string{name} + "': " + row_columns(list));
}

void throw_count_mismatch(const columns& list, std::string_view what, std::size_t count)
{
    const bool is_struct = what.starts_with("struct ");
    throw_query_error(
        std::string{what} + (is_struct ? " has " : " names ") +
        counted(count, is_struct ? "member" : "type") + ", but " + row_columns(list)
    );
}

void rethrow_read_error(const columns& list, std::size_t index, name_function name)
{
    try {
        throw;
    } catch (const value_error& e) {
        throw_query_error(at_column(list, index) + e.what());
    } catch (const std::bad_alloc&) {
        throw;
    } catch (const std::exception& e) {
        throw_query_error(
            at_column(list, index) + "reading " + name() + " failed: " + e.what(), std::current_exception()
        );
    } catch (...) {
        throw_query_error(
            at_column(list, index) + "reading " + name() + " threw no std::exception",
            std::current_exception()
        );
    }
}

void match_members(
    const columns& list,
    std::span<const char* const> members,
    std::span<std::size_t> positions,
    name_function name
)
{
    std::string names;
    for (const char* member : members)
        names += (names.empty() ? "" : ", ") + std::string{member};
    const std::string subject =
        "struct " + name() + " has " + counted(members.size(), "member") + " (" + names + ")";
    if (members.size() != list.size())
        throw_query_error(subject + ", but " + row_columns(list));
    for (std::size_t i = 0; i < members.size(); ++i) {
        const auto found = list.find(members[i]);
        if (!found)
            throw_query_error(subject + ": no column '" + members[i] + "', " + row_columns(list));
        positions[i] = *found;
    }
}

void throw_columns_changed(const columns& list, name_function name)
{
    throw_query_error(
        "struct " + name() + ": the columns changed between two pages of the result (now " + list.names() +
        "); read page by page"
    );
}

}  // namespace async_cassandra::detail
