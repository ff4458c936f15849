// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/detail/shapes.hpp>
#include <async_cassandra/detail/type_errors.hpp>
#include <async_cassandra/detail/type_name.hpp>
#include <async_cassandra/types/value_sink.hpp>

// The fields of tuples and user-defined types: [bytes] one after the other, the last ones of which may be
// missing.
namespace async_cassandra::detail {

/// Walks the fields of an encoded tuple or user-defined type. Every length is checked against the bytes that
/// are there.
class field_reader {
public:
    field_reader(const data_type& type, std::span<const std::byte> bytes) noexcept
        : type_(&type), rest_(bytes)
    {}

    /// The next field; null when the value ends before it, as it does for a field that was added to its type
    /// later. Throws value_error when it does not end within the value.
    [[nodiscard]] cell next();

    /// Throws value_error unless everything was read.
    void finish() const;

private:
    const data_type* type_;
    std::span<const std::byte> rest_;
};

template <class T>
[[nodiscard]] T decode_field(cell c, const data_type& type, std::size_t index)
{
    if (c.is_null()) {
        if constexpr (requires { codec<T>::decode_null(); })
            return codec<T>::decode_null();
        else
            throw_null_field(type, index, &type_name<T>);
    }
    return codec<T>::decode(type.elements()[index], c.bytes());
}

template <class T>
void encode_field(const T& value, const data_type& field, value_sink& out)
{
    if constexpr (requires { codec<T>::is_null(value); })
        if (codec<T>::is_null(value))
            return out.append_be(std::int32_t{-1});
    const std::size_t mark = out.begin_value();
    codec<T>::encode(value, field, out);
    out.end_value(mark);
}

}  // namespace async_cassandra::detail
