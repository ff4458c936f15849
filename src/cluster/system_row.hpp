// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/error.hpp>
#include <async_cassandra/row.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace async_cassandra::detail {

/// Remarks for the log on what system tables say. Bounded: a server that is wrong is wrong in every row.
class row_notes {
public:
    void add(std::string note)
    {
        if (notes_.size() < most)
            notes_.push_back(std::move(note));
        else
            ++more_;
    }

    [[nodiscard]] std::vector<std::string> take()
    {
        if (more_ != 0)
            notes_.push_back("and " + std::to_string(more_) + " more of the kind");
        more_ = 0;
        return std::move(notes_);
    }

private:
    static constexpr std::size_t most = 20;

    std::vector<std::string> notes_;
    std::size_t more_ = 0;
};

/// A row of a system table, whose columns differ from version to version and may hold anything.
class system_row {
public:
    system_row(const row& r, row_notes& notes) noexcept : row_(r), notes_(notes) {}

    /// The value; empty when there is no such column, it is null, or its value or type is not as expected (with a note).
    template <class T>
    [[nodiscard]] std::optional<T> get(std::string_view name) const
    {
        const auto at = row_.columns().find(name);
        if (!at)
            return std::nullopt;
        try {
            return row_.get<std::optional<T>>(*at);
        } catch (const error& e) {
            notes_.add(e.what());
            return std::nullopt;
        }
    }

    [[nodiscard]] bool has_column(std::string_view name) const noexcept
    {
        return row_.columns().find(name).has_value();
    }

private:
    row row_;
    row_notes& notes_;
};

}  // namespace async_cassandra::detail
