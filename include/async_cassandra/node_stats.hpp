// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/topology.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace async_cassandra {

/// What the connections for requests have carried to one node and back, since the node is known to this
/// client. Counts outlive the connections; they end when the node leaves the cluster. Each number is exact;
/// while requests run they are of slightly different moments, else sent == completed + failed + in_flight.
struct node_stats {
    uuid host_id;
    endpoint address;
    node_state state = node_state::unknown;

    /// Open ones, of all threads and keyspaces. The control connection is none of them.
    std::size_t connections = 0;

    /// Requests whose bytes went to a socket, those that were sent again counted again. A page is a request.
    std::uint64_t sent = 0;

    /// Answered with anything but an ERROR message.
    std::uint64_t completed = 0;

    /// Answered with an ERROR message, given up (timed out, cancelled) after they had been sent, or lost with
    /// their connection.
    std::uint64_t failed = 0;

    /// Sent, not answered, and waited for.
    std::size_t in_flight = 0;

    /// How long answers took: the mean, in which one of a second ago counts half. Zero before the first
    /// answer.
    std::chrono::nanoseconds latency{0};
};

}  // namespace async_cassandra
