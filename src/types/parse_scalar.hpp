// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/types/data_type.hpp>
#include <async_cassandra/types/value_sink.hpp>

#include "types/literal_cursor.hpp"

namespace async_cassandra::types {

/// What a literal of the type looks like, for "expected …".
[[nodiscard]] std::string expected_form(const data_type& type);

/// Appends the bytes of one value that is no collection, tuple, UDT or vector. `in` is where `word` was taken
/// from; it names the place when something is wrong.
void parse_scalar(const literal_cursor& in, const literal_word& word, const data_type& type, value_sink& out);

}  // namespace async_cassandra::types
