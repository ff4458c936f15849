// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>

namespace async_cassandra::cli {

/// User and system time of the whole process so far.
[[nodiscard]] std::chrono::microseconds cpu_time();

/// Resident memory in MiB, now; 0 when the system does not say.
[[nodiscard]] double resident_mib();

/// The most resident memory the process ever had, in MiB.
[[nodiscard]] double peak_resident_mib();

}  // namespace async_cassandra::cli
