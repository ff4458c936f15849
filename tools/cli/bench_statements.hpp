// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/statement.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace async_cassandra::cli {

// Exactly these are prepared, so that any server with these tables can be measured.
inline constexpr std::string_view select_text = "SELECT k, v FROM bench.kv WHERE k = ?";
inline constexpr std::string_view insert_text = "INSERT INTO bench.kv (k, v) VALUES (?, ?)";
inline constexpr std::string_view stream_text = "SELECT id, ts, name, value, payload FROM bench.big";
inline constexpr std::int32_t stream_page_size = 5000;

/// Keys 0, 1, … rows - 1, 0, …, each thread from a place of its own.
class key_sequence {
public:
    key_sequence(std::uint64_t first, std::uint64_t rows) noexcept : next_(first % rows), rows_(rows) {}

    std::int64_t next() noexcept
    {
        const std::uint64_t key = next_;
        if (++next_ == rows_)
            next_ = 0;
        return static_cast<std::int64_t>(key);
    }

private:
    std::uint64_t next_;
    std::uint64_t rows_;
};

/// SELECT of one key after the other.
class select_operation {
public:
    select_operation(prepared_statement prepared, key_sequence keys) noexcept
        : prepared_(std::move(prepared)), keys_(keys)
    {}

    [[nodiscard]] statement next() { return prepared_.bind(keys_.next()); }

private:
    prepared_statement prepared_;
    key_sequence keys_;
};

/// INSERT of one key after the other.
class insert_operation {
public:
    insert_operation(prepared_statement prepared, key_sequence keys) noexcept
        : prepared_(std::move(prepared)), keys_(keys)
    {
        for (std::size_t i = 0; i < value_.size(); ++i)
            value_[i] = static_cast<std::byte>(i);
    }

    [[nodiscard]] statement next() { return prepared_.bind(keys_.next(), blob_view{value_}); }

private:
    prepared_statement prepared_;
    key_sequence keys_;
    std::array<std::byte, 100> value_{};
};

/// SELECT and INSERT in turn, each from a place of its own among the keys.
class mixed_operation {
public:
    mixed_operation(select_operation selects, insert_operation inserts) noexcept
        : selects_(std::move(selects)), inserts_(std::move(inserts))
    {}

    [[nodiscard]] statement next()
    {
        insert_next_ = !insert_next_;
        return insert_next_ ? selects_.next() : inserts_.next();
    }

private:
    select_operation selects_;
    insert_operation inserts_;
    bool insert_next_ = false;
};

}  // namespace async_cassandra::cli
