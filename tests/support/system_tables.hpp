// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/answer.hpp"
#include "support/fake_node.hpp"

#include <optional>
#include <string_view>
#include <vector>

namespace async_cassandra::testing {

struct system_table {
    std::vector<column> metadata;
    std::vector<row> rows;
};

/// The table with this name ("system.local"), as a fresh node with these settings has it; empty when there is none.
[[nodiscard]] std::optional<system_table> find_system_table(
    std::string_view name, const fake_node_settings& settings
);

}  // namespace async_cassandra::testing
