// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace async_cassandra::detail {

/// False for nearly all statements, at the cost of a look at their first letter.
[[nodiscard]] inline bool may_be_use(std::string_view cql) noexcept
{
    return !cql.empty() && std::string_view{"uU \t\r\n/-"}.find(cql.front()) != std::string_view::npos;
}

/// The keyspace that a USE statement names, as the server reads it. Empty when the text is anything else; that the server
/// takes none of those for a USE statement is what keeps its connections in the keyspaces of their pools.
[[nodiscard]] std::optional<std::string> keyspace_of_use(std::string_view cql);

/// The statement for a keyspace by its literal name.
[[nodiscard]] std::string use_statement(std::string_view keyspace);

}  // namespace async_cassandra::detail
