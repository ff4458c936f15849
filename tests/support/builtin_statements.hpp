// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/answer.hpp"
#include "support/fake_node.hpp"
#include "support/request_record.hpp"

#include <string_view>
#include <vector>

// The statements that a fake node understands without a rule.
namespace async_cassandra::testing {

class node_state;

/// "keyspace_name text, flags set<text>" as columns of the table.
[[nodiscard]] std::vector<column> columns_of(
    std::string_view keyspace, std::string_view table, std::string_view list
);

/// Anything at all: USE, what changes the schema, SELECT from system tables, INSERT and SELECT by key in tables that were
/// created; the rest gets the server's error.
[[nodiscard]] answer answer_statement(const request_record& request, node_state& node);

/// What PREPARE of it says; changes nothing.
[[nodiscard]] answer describe_statement(const request_record& request, const node_state& node);

}  // namespace async_cassandra::testing
