// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/answer.hpp"
#include "support/dml_statement.hpp"
#include "support/fake_schema.hpp"
#include "support/request_record.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

// INSERT and SELECT by key in the tables that were created, on a ring of replicas.
namespace async_cassandra::testing {

class node_state;

/// Carries the statement out as the node that was asked. Too few replicas that run: UNAVAILABLE. Too few that are not
/// frozen: a timeout of the server, later; the write was done where it could be.
[[nodiscard]] answer run_on_replicas(
    const dml_statement& statement,
    const schema_table& table,
    const request_record& request,
    node_state& coordinator
);

/// Columns of the statement's result; of all columns that have a type which is played.
[[nodiscard]] std::vector<column> result_columns_of(
    const dml_statement& statement, const schema_table& table
);

/// Numbers (see host_id_of) of the nodes that hold the key, in ring order.
[[nodiscard]] std::vector<std::uint64_t> replicas_of(
    std::string_view keyspace, std::span<const std::byte> partition_key, const node_state& asked
);

}  // namespace async_cassandra::testing
