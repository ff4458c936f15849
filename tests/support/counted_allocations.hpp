// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace async_cassandra::testing {

/// How often this thread has asked for memory by `new`, in a program that counted_allocations.cpp is part of: it stands in
/// for the library's own operators, for the whole program.
[[nodiscard]] std::size_t allocations() noexcept;

}  // namespace async_cassandra::testing
