// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/answer.hpp"

#include <optional>
#include <string_view>
#include <vector>

namespace async_cassandra::testing {

class node_state;

struct system_table {
    std::vector<column> metadata;
    std::vector<row> rows;
};

/// Columns of the table with this name ("system", "local"), as Cassandra 5.0 has them and in its order: partition key,
/// clustering columns, the others by name. Empty when there is none.
[[nodiscard]] std::vector<column> system_columns(std::string_view keyspace, std::string_view table);

/// What the node has in the table.
[[nodiscard]] std::vector<row> system_rows(
    std::string_view keyspace, std::string_view table, const node_state& node
);

}  // namespace async_cassandra::testing
