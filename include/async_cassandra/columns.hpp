// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/types/data_type.hpp>

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace async_cassandra {

/// One column of a result, or one bind marker of a prepared statement.
struct column {
    std::string keyspace;
    std::string table;
    std::string name;
    data_type type;
};

/// The columns of a result (or the markers of a prepared statement) in order. Immutable once shared.
class columns {
public:
    columns() = default;
    explicit columns(std::vector<column> list);

    [[nodiscard]] std::size_t size() const noexcept { return list_.size(); }
    [[nodiscard]] bool empty() const noexcept { return list_.empty(); }
    [[nodiscard]] const column& operator[](std::size_t index) const noexcept { return list_[index]; }
    [[nodiscard]] auto begin() const noexcept { return list_.begin(); }
    [[nodiscard]] auto end() const noexcept { return list_.end(); }

    /// Position of the first column with exactly this name (case-sensitive, as the server reports names).
    [[nodiscard]] std::optional<std::size_t> find(std::string_view name) const noexcept;

    /// "id, name, value": for error texts.
    [[nodiscard]] std::string names() const;

private:
    std::vector<column> list_;
};

}  // namespace async_cassandra
