// SPDX-License-Identifier: Apache-2.0
#include "simulation/cluster_plan.hpp"

#include "simulation/scenario_checks.hpp"
#include "support/addresses.hpp"
#include "support/seeded_random.hpp"

#include <algorithm>

namespace async_cassandra::testing {

using namespace std::chrono_literals;

std::string_view to_string(cluster_fault_kind kind) noexcept
{
    switch (kind) {
    case cluster_fault_kind::cut: return "cut";
    case cluster_fault_kind::half_open: return "half open";
    case cluster_fault_kind::hold: return "hold";
    case cluster_fault_kind::slow_network: return "slow network";
    case cluster_fault_kind::refuse: return "refuse";
    case cluster_fault_kind::freeze: return "freeze";
    case cluster_fault_kind::kill: return "kill";
    case cluster_fault_kind::early_up: return "early up";
    case cluster_fault_kind::forget_prepared: return "forget prepared";
    case cluster_fault_kind::close_by_node: return "close by node";
    case cluster_fault_kind::late_answers: return "late answers";
    case cluster_fault_kind::double_answers: return "double answers";
    case cluster_fault_kind::bad_checksums: return "bad checksums";
    case cluster_fault_kind::move_address: return "move address";
    case cluster_fault_kind::move_rack: return "move rack";
    case cluster_fault_kind::add_node: return "add node";
    case cluster_fault_kind::remove_node: return "remove node";
    case cluster_fault_kind::wrong_row: return "wrong row";
    case cluster_fault_kind::everything_down: return "everything down";
    case cluster_fault_kind::bad_events: return "bad events";
    case cluster_fault_kind::schema_change: return "schema change";
    case cluster_fault_kind::stall: return "stall";
    }
    return "unknown";
}

namespace {

constexpr std::chrono::nanoseconds run_time = 4s;

std::vector<std::size_t> draw_data_centers(seeded_random& random)
{
    // Small ones often: most of what can go wrong goes wrong there.
    std::size_t left = random.chance(1, 2) ? random.between(1, 4) : random.between(3, 12);
    std::vector<std::size_t> sizes;
    for (std::size_t more = random.between(1, 3); more > 1 && left > 1; --more) {
        sizes.push_back(random.between(1, left - 1));
        left -= sizes.back();
    }
    sizes.push_back(left);
    return sizes;
}

planned_cluster_fault draw_fault(seeded_random& random, std::size_t nodes)
{
    planned_cluster_fault fault;
    fault.kind = static_cast<cluster_fault_kind>(random.between(0, cluster_fault_kinds - 1));
    fault.node = random.between(0, nodes - 1);
    fault.begins = random.between(0ns, run_time);
    fault.lasts = random.between(1ms, 1500ms);
    fault.draw = random.next();
    return fault;
}

void draw_balancing(seeded_random& random, std::size_t nodes, cluster_plan& plan)
{
    load_balancing_settings& settings = plan.client.balancing;
    if (random.chance(2, 3)) {
        settings.local_dc = "dc" + std::to_string(random.between(1, plan.data_centers.size()));
        if (random.chance(1, 2))
            settings.local_rack = "rack" + std::to_string(random.between(1, plan.racks));
    }
    settings.max_nodes_per_remote_dc = static_cast<std::uint32_t>(random.between(0, 2));
    settings.remote_for_local_consistency = settings.max_nodes_per_remote_dc != 0 && random.chance(1, 2);
    settings.shuffle_replicas = !random.chance(1, 4);
    settings.avoid_slow_replicas = !random.chance(1, 4);
    if (nodes > 1 && random.chance(1, 4)) {
        plan.refused = random.between(0, nodes - 1);
        settings.filter =
            all_except(only_addresses({loopback_address(static_cast<std::uint8_t>(*plan.refused + 1)).address}
            ));
    }
}

std::string describe(const load_balancing_settings& settings)
{
    return "  local: '" + settings.local_dc + "', rack '" + settings.local_rack +
           "'; remote nodes: " + std::to_string(settings.max_nodes_per_remote_dc) +
           (settings.remote_for_local_consistency ? ", for local levels too" : "") +
           (settings.shuffle_replicas ? "" : "; in the order of the ring") +
           (settings.avoid_slow_replicas ? "" : "; slow ones are not avoided");
}

}  // namespace

cluster_plan make_cluster_plan(std::uint64_t seed)
{
    cluster_plan plan;
    plan.client = make_plan(seed);
    plan.client.faults.clear();
    for (planned_call& call : plan.client.calls)
        if (call.kind == call_kind::prepared_insert)
            call.id += cluster_plan::first_insert;
    seeded_random random{seed ^ 0xC1A57E12ULL};
    plan.data_centers = draw_data_centers(random);
    plan.racks = random.between(1, 3);
    plan.tokens_per_node = random.between(1, 16);
    plan.replication = random.between(1, 3);
    plan.peers_v2 = !random.chance(1, 5);
    std::size_t nodes = 0;
    for (const std::size_t size : plan.data_centers)
        nodes += size;
    for (std::uint64_t count = random.between(0, 6); count > 0; --count)
        plan.faults.push_back(draw_fault(random, nodes));
    for (planned_cluster_fault& fault : plan.faults) {
        fault.begins = begin_of_fault(plan.client, fault.begins);
        // See bad_answers.
        if (fault.kind == cluster_fault_kind::double_answers)
            plan.client.weather.read_chunk_max = plan.client.weather.packet_max = 0;
    }
    std::ranges::sort(plan.faults, {}, &planned_cluster_fault::begins);
    draw_balancing(random, nodes, plan);
    return plan;
}

std::string describe(const cluster_plan& plan)
{
    const scenario_plan& client = plan.client;
    std::string text = "  shards: " + std::to_string(client.shards) +
                       "; connections: " + std::to_string(client.connections) +
                       "; sessions: " + std::to_string(client.sessions) +
                       (client.recovers ? "; closed when it has recovered\n"
                                        : "; closed at " + in_milliseconds(client.close_at) + "\n");
    text += "  nodes of the data centers:";
    for (const std::size_t size : plan.data_centers)
        text += " " + std::to_string(size);
    text += "; racks: " + std::to_string(plan.racks) + "; tokens: " + std::to_string(plan.tokens_per_node) +
            "; replicas in each: " + std::to_string(plan.replication) +
            (plan.peers_v2 ? "" : "; no peers_v2") + "\n" + describe(plan.client.balancing) +
            (plan.refused ? "; node " + std::to_string(*plan.refused) + " is refused" : "") + "\n";
    for (const planned_cluster_fault& fault : plan.faults)
        text += "  at " + in_milliseconds(fault.begins) + " for " + in_milliseconds(fault.lasts) + ": " +
                std::string{to_string(fault.kind)} + ", node " + std::to_string(fault.node) + "\n";
    return text;
}

}  // namespace async_cassandra::testing
