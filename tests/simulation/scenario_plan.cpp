// SPDX-License-Identifier: Apache-2.0
#include "simulation/scenario_plan.hpp"

#include <async_cassandra/config.hpp>

#include "support/seeded_random.hpp"

namespace async_cassandra::testing {

using namespace std::chrono_literals;

std::string_view to_string(call_kind kind) noexcept
{
    switch (kind) {
    case call_kind::select: return "select";
    case call_kind::prepared_select: return "prepared select";
    case call_kind::prepared_insert: return "prepared insert";
    case call_kind::stream: return "stream";
    case call_kind::create_table: return "create table";
    case call_kind::use: return "use";
    case call_kind::pinned_select: return "pinned select";
    case call_kind::health_check: return "health check";
    case call_kind::resize: return "resize";
    }
    return "unknown";
}

std::string_view to_string(fault_kind kind) noexcept
{
    switch (kind) {
    case fault_kind::reset: return "reset";
    case fault_kind::go_silent: return "go silent";
    case fault_kind::hold: return "hold";
    case fault_kind::refuse: return "refuse";
    case fault_kind::freeze: return "freeze";
    case fault_kind::forget_prepared: return "forget prepared";
    case fault_kind::close_by_node: return "close by node";
    case fault_kind::stall: return "stall";
    case fault_kind::slow_network: return "slow network";
    }
    return "unknown";
}

namespace {

constexpr std::chrono::nanoseconds run_time = 4s;

network_conditions draw_weather(seeded_random& random)
{
    network_conditions weather;
    weather.delay_min = random.between(10us, 500us);
    weather.delay_max = weather.delay_min + random.between(0us, 5ms);
    weather.connect_time = random.between(10us, 20ms);
    if (random.chance(1, 3))
        weather.read_chunk_max = random.between(1, 200);
    if (random.chance(1, 3))
        weather.packet_max = random.between(1, 400);
    if (random.chance(1, 3)) {
        weather.write_chunk_max = random.between(1, 100);
        weather.write_pause_max = random.between(1us, 100us);
    }
    if (random.chance(1, 4))
        weather.send_buffer = random.between(100, 5000);
    return weather;
}

planned_call draw_call(seeded_random& random, std::int64_t id, std::size_t sessions)
{
    planned_call call;
    call.kind = static_cast<call_kind>(
        random.chance(1, 5) ? random.between(4, call_kinds - 1) : random.between(0, 3)
    );
    call.session = random.between(0, sessions - 1);
    call.id = id;
    call.begins = random.between(0ns, run_time);
    call.timeout = std::chrono::milliseconds{random.between(20, 2000)};
    call.on_executor = random.chance(1, 2);
    call.rows = random.between(0, 60);
    call.page_size = static_cast<std::int32_t>(random.between(1, 20));
    call.pages_ahead = random.between(0, 3);
    return call;
}

planned_fault draw_fault(seeded_random& random)
{
    planned_fault fault;
    fault.kind = static_cast<fault_kind>(random.between(0, 8));
    fault.begins = random.between(0ns, run_time);
    fault.lasts = random.between(1ms, 1500ms);
    return fault;
}

}  // namespace

scenario_plan make_plan(std::uint64_t seed)
{
    seeded_random random{seed * 2 + 1};
    scenario_plan plan;
    plan.seed = seed;
    plan.client_version = random.chance(1, 3) ? protocol_version::v4 : protocol_version::v5;
    plan.node_version = random.chance(1, 4) ? protocol_version::v4 : protocol_version::v5;
    plan.weather = draw_weather(random);
    if (random.chance(1, 4))
        plan.segment_payload = random.between(9, 500);
    if (random.chance(1, 4))
        plan.max_in_flight = static_cast<std::uint16_t>(random.between(1, 8));
    if (random.chance(1, 2))
        plan.bad_answers_per_mille = random.between(1, 200);
    if (random.chance(1, 3))
        plan.bad_control_per_mille = random.between(1, 60);
    plan.shards = random.chance(1, 2) ? 1 : static_cast<unsigned>(random.between(2, 3));
    plan.connections = random.chance(1, 2) ? 1 : static_cast<unsigned>(random.between(2, 3));
    plan.sessions = random.chance(2, 3) ? 1 : random.between(2, 3);
    if (random.chance(1, 2)) {
        plan.heartbeat_interval = cluster_config{}.heartbeat_interval;
        plan.heartbeat_timeout = cluster_config{}.heartbeat_timeout;
    }
    const std::uint64_t calls = random.between(5, 60);
    for (std::uint64_t i = 0; i < calls; ++i)
        plan.calls.push_back(draw_call(random, static_cast<std::int64_t>(i), plan.sessions));
    const std::uint64_t faults = random.between(0, 4);
    for (std::uint64_t i = 0; i < faults; ++i)
        plan.faults.push_back(draw_fault(random));
    plan.recovers = random.chance(1, 2);
    plan.close_at = random.between(run_time / 4, run_time * 2);
    for (planned_fault& fault : plan.faults)
        fault.begins = begin_of_fault(plan, fault.begins);
    return plan;
}

std::chrono::nanoseconds begin_of_fault(const scenario_plan& plan, std::chrono::nanoseconds begins)
{
    return plan.recovers ? begins : begins % plan.close_at;
}

}  // namespace async_cassandra::testing
