// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/detail/read_cell.hpp>
#include <async_cassandra/row_mapping.hpp>

namespace async_cassandra {

namespace detail {

/// Whether `as<T...>()` can make something of a row.
template <class... T>
concept row_shape = (sizeof...(T) > 1 && (readable<T> && ...)) ||
                    (sizeof...(T) == 1 && ((readable<T> || described_struct<T> || plain_struct<T>)&&...));

template <class... T>
consteval void require_row_shape()
{
    static_assert(sizeof...(T) > 0, "async_cassandra: as<> needs the types to read");
    if constexpr (sizeof...(T) > 1)
        (require_readable<T>(), ...);
    else
        static_assert(
            row_shape<T...>,
            "async_cassandra: as<T>() reads one column into a T that has a codec, or a whole row into an "
            "aggregate or "
            "a default-constructible struct described with BOOST_DESCRIBE_STRUCT; this type is none of them."
        );
}

}  // namespace detail

/// One row, seen in place: two pointers, cheap to copy. Valid as long as the page or result_set it comes
/// from; may be read from any thread, by several at once.
///
/// Reading throws `query_error`: for a C++ type that does not fit the CQL type (the text lists those that
/// do), for null in a type that is not std::optional, for a malformed value, for a column that does not
/// exist. Each access walks the cells before it; to read all columns of many rows, `as<>()` of the page is
/// several times faster.
class row {
public:
    /// Made by page and result_set. `first_cell` is where the cells of this row begin.
    row(const class columns& list, const std::byte* first_cell) noexcept : columns_(&list), first_(first_cell)
    {}

    /// Number of columns.
    [[nodiscard]] std::size_t size() const noexcept { return columns_->size(); }

    [[nodiscard]] const class columns& columns() const noexcept { return *columns_; }

    /// The value of the column at `index`, from 0.
    template <class T>
    [[nodiscard]] T get(std::size_t index) const
    {
        const std::byte* at = find(index);
        detail::check_column<T>(*columns_, index);
        if constexpr (readable<T>)
            return detail::take_cell<T>(at, *columns_, index);
    }

    /// The value of the first column with exactly this name.
    template <class T>
    [[nodiscard]] T get(std::string_view name) const
    {
        return get<T>(position(name));
    }

    [[nodiscard]] bool is_null(std::size_t index) const
    {
        return detail::load_be<std::int32_t>(find(index)) < 0;
    }
    [[nodiscard]] bool is_null(std::string_view name) const { return is_null(position(name)); }

    /// The encoded bytes of any column, whatever its type; empty when null.
    [[nodiscard]] std::optional<std::span<const std::byte>> raw(std::size_t index) const;
    [[nodiscard]] std::optional<std::span<const std::byte>> raw(std::string_view name) const
    {
        return raw(position(name));
    }

    /// The whole row: a std::tuple of several types or of one that has a codec, or a struct (see
    /// row_mapping.hpp).
    template <class... T>
    [[nodiscard]] auto as() const
    {
        detail::require_row_shape<T...>();
        if constexpr (detail::row_shape<T...>) {
            const std::byte* at = first_;
            return detail::row_reader<T...>{*columns_}.take(at, *columns_);
        }
    }

private:
    [[nodiscard]] const std::byte* find(std::size_t index) const
    {
        if (index >= columns_->size()) [[unlikely]]
            detail::throw_no_position(*columns_, index);
        const std::byte* at = first_;
        for (std::size_t i = 0; i < index; ++i)
            at = detail::skip_cell(at);
        return at;
    }

    /// Throws query_error when there is no such column.
    [[nodiscard]] std::size_t position(std::string_view name) const;

    const class columns* columns_;
    const std::byte* first_;
};

}  // namespace async_cassandra
