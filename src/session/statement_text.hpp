// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

// What the text of a statement tells without being parsed.
namespace async_cassandra::detail {

/// UNAVAILABLE and OVERLOADED leave nothing behind for a single plain statement. A conditional statement may have begun
/// its Paxos rounds, a counter its update on the leader, a batch its batch log. When in doubt, it is one of these. An empty
/// text stands for what changes nothing.
[[nodiscard]] bool is_single_plain(std::string_view cql);

/// A lightweight transaction: INSERT, UPDATE, DELETE or a batch with IF.
[[nodiscard]] bool is_conditional(std::string_view cql);

}  // namespace async_cassandra::detail
