// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/answer.hpp"

#include <string_view>

// What a server says of statements that it cannot carry out.
namespace async_cassandra::testing {

/// `line 1:7 no viable alternative at input 'word' ([word]...)`; the word is a view into the text, or empty at its end.
[[nodiscard]] answer syntax_error(std::string_view text, std::string_view word);
/// `Keyspace 'nope' does not exist`
[[nodiscard]] answer unknown_keyspace(std::string_view name);
/// `keyspace nope does not exist`
[[nodiscard]] answer missing_keyspace_of_table(std::string_view keyspace);
/// `table nope does not exist`
[[nodiscard]] answer missing_table(std::string_view table);
/// `unconfigured table nope`, as servers before 4.0 have it.
[[nodiscard]] answer unconfigured_table(std::string_view table);
[[nodiscard]] answer undefined_column(
    std::string_view column, std::string_view keyspace, std::string_view table
);
[[nodiscard]] answer already_exists(std::string_view keyspace, std::string_view table);
[[nodiscard]] answer invalid(std::string message);

}  // namespace async_cassandra::testing
