// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/protocol_version.hpp>
#include <async_cassandra/statement.hpp>

namespace async_cassandra::detail {

/// What is wrong with the statement's options, for a cluster that speaks this version; null: nothing.
[[nodiscard]] const char* broken_rule(const statement& what, protocol_version version) noexcept;

}  // namespace async_cassandra::detail
