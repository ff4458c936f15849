// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/columns.hpp>
#include <async_cassandra/types/codec.hpp>

#include <tuple>

namespace async_cassandra::detail {

// Cells are [bytes] one after the other; protocol::check_cells has walked them once, so none leaves its
// block.

/// Where the cell after the one at `at` begins.
[[nodiscard]] inline const std::byte* skip_cell(const std::byte* at) noexcept
{
    const auto size = load_be<std::int32_t>(at);
    return at + sizeof size + (size > 0 ? size : 0);
}

template <class T>
consteval void require_readable()
{
    static_assert(
        std::same_as<T, std::remove_cvref_t<T>>, "async_cassandra: read into a plain type, not const or &"
    );
    static_assert(
        readable<T>,
        "async_cassandra: no CQL type can be read into this type (T). Read one of the types listed in "
        "<async_cassandra/types/codec.hpp>, a container or std::optional of them, an aggregate as the only "
        "type of "
        "as<T>(), or specialise async_cassandra::codec<T> with `reads` and `decode` before this use. CQL "
        "integers are "
        "signed: read std::int8_t, std::int16_t, std::int32_t or std::int64_t."
    );
}

/// Throws query_error unless T reads the column's CQL type. `index` < list.size().
template <class T>
void check_column(const columns& list, std::size_t index)
{
    require_readable<T>();
    if constexpr (readable<T>)
        if (!codec<T>::reads(list[index].type)) [[unlikely]]
            throw_not_readable(list, index, &type_name<T>);
}

template <class T>
[[nodiscard]] T decode_bytes(std::span<const std::byte> bytes, const columns& list, std::size_t index)
{
    try {
        return codec<T>::decode(list[index].type, bytes);
    } catch (...) {
        rethrow_read_error(list, index, &type_name<T>);
    }
}

/// Decodes the cell at `at` and moves `at` behind it. The type was checked before.
template <readable T>
[[nodiscard]] T take_cell(const std::byte*& at, const columns& list, std::size_t index)
{
    const auto size = load_be<std::int32_t>(at);
    const std::byte* begin = at + sizeof size;
    // A predicted branch with a constant step lets the processor reach the next cell without waiting for this
    // length.
    if constexpr (requires { codec<T>::fixed_size; }) {
        if (size == static_cast<std::int32_t>(codec<T>::fixed_size)) [[likely]] {
            at = begin + codec<T>::fixed_size;
            return decode_bytes<T>({begin, codec<T>::fixed_size}, list, index);
        }
    }
    if (size < 0) [[unlikely]] {
        at = begin;
        if constexpr (requires { codec<T>::decode_null(); })
            return codec<T>::decode_null();
        else
            throw_null(list, index, &type_name<T>);
    }
    at = begin + size;
    return decode_bytes<T>({begin, static_cast<std::size_t>(size)}, list, index);
}

/// What a row is made into: `type`, `check(columns)` once per result, `take(at, columns)` once per row.
template <class... T>
struct row_reader;

/// A tuple, one element a column.
template <class... T>
struct tuple_reader {
    using type = std::tuple<T...>;

    explicit tuple_reader(const columns& list) { check(list); }

    void check(const columns& list) const
    {
        if (list.size() != sizeof...(T))
            throw_count_mismatch(list, "as<>", sizeof...(T));
        check_all(list, std::index_sequence_for<T...>{});
    }

    [[nodiscard]] type take(const std::byte*& at, const columns& list) const
    {
        return take_all(at, list, std::index_sequence_for<T...>{});
    }

private:
    template <std::size_t... I>
    static void check_all(const columns& list, std::index_sequence<I...>)
    {
        (check_column<T>(list, I), ...);
    }

    // Braces, because they order the evaluation from left to right.
    template <std::size_t... I>
    static type take_all(const std::byte*& at, const columns& list, std::index_sequence<I...>)
    {
        return type{take_cell<T>(at, list, I)...};
    }
};

template <class... T>
    requires(sizeof...(T) > 1)
struct row_reader<T...> : tuple_reader<T...> {
    using tuple_reader<T...>::tuple_reader;
};

template <readable T>
    requires(!by_members<T>)
struct row_reader<T> : tuple_reader<T> {
    using tuple_reader<T>::tuple_reader;
};

}  // namespace async_cassandra::detail
