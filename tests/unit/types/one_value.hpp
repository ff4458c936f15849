// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "unit/types/page_builder.hpp"
#include "unit/types/query_error_text.hpp"

namespace async_cassandra::test {

// How errors about the one value begin.
inline const std::string marker = "marker 'v' (position 0): ";
inline const std::string column = "column 'v' (position 0): ";

/// The bytes of one bound value, or the text of why it cannot be bound.
template <class T>
std::string bound(const data_type& type, const T& value)
{
    const columns markers{{{"", "", "v", type}}};
    detail::bound_values values;
    detail::bind_all(values, markers, value);
    if (values.failed())
        return values.error();
    const auto bytes = values.value(0);
    return bytes ? to_hex(*bytes) : "null";
}

inline raw_value bytes_from(std::string_view hex)
{
    return raw_value{from_hex(hex)};
}

/// What a row with this one cell gives. Not for types that view the row.
template <class T>
T read(const data_type& type, std::string_view hex)
{
    const page p = page_builder{{{"v", type}}}.row(bytes_from(hex)).build();
    return (*p.begin()).template get<T>(0);
}

template <class T>
std::string read_error(const data_type& type, std::string_view hex)
{
    return query_error_text([&] { (void)read<T>(type, hex); });
}

/// Both directions.
template <class T>
void expect_bytes(const data_type& type, const T& value, std::string_view hex)
{
    EXPECT_EQ(bound(type, value), hex) << type.to_string();
    EXPECT_EQ(read<T>(type, hex), value) << type.to_string() << " " << hex;
    EXPECT_EQ(read<std::optional<T>>(type, hex), value) << type.to_string() << " " << hex;
}

}  // namespace async_cassandra::test
