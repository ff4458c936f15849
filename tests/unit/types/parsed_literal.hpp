// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/types/literal.hpp>

#include "unit/types/page_builder.hpp"
#include "unit/types/query_error_text.hpp"

#include <string>
#include <string_view>

namespace async_cassandra::test {

/// The bytes that a literal stands for, in hex, or "null".
inline std::string parsed(const data_type& type, std::string_view text)
{
    const raw_value value = encode_literal(text, type);
    return value.is_null() ? "null" : to_hex(value.bytes());
}

/// Why a literal is refused.
inline std::string parse_error(const data_type& type, std::string_view text)
{
    return query_error_text([&] { (void)encode_literal(text, type); });
}

/// Parses and writes again.
inline std::string again(const data_type& type, std::string_view text)
{
    return to_cql_literal(type, encode_literal(text, type).bytes());
}

}  // namespace async_cassandra::test
