// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>

namespace async_cassandra::testing {

/// What happens to events on their way from the server to a connection. Drawn for each connection apart.
struct event_faults {
    /// Drawn for each event: different delays change their order.
    std::chrono::nanoseconds delay_min{0};
    std::chrono::nanoseconds delay_max{0};
    std::uint64_t lost_per_mille = 0;
    std::uint64_t doubled_per_mille = 0;
};

}  // namespace async_cassandra::testing
