// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/types/data_type.hpp>

#include <cstddef>
#include <cstdint>
#include <string>

namespace async_cassandra {
class columns;
}  // namespace async_cassandra

namespace async_cassandra::detail {

/// How a template passes a type's name to a function that is none.
using name_function = std::string (*)();

/// The C++ types a column of this CQL type can be read into, for error texts.
[[nodiscard]] std::string legal_to_read(const data_type& type);

/// The C++ types that can be bound to this CQL type, for error texts.
[[nodiscard]] std::string legal_to_bind(const data_type& type);

// Thrown inside codecs, as value_error.
[[noreturn]] void throw_wrong_size(const data_type& type, std::size_t size);
[[noreturn]] void throw_out_of_range(std::int64_t value, const data_type& type);
[[noreturn]] void throw_out_of_range(std::uint64_t value, const data_type& type);
[[noreturn]] void throw_out_of_range(const std::string& value, const data_type& type);
/// `value` with its unit, which the type cannot hold.
[[noreturn]] void throw_beyond(const std::string& value, const data_type& type);
[[noreturn]] void throw_inexact(double value, const data_type& type);
[[noreturn]] void throw_null_element(const data_type& collection, name_function element);
[[noreturn]] void throw_null_pointer();
/// A field of a tuple or user-defined type.
[[noreturn]] void throw_null_field(const data_type& type, std::size_t index, name_function name);
[[noreturn]] void throw_not_bindable(const data_type& type, name_function name);
[[noreturn]] void throw_malformed(const data_type& type, const std::string& why);

// Thrown by rows, as query_error; they name the column.
[[noreturn]] void throw_not_readable(const columns& list, std::size_t index, name_function name);
[[noreturn]] void throw_null(const columns& list, std::size_t index, name_function name);
[[noreturn]] void throw_no_position(const columns& list, std::size_t index);
[[noreturn]] void throw_no_column(const columns& list, std::string_view name);
[[noreturn]] void throw_count_mismatch(const columns& list, std::string_view what, std::size_t count);
/// Called while an exception of a codec is handled: adds the column, keeps a user's exception as the cause.
[[noreturn]] void rethrow_read_error(const columns& list, std::size_t index, name_function name);

}  // namespace async_cassandra::detail
