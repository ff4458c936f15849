// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/policy/load_balancing.hpp>
#include <async_cassandra/protocol_version.hpp>

#include "support/simulated_link.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

// What one seed means: everything that is drawn before the run begins.
namespace async_cassandra::testing {

enum class call_kind : std::uint8_t {
    select,
    prepared_select,
    prepared_insert,
    stream,
    create_table,   ///< One that is not there, named after the id.
    use,            ///< The session moves to another keyspace, or stays.
    pinned_select,  ///< To one node and no other.
    health_check,   ///< Of one node.
    resize,         ///< Another number of connections to each node.
};

inline constexpr std::size_t call_kinds = static_cast<std::size_t>(call_kind::resize) + 1;

[[nodiscard]] std::string_view to_string(call_kind kind) noexcept;

struct planned_call {
    call_kind kind = call_kind::select;
    std::int64_t id = 0;      ///< Bound or written into the text; comes back in the answer.
    std::size_t session = 0;  ///< Which one makes it.
    std::chrono::nanoseconds begins{0};
    std::chrono::milliseconds timeout{1000};  ///< Of the call; of each page of a stream.
    bool on_executor = false;                 ///< Called on the cluster's thread, or from outside.
    std::size_t rows = 0;                     ///< Of a stream.
    std::int32_t page_size = 1;
    std::size_t pages_ahead = 0;
};

enum class fault_kind : std::uint8_t {
    reset,            ///< All connections get a reset.
    go_silent,        ///< Nothing arrives any more on the connections that are open.
    hold,             ///< What arrives is kept back for a while.
    refuse,           ///< New connections are refused for a while, and the open ones reset.
    freeze,           ///< The node stands still for a while.
    forget_prepared,  ///< As after a restart of the node.
    close_by_node,    ///< The node ends all connections in order.
    stall,            ///< The client gets no CPU for a while.
    slow_network,     ///< Delays become long for a while.
};

[[nodiscard]] std::string_view to_string(fault_kind kind) noexcept;

struct planned_fault {
    fault_kind kind = fault_kind::reset;
    std::chrono::nanoseconds begins{0};
    std::chrono::nanoseconds lasts{0};
};

struct scenario_plan {
    std::uint64_t seed = 0;
    protocol_version client_version = protocol_version::v5;
    protocol_version node_version = protocol_version::v5;
    network_conditions weather;
    std::size_t segment_payload = 131'071;
    std::uint16_t max_in_flight = 2048;
    std::size_t sessions = 1;
    unsigned shards = 1;       ///< All on the one thread of the simulation.
    unsigned connections = 1;  ///< Of each shard to each node.
    std::chrono::milliseconds heartbeat_interval{1000};
    std::chrono::milliseconds heartbeat_timeout{1500};
    load_balancing_settings balancing;
    /// Of 1000 answers of the node, so many go wrong in some way.
    std::uint64_t bad_answers_per_mille = 0;
    /// The same of those that no call waits for by itself: handshakes, REGISTER, OPTIONS, system tables. Clusters only.
    std::uint64_t bad_control_per_mille = 0;
    std::vector<planned_call> calls;
    std::vector<planned_fault> faults;
    /// When all faults are over and time has passed, every session must serve again, and is closed only then. Otherwise
    /// the close comes in the midst of it all, at `close_at`, and no fault begins after it.
    bool recovers = false;
    std::chrono::nanoseconds close_at{0};
};

[[nodiscard]] scenario_plan make_plan(std::uint64_t seed);

/// When a fault that was drawn for `begins` begins.
[[nodiscard]] std::chrono::nanoseconds begin_of_fault(
    const scenario_plan& plan, std::chrono::nanoseconds begins
);

}  // namespace async_cassandra::testing
