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
    create_table,  ///< One that is not there, named after the id.
    use,           ///< The session moves to another keyspace, or stays.
};

[[nodiscard]] std::string_view to_string(call_kind kind) noexcept;

struct planned_call {
    call_kind kind = call_kind::select;
    std::int64_t id = 0;  ///< Bound or written into the text; comes back in the answer.
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
    load_balancing_settings balancing;
    /// Of 1000 answers of the node, so many go wrong in some way.
    std::uint64_t bad_answers_per_mille = 0;
    std::vector<planned_call> calls;
    std::vector<planned_fault> faults;
    std::chrono::nanoseconds close_at{0};
};

[[nodiscard]] scenario_plan make_plan(std::uint64_t seed);

}  // namespace async_cassandra::testing
