// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "simulation/scenario_plan.hpp"
#include "support/event_faults.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// What one seed means for a cluster of nodes: everything that is drawn before the run begins.
namespace async_cassandra::testing {

enum class cluster_fault_kind : std::uint8_t {
    // On the way to one node.
    cut,           ///< All connections get a reset.
    half_open,     ///< Nothing arrives any more on the connections that are open.
    hold,          ///< What arrives is kept back for a while.
    slow_network,  ///< Delays become long for a while.
    refuse,        ///< New connections are refused for a while, and the open ones cut.
    // In one node.
    freeze,           ///< It stands still for a while.
    kill,             ///< It dies, and is restarted after a while.
    early_up,         ///< The same, and the others say UP before its port accepts.
    forget_prepared,  ///< As after a restart.
    close_by_node,    ///< It ends all connections in order.
    late_answers,     ///< For a while they come seconds late.
    double_answers,   ///< For a while each comes twice.
    bad_checksums,    ///< For a while segments come damaged (v5; in v4 the version of frames).
    // In the ring.
    move_address,  ///< It is restarted under another address.
    move_rack,
    add_node,
    remove_node,
    wrong_row,  ///< The others' rows of it are wrong for a while.
    // Everywhere.
    everything_down,  ///< All nodes die, and are restarted after a while.
    bad_events,       ///< For a while events are lost, doubled, late and out of order.
    schema_change,    ///< Another client makes a table.
    stall,            ///< The client gets no CPU for a while.
};

inline constexpr std::size_t cluster_fault_kinds = static_cast<std::size_t>(cluster_fault_kind::stall) + 1;

[[nodiscard]] std::string_view to_string(cluster_fault_kind kind) noexcept;

struct planned_cluster_fault {
    cluster_fault_kind kind = cluster_fault_kind::cut;
    std::size_t node = 0;  ///< Index; passed over by faults that hit everything.
    std::chrono::nanoseconds begins{0};
    std::chrono::nanoseconds lasts{0};
    std::uint64_t draw = 0;  ///< What else there is to choose.
};

struct cluster_plan {
    /// Calls, weather, versions and the end. Selects and streams have ids below `first_insert`, inserts from there on.
    scenario_plan client;
    std::vector<std::size_t> data_centers;  ///< Nodes of each.
    std::size_t racks = 1;
    std::size_t tokens_per_node = 4;
    std::size_t replication = 1;  ///< Of each data center.
    bool peers_v2 = true;
    std::optional<std::size_t> refused;  ///< The node that the client's filter refuses.
    std::vector<planned_cluster_fault> faults;

    static constexpr std::int64_t first_insert = 1000;
};

/// One to twelve nodes in one to three data centers.
[[nodiscard]] cluster_plan make_cluster_plan(std::uint64_t seed);

/// A line for the cluster and one for each fault, in the order of time.
[[nodiscard]] std::string describe(const cluster_plan& plan);

}  // namespace async_cassandra::testing
