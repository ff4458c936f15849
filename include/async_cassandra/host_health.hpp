// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/endpoint.hpp>
#include <async_cassandra/types/uuid.hpp>

#include <chrono>

namespace async_cassandra {

/// A node that answered `cluster::check_host_health`.
struct host_health {
    uuid host_id;
    endpoint address;

    /// From the moment OPTIONS was written until its answer was read.
    std::chrono::nanoseconds latency{0};

    /// The probe went over a connection that serves requests. False: one was opened for it, and closed after.
    bool on_open_connection = false;
};

}  // namespace async_cassandra
