// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/answer.hpp"
#include "support/fake_node.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// The statements that a fake node understands without a rule.
namespace async_cassandra::testing {

/// "keyspace_name text, flags set<text>" as columns of the table.
[[nodiscard]] std::vector<column> columns_of(
    std::string_view keyspace, std::string_view table, std::string_view list
);

/// Anything at all: USE and DDL change `settings`, SELECT from a system table gets its rows, the rest gets the server's
/// error.
[[nodiscard]] answer answer_statement(
    std::string_view text, std::string_view keyspace, fake_node_settings& settings
);

/// Whether it has an answer other than an error, and changes nothing when asked.
[[nodiscard]] bool is_system_select(std::string_view text);

/// `Keyspace 'nope' does not exist`
[[nodiscard]] answer unknown_keyspace(std::string_view name);

}  // namespace async_cassandra::testing
