// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/row.hpp>

#include <iterator>

namespace async_cassandra {

class page;

namespace detail {

/// The rows of one page still to come.
struct page_rows {
    const class columns* list = nullptr;
    const std::byte* at = nullptr;  ///< The first cell of the current row.
    std::size_t left = 0;           ///< Rows, the current one included.
};

}  // namespace detail

/// Walks the rows of one page or of several, in order. Valid as long as the page or result_set.
class row_cursor {
public:
    row_cursor() noexcept = default;
    /// The rows of one page, then those of the pages from `next` to `end`.
    row_cursor(detail::page_rows first, const page* next, const page* end) noexcept
        : rows_(first), next_(next), end_(end)
    {
        if (rows_.left == 0)
            enter_next_page();
    }

    /// Behind the last row.
    [[nodiscard]] static row_cursor end_of(const page* end) noexcept { return {{}, end, end}; }

    [[nodiscard]] const columns& list() const noexcept { return *rows_.list; }
    [[nodiscard]] const std::byte* at() const noexcept { return rows_.at; }

    /// Goes on to the row that begins at `next_row` in this page, or to the next page.
    void advance_to(const std::byte* next_row) noexcept
    {
        rows_.at = next_row;
        if (--rows_.left == 0) [[unlikely]]
            enter_next_page();
    }

    /// Goes on past a row whose end is not known.
    void advance() noexcept
    {
        const std::byte* at = rows_.at;
        for (std::size_t i = rows_.list->size(); i != 0; --i)
            at = detail::skip_cell(at);
        advance_to(at);
    }

    friend bool operator==(const row_cursor& a, const row_cursor& b) noexcept
    {
        return a.rows_.left == b.rows_.left && a.next_ == b.next_;
    }

private:
    void enter_next_page() noexcept;

    detail::page_rows rows_;
    const page* next_ = nullptr;
    const page* end_ = nullptr;
};

/// Forward iterator over rows; `*it` is a `row` by value.
class row_iterator {
public:
    using value_type = row;
    using reference = row;
    using pointer = void;
    using difference_type = std::ptrdiff_t;
    using iterator_category = std::input_iterator_tag;
    using iterator_concept = std::forward_iterator_tag;

    row_iterator() noexcept = default;
    explicit row_iterator(row_cursor cursor) noexcept : cursor_(cursor) {}

    [[nodiscard]] row operator*() const noexcept { return {cursor_.list(), cursor_.at()}; }
    row_iterator& operator++() noexcept
    {
        cursor_.advance();
        return *this;
    }
    row_iterator operator++(int) noexcept
    {
        row_iterator before = *this;
        ++*this;
        return before;
    }
    friend bool operator==(const row_iterator&, const row_iterator&) noexcept = default;

private:
    row_cursor cursor_;
};

/// The rows of a page or result_set as tuples or structs, from `as<>()`. Types were checked when it was made.
/// A view: valid as long as the page or result_set. Reading a row throws query_error for null in a type that
/// is not std::optional and for a malformed value.
template <class Reader>
class typed_rows {
public:
    class iterator {
    public:
        using value_type = typename Reader::type;
        using reference = value_type;
        using pointer = void;
        using difference_type = std::ptrdiff_t;
        using iterator_category = std::input_iterator_tag;
        using iterator_concept = std::forward_iterator_tag;

        iterator() noexcept = default;
        iterator(row_cursor cursor, const Reader& reader) noexcept : cursor_(cursor), reader_(&reader) {}

        /// Decodes the row.
        [[nodiscard]] value_type operator*() const
        {
            const std::byte* at = cursor_.at();
            value_type value = reader_->take(at, cursor_.list());
            after_ = at;
            return value;
        }
        iterator& operator++() noexcept
        {
            if (after_ != nullptr) [[likely]]
                cursor_.advance_to(std::exchange(after_, nullptr));
            else
                cursor_.advance();
            return *this;
        }
        iterator operator++(int) noexcept
        {
            iterator before = *this;
            ++*this;
            return before;
        }
        friend bool operator==(const iterator& a, const iterator& b) noexcept
        {
            return a.cursor_ == b.cursor_;
        }

    private:
        row_cursor cursor_;
        const Reader* reader_ = nullptr;
        mutable const std::byte* after_ = nullptr;  // The end of this row, known once it was decoded.
    };

    typed_rows(Reader reader, row_cursor begin, row_cursor end) noexcept
        : reader_(std::move(reader)), begin_(begin), end_(end)
    {}

    [[nodiscard]] iterator begin() const noexcept { return {begin_, reader_}; }
    [[nodiscard]] iterator end() const noexcept { return {end_, reader_}; }

private:
    Reader reader_;
    row_cursor begin_;
    row_cursor end_;
};

}  // namespace async_cassandra
