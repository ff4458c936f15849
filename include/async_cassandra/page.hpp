// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/custom_payload.hpp>
#include <async_cassandra/detail/block.hpp>
#include <async_cassandra/paging_state.hpp>
#include <async_cassandra/row_range.hpp>
#include <async_cassandra/types/uuid.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace async_cassandra {

namespace detail {

/// What a server says beside a result.
struct result_notes {
    std::vector<std::string> warnings;
    std::optional<uuid> tracing_id;
    async_cassandra::custom_payload payload;

    [[nodiscard]] bool empty() const noexcept { return warnings.empty() && !tracing_id && payload.empty(); }
};

/// What a page is made of, as the RESULT message had it. Cells must have been checked
/// (protocol::check_cells).
struct page_parts {
    block_ptr block;                               ///< The message body; everything below lies in it.
    std::shared_ptr<const class columns> columns;  ///< From the message, or from the prepared statement.
    std::uint32_t row_count = 0;
    std::size_t first_cell = 0;  ///< Where the rows begin in the block.
    bool has_more_pages = false;
    std::span<const std::byte> paging_state;  ///< Within the block; empty when there is none.
    result_notes notes;
};

}  // namespace detail

/// One page of rows. Owns the bytes its rows view; moving it leaves them where they are. Not copyable. May be
/// read from any thread, by several at once.
class page {
public:
    /// No rows, no columns.
    page() noexcept = default;

    /// Made by the session.
    explicit page(detail::page_parts parts);

    /// Made by the session: no rows, only what the server said.
    explicit page(detail::result_notes notes);

    /// Number of rows.
    [[nodiscard]] std::size_t size() const noexcept { return row_count_; }
    [[nodiscard]] bool empty() const noexcept { return row_count_ == 0; }

    /// Valid as long as this page.
    [[nodiscard]] const class columns& columns() const noexcept;

    /// Whether the server has more. The only sign of the end: an empty page may have successors.
    [[nodiscard]] bool has_more_pages() const noexcept { return has_more_; }

    /// Where the next page begins; empty on the last page.
    [[nodiscard]] class paging_state paging_state() const { return async_cassandra::paging_state{state_}; }

    /// What the server warned of while it answered.
    [[nodiscard]] const std::vector<std::string>& warnings() const noexcept;

    /// Where the server's trace of this page begins; set when the statement asked for `tracing`.
    [[nodiscard]] std::optional<uuid> tracing_id() const noexcept;

    /// What a query handler of the server's own sent along.
    [[nodiscard]] const async_cassandra::custom_payload& custom_payload() const noexcept;

    /// Memory held for the rows, in bytes.
    [[nodiscard]] std::size_t byte_size() const noexcept { return block_.size(); }

    [[nodiscard]] row_iterator begin() const noexcept { return row_iterator{cursor()}; }
    [[nodiscard]] row_iterator end() const noexcept { return row_iterator{row_cursor::end_of(nullptr)}; }

    /// The rows as tuples (several types, or one that has a codec) or structs (see row_mapping.hpp):
    ///
    ///     for (auto [id, name] : page.as<uuid, std::string_view>()) …
    ///
    /// Throws query_error when the columns do not fit the types. A view of this page.
    template <class... T>
    [[nodiscard]] auto as() const&
    {
        detail::require_row_shape<T...>();
        if constexpr (detail::row_shape<T...>) {
            using reader = detail::row_reader<T...>;
            return typed_rows<reader>{reader{columns()}, cursor(), row_cursor::end_of(nullptr)};
        }
    }

    /// A range-for over a temporary would read freed memory in C++20: name the page first.
    template <class... T>
    void as() const&& = delete;

private:
    friend class row_cursor;
    friend class result_set;

    [[nodiscard]] const detail::result_notes& notes() const noexcept;
    [[nodiscard]] detail::page_rows rows() const noexcept { return {columns_.get(), first_, row_count_}; }
    [[nodiscard]] row_cursor cursor() const noexcept { return {rows(), nullptr, nullptr}; }

    detail::block_ptr block_;
    std::shared_ptr<const class columns> columns_;
    const std::byte* first_ = nullptr;
    std::span<const std::byte> state_;
    std::uint32_t row_count_ = 0;
    bool has_more_ = false;
    std::unique_ptr<const detail::result_notes> notes_;  // Null when the server said nothing.
};

}  // namespace async_cassandra
