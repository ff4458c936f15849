// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/types/data_type.hpp>

#include <cstddef>
#include <span>
#include <string>

namespace async_cassandra::types {

/// How literals and JSON tell apart what they must quote.
enum class text_shape {
    number,  ///< Numbers of every kind, booleans.
    word,    ///< Bare in CQL, a string in JSON: uuid, duration, blob, bytes of unknown types.
    quoted,  ///< A string in both: inet, timestamp, date, time.
    text,    ///< A string with any characters in it.
};

/// `kind` is a scalar's.
[[nodiscard]] text_shape shape_of(type_kind kind) noexcept;

/// The value without any quotes. `type` is a scalar. Throws value_error when the bytes are no value of
/// it.
void append_scalar(std::string& out, const data_type& type, std::span<const std::byte> bytes);

/// The one class without a CQL name that CQL and JSON do not write as its bytes, but as a uuid.
[[nodiscard]] bool is_lexical_uuid(const data_type& type) noexcept;

/// Whether a decimal with a negative scale lies beyond the doubles.
[[nodiscard]] bool exceeds_double(const data_type& type, std::span<const std::byte> bytes);

/// Whether a float or double is NaN or infinite.
[[nodiscard]] bool is_not_finite(const data_type& type, std::span<const std::byte> bytes);

}  // namespace async_cassandra::types
