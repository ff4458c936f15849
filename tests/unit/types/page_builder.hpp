// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/detail/bound_values.hpp>
#include <async_cassandra/result_set.hpp>

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace async_cassandra::test {

using column_list = std::vector<std::pair<const char*, data_type>>;

inline std::shared_ptr<const columns> make_columns(const column_list& list)
{
    std::vector<column> made;
    for (const auto& [name, type] : list)
        made.push_back({"shop", "things", name, type});
    return std::make_shared<const columns>(std::move(made));
}

inline std::vector<std::byte> bytes_of(std::initializer_list<int> values)
{
    std::vector<std::byte> out;
    for (const int v : values)
        out.push_back(static_cast<std::byte>(v));
    return out;
}

inline std::vector<std::byte> from_hex(std::string_view hex)
{
    std::vector<std::byte> out;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
        out.push_back(static_cast<std::byte>(std::stoi(std::string{hex.substr(i, 2)}, nullptr, 16)));
    return out;
}

inline std::string to_hex(std::span<const std::byte> bytes)
{
    std::string out;
    for (const std::byte b : bytes) {
        out.push_back("0123456789abcdef"[static_cast<int>(b) >> 4]);
        out.push_back("0123456789abcdef"[static_cast<int>(b) & 15]);
    }
    return out;
}

/// Makes pages as the session does, in blocks of exactly their size, so that AddressSanitizer sees every step
/// too far.
class page_builder {
public:
    explicit page_builder(const column_list& list) : page_builder(make_columns(list)) {}
    explicit page_builder(std::shared_ptr<const columns> list) { parts_.columns = std::move(list); }

    template <class... T>
    page_builder& row(const T&... values)
    {
        detail::bind_all(cells_.emplace_back(), *parts_.columns, values...);
        EXPECT_EQ(cells_.back().error(), "");
        ++parts_.row_count;
        return *this;
    }

    page_builder& warning(std::string text)
    {
        parts_.notes.warnings.push_back(std::move(text));
        return *this;
    }

    page_builder& more(std::string_view state)
    {
        state_ = state;
        parts_.has_more_pages = true;
        return *this;
    }

    /// The state stands in front of the rows, as in a RESULT message.
    [[nodiscard]] page build()
    {
        std::size_t size = state_.size();
        for (const auto& cells : cells_)
            size += cells.bytes().size();
        parts_.block = detail::block_ptr::allocate(size);
        std::byte* at = parts_.block.data();
        if (!state_.empty())
            std::memcpy(at, state_.data(), state_.size());
        parts_.paging_state = {at, state_.size()};
        parts_.first_cell = state_.size();
        at += state_.size();
        for (const auto& cells : cells_) {
            if (!cells.bytes().empty())
                std::memcpy(at, cells.bytes().data(), cells.bytes().size());
            at += cells.bytes().size();
        }
        return page{std::move(parts_)};
    }

private:
    detail::page_parts parts_;
    std::string state_;
    std::vector<detail::bound_values> cells_;
};

/// A cell with these bytes, whatever the column's type says.
inline raw_value raw(std::initializer_list<int> values)
{
    return raw_value{bytes_of(values)};
}

}  // namespace async_cassandra::test
