// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/page.hpp>

namespace async_cassandra {

/// What a statement gave (native_protocol_v5.spec 4.2.5).
enum class result_kind : std::uint8_t {
    void_,          ///< Nothing: INSERT, UPDATE, DELETE, …
    rows,           ///< Rows, perhaps none.
    set_keyspace,   ///< USE.
    schema_change,  ///< CREATE, ALTER, DROP.
};

/// What a CREATE, ALTER or DROP changed (native_protocol_v5.spec 4.2.5.5).
struct schema_change {
    std::string change;  ///< "CREATED", "UPDATED" or "DROPPED".
    std::string target;  ///< "KEYSPACE", "TABLE", "TYPE", "FUNCTION" or "AGGREGATE".
    std::string keyspace;
    std::string name;                         ///< Empty when the target is a keyspace.
    std::vector<std::string> argument_types;  ///< Of a function or aggregate, as CQL type names.
};

namespace detail {

/// A RESULT that is not rows.
struct other_result {
    result_kind kind = result_kind::void_;
    std::string keyspace;  ///< set_keyspace
    std::optional<schema_change> change;
    result_notes notes;
    bool in_agreement = true;
};

}  // namespace detail

/// The result of a statement: all its rows, from one page or several, in the server's order; or what it gave
/// instead. Owns the bytes its rows view; moving it leaves them where they are. Not copyable. May be read
/// from any thread, by several at once.
///
///     auto users = co_await session.execute("SELECT id, name FROM users");
///     for (auto [id, name] : users.as<uuid, std::string_view>()) …
///     for (auto row : users) row.get<uuid>("id");
class result_set {
public:
    /// `void_`.
    result_set() noexcept = default;

    /// Made by the session.
    explicit result_set(page first) noexcept : first_(std::move(first)) {}
    explicit result_set(detail::other_result other);

    /// Adds the next page of the same statement. Used by the session. Iterators become invalid, rows do not.
    void append(page next);

    [[nodiscard]] result_kind kind() const noexcept;

    /// Number of rows.
    [[nodiscard]] std::size_t size() const noexcept;
    [[nodiscard]] bool empty() const noexcept { return size() == 0; }

    /// The columns of the first page; none when there are no rows. Valid as long as this result.
    [[nodiscard]] const class columns& columns() const noexcept { return first_.columns(); }

    [[nodiscard]] row_iterator begin() const noexcept { return row_iterator{cursor()}; }
    [[nodiscard]] row_iterator end() const noexcept { return row_iterator{row_cursor::end_of(end_page())}; }

    /// The first row, if there is one. Views this result.
    [[nodiscard]] std::optional<row> one() const& noexcept;
    void one() const&& = delete;

    /// The rows as tuples (several types, or one that has a codec) or structs (see row_mapping.hpp). A view
    /// of this result. Throws query_error when the columns of any page do not fit the types.
    template <class... T>
    [[nodiscard]] auto as() const&
    {
        detail::require_row_shape<T...>();
        if constexpr (detail::row_shape<T...>) {
            using reader = detail::row_reader<T...>;
            reader made{columns()};
            for (const page& p : more())
                if (p.columns_ != first_.columns_)
                    made.check(p.columns());
            return typed_rows<reader>{std::move(made), cursor(), row_cursor::end_of(end_page())};
        }
    }

    /// A range-for over a temporary would read freed memory in C++20: name the result first.
    template <class... T>
    void as() const&& = delete;

    /// Pages the rows came in; 0 when the result is not rows.
    [[nodiscard]] std::size_t page_count() const noexcept;

    /// Whether the server has more: only after `execute_page`, as `execute` fetches all.
    [[nodiscard]] bool has_more_pages() const noexcept { return last().has_more_pages(); }

    /// Where the next page begins; empty when there is none.
    [[nodiscard]] class paging_state paging_state() const { return last().paging_state(); }

    /// What the server warned of, over all pages.
    [[nodiscard]] std::vector<std::string> warnings() const;

    /// Where the server's trace of the first page begins; set when the statement asked for `tracing`.
    [[nodiscard]] std::optional<uuid> tracing_id() const noexcept;

    /// What a query handler of the server's own sent along with the first page.
    [[nodiscard]] const async_cassandra::custom_payload& custom_payload() const noexcept;

    /// Memory held for the rows, in bytes.
    [[nodiscard]] std::size_t byte_size() const noexcept;

    /// The keyspace a USE statement chose; empty for every other result.
    [[nodiscard]] const std::string& keyspace() const noexcept;

    /// What a schema statement changed; null for every other result.
    [[nodiscard]] const schema_change* change() const noexcept;

    /// False when a schema statement changed something and it is not known that all nodes that are up have
    /// it: they did not agree in time, or were not asked (`cluster_config::schema_agreement_timeout`). The
    /// change is made all the same, but a request that needs it may fail where it is not yet known. True for
    /// every other result.
    [[nodiscard]] bool schema_in_agreement() const noexcept { return !other_ || other_->in_agreement; }

private:
    [[nodiscard]] std::span<const page> more() const noexcept
    {
        return more_ ? std::span<const page>{*more_} : std::span<const page>{};
    }
    [[nodiscard]] row_cursor cursor() const noexcept { return {first_.rows(), more().data(), end_page()}; }
    [[nodiscard]] const page* end_page() const noexcept { return more().data() + more().size(); }
    [[nodiscard]] const page& last() const noexcept { return more_ ? more_->back() : first_; }

    page first_;
    std::unique_ptr<std::vector<page>> more_;            // Null unless there were several pages.
    std::unique_ptr<const detail::other_result> other_;  // Null for rows and for a bare VOID.
};

static_assert(sizeof(result_set) <= 96, "moved several times on the request path");

}  // namespace async_cassandra
