// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/detail/big_endian.hpp>
#include <async_cassandra/detail/shapes.hpp>
#include <async_cassandra/detail/type_errors.hpp>
#include <async_cassandra/detail/type_name.hpp>
#include <async_cassandra/types/value_sink.hpp>

// The CQL type vector: a fixed number of elements, each of as many bytes as `data_type::fixed_size` says, or
// behind its length when that is 0.
namespace async_cassandra::detail {

/// Arithmetic types whose vectors are turned round as a whole, not element by element.
template <class T>
concept bulk_element = (std::floating_point<T> || (std::signed_integral<T> && cql_integer<T>)) &&
                       (sizeof(T) == 4 || sizeof(T) == 8);

/// Whether a T has the very bits of this element type.
template <bulk_element T>
[[nodiscard]] constexpr bool is_bulk(type_kind kind) noexcept
{
    if constexpr (std::floating_point<T>)
        return kind == (sizeof(T) == 4 ? type_kind::float_ : type_kind::double_);
    else
        return kind == (sizeof(T) == 4 ? type_kind::int_ : type_kind::bigint);
}

/// Copies `count` numbers of 4 or 8 bytes from or to big-endian. Neither side need be aligned; they do not
/// overlap.
void swap_copy_4(std::byte* to, const std::byte* from, std::size_t count) noexcept;
void swap_copy_8(std::byte* to, const std::byte* from, std::size_t count) noexcept;

template <std::size_t Size>
void swap_copy(std::byte* to, const std::byte* from, std::size_t count) noexcept
{
    if constexpr (Size == 4)
        swap_copy_4(to, from, count);
    else
        swap_copy_8(to, from, count);
}

/// Walks the elements of an encoded vector. Every length is checked against the bytes that are there.
class vector_reader {
public:
    /// Throws value_error when the bytes cannot be `type.dimension()` elements.
    vector_reader(const data_type& type, std::span<const std::byte> bytes);

    /// The next element. Throws value_error when it does not end within the value.
    [[nodiscard]] std::span<const std::byte> next();

    /// Throws value_error unless everything was read.
    void finish() const;

private:
    const data_type* type_;
    std::span<const std::byte> rest_;
    std::size_t element_size_;  // 0: a length stands before each.
};

/// Throws value_error unless `size` elements make a vector of this type.
void check_dimension(const data_type& type, std::size_t size);

/// Starts an element of a vector and returns a mark for `end_vector_element`, which puts its length in front
/// of it when the type needs one.
[[nodiscard]] std::size_t begin_vector_element(const data_type& element, value_sink& out);
void end_vector_element(const data_type& element, std::size_t mark, value_sink& out);

template <class T>
concept contiguous_range = requires(const T& c) {
    {
        c.data()
    } -> std::convertible_to<const typename T::value_type*>;
};

template <class T>
concept bulk_container = bulk_element<typename T::value_type> && contiguous_range<T>;

/// Into a container that has its size already.
template <class T>
void fill_from_vector(T& out, const data_type& type, std::span<const std::byte> bytes)
{
    using element = typename T::value_type;
    const data_type& inner = type.elements()[0];
    vector_reader reader{type, bytes};
    if constexpr (bulk_container<T>)
        if (is_bulk<element>(inner.kind())) {
            swap_copy<sizeof(element)>(reinterpret_cast<std::byte*>(out.data()), bytes.data(), out.size());
            return;
        }
    for (auto&& item : out)
        item = codec<element>::decode(inner, reader.next());
    reader.finish();
}

template <class T>
[[nodiscard]] T decode_vector(const data_type& type, std::span<const std::byte> bytes)
{
    using element = typename T::value_type;
    if constexpr (fixed_array<T>) {
        T out{};
        fill_from_vector(out, type, bytes);
        return out;
    } else {
        const data_type& inner = type.elements()[0];
        vector_reader reader{type, bytes};  // Before anything is allocated: the dimension fits the bytes.
        T out;
        if constexpr (bulk_container<T> && requires { out.resize(1); })
            if (is_bulk<element>(inner.kind())) {
                out.resize(type.dimension());
                fill_from_vector(out, type, bytes);
                return out;
            }
        if constexpr (requires { out.reserve(type.dimension()); })
            out.reserve(type.dimension());
        for (std::uint32_t i = 0; i < type.dimension(); ++i)
            out.insert(out.end(), codec<element>::decode(inner, reader.next()));
        reader.finish();
        return out;
    }
}

template <class T>
void encode_vector(const T& value, const data_type& type, value_sink& out)
{
    using element = typename T::value_type;
    const data_type& inner = type.elements()[0];
    check_dimension(type, value.size());
    if constexpr (bulk_container<T>)
        if (is_bulk<element>(inner.kind()))
            return swap_copy<sizeof(element)>(
                out.extend(value.size() * sizeof(element)),
                reinterpret_cast<const std::byte*>(value.data()),
                value.size()
            );
    for (auto&& item : value) {
        if constexpr (requires { codec<element>::is_null(item); })
            if (codec<element>::is_null(item))
                throw_null_element(type, nullptr);
        const std::size_t mark = begin_vector_element(inner, out);
        codec<element>::encode(item, inner, out);
        end_vector_element(inner, mark, out);
    }
}

[[noreturn]] void throw_copy_size(std::size_t from, std::size_t to);

}  // namespace async_cassandra::detail
