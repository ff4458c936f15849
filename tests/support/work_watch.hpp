// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>

namespace async_cassandra::testing {

/// Told how much CPU time each piece of the work of simulated clients took; null: nobody looks at it.
inline thread_local std::function<void(std::chrono::nanoseconds)> work_watch;

}  // namespace async_cassandra::testing
