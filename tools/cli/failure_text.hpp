// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <exception>
#include <string>

namespace async_cassandra::cli {

/// Everything that is known about a failure, for a person, ending in a newline: what it is first, then node, effect and
/// attempts, a line each.
[[nodiscard]] std::string failure_text(const std::exception& thrown);

}  // namespace async_cassandra::cli
