// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <exception>
#include <string>

namespace async_cassandra::cli {

/// Everything that is known about a failure, for a person, ending in a newline: what it is first, then node, effect and
/// attempts, a line each.
[[nodiscard]] std::string failure_text(const std::exception& thrown);

/// The name of the thrown class, without the library's namespace: "write_timeout", "no_host_available",
/// "std::bad_alloc". A cancelled call is an "error". Precondition: not null.
[[nodiscard]] std::string failure_class(const std::exception_ptr& thrown);

}  // namespace async_cassandra::cli
