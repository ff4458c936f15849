// SPDX-License-Identifier: Apache-2.0
#include "simulation/scenario_cluster.hpp"

#include "simulation/scenario_node.hpp"

#include <algorithm>

namespace async_cassandra::testing {

using namespace std::chrono_literals;

namespace {

constexpr const char* table = "sim.t";
constexpr const char* cluster_name = "nodes.example";
// How long the client gathers events before it reads what they are about, and a little.
constexpr std::chrono::nanoseconds until_read = 1200ms;
// Longer than any call waits for the nodes to agree.
constexpr std::chrono::nanoseconds late_schema = 8s;

fake_cluster_settings settings_of(const cluster_plan& plan)
{
    fake_cluster_settings settings;
    settings.nodes = plan.data_centers;
    settings.racks = plan.racks;
    settings.tokens_per_node = plan.tokens_per_node;
    settings.seed = plan.client.seed;
    settings.node.highest = plan.client.node_version;
    settings.node.segment_payload = plan.client.segment_payload;
    settings.node.keep_log = false;
    return settings;
}

bool whole_pieces(const network_conditions& weather)
{
    return weather.read_chunk_max == 0 && weather.packet_max == 0;
}

std::vector<std::byte> key_of(std::int64_t id)
{
    return *cells::bigint(id);
}

}  // namespace

scenario_cluster::scenario_cluster(const cluster_plan& plan)
    : plan_(plan),
      checksums_(std::min(plan.client.node_version, plan.client.client_version) == protocol_version::v5),
      bad_(
          plan.client.seed * 2 + 2,
          plan.client.bad_answers_per_mille,
          checksums_,
          whole_pieces(plan.client.weather)
      ),
      bad_control_(
          plan.client.seed * 2 + 3,
          plan.client.bad_control_per_mille,
          checksums_,
          whole_pieces(plan.client.weather)
      ),
      bad_registering_(
          plan.client.seed * 2 + 5,
          plan.client.bad_control_per_mille * 10,
          checksums_,
          whole_pieces(plan.client.weather)
      ),
      bad_startup_(plan.client.seed * 2 + 4, plan.client.bad_control_per_mille, false),
      random_(plan.client.seed ^ 0xFA017ULL),
      cluster_(settings_of(plan))
{
    cluster_.set_peers_v2(plan.peers_v2);
    for (std::size_t i = 0; i < cluster_.size(); ++i)
        teach(i);
    fill();
}

void scenario_cluster::fill()
{
    std::string replication = "{'class': 'NetworkTopologyStrategy'";
    for (std::size_t dc = 0; dc < plan_.data_centers.size(); ++dc)
        replication += ", 'dc" + std::to_string(dc + 1) +
                       "': " + std::to_string(std::min(plan_.replication, plan_.data_centers[dc]));
    cluster_.change_schema("CREATE KEYSPACE sim WITH replication = " + replication + "}");
    cluster_.change_schema(
        "CREATE KEYSPACE " + std::string{scenario_node::other_keyspace} +
        " WITH replication = " + replication + "}"
    );
    cluster_.change_schema("CREATE TABLE sim.t (k bigint PRIMARY KEY, v text)");
    for (const planned_call& call : plan_.client.calls)
        if (call.id < cluster_plan::first_insert)
            cluster_.put(
                table,
                key_of(call.id),
                {{"k", cells::bigint(call.id)}, {"v", cells::text(scenario_node::value_of(call.id))}}
            );
}

void scenario_cluster::teach(std::size_t node)
{
    fake_node& taught = cluster_.node(node);
    scenario_node::teach_stream(taught, never_bad_);
    const auto answer_of = [this, node](const request_record& request) { return say(node, request); };
    for (const protocol::opcode op :
         {protocol::opcode::execute,
          protocol::opcode::query,
          protocol::opcode::prepare,
          protocol::opcode::register_,
          protocol::opcode::options,
          protocol::opcode::startup})
        taught.on_request(op).reply_with(answer_of);
}

bad_answers& scenario_cluster::bad_answers_to(asked_by whom) noexcept
{
    switch (whom) {
    case asked_by::call:
    case asked_by::preparing: return bad_;
    case asked_by::registering: return bad_registering_;
    case asked_by::startup: return bad_startup_;
    default: return bad_control_;
    }
}

answer scenario_cluster::say(std::size_t node, const request_record& request)
{
    if (calm_)
        return as_usual();
    const asked_by whom = asker_of(request);
    const auto known = moods_.find(node);
    switch (known == moods_.end() ? mood::usual : known->second) {
    case mood::late: return as_usual().after(random_.between(100ms, 3s));
    case mood::doubled: return as_usual().twice();
    case mood::damaged:
        return checksums_ && whom != asked_by::startup ? as_usual().with_bad_payload_crc()
                                                       : as_usual().with_version(3);
    case mood::usual: break;
    }
    bad_answers& bad = bad_answers_to(whom);
    if (bad.refuses()) {
        refused_.add(answer_fault::refused, whom);
        // What a client may not read it need not know.
        return whom == asked_by::system_table ? bad.passing_refusal() : bad.refusal();
    }
    return bad.spoil(as_usual());
}

std::vector<std::string> scenario_cluster::contact_points() const
{
    std::vector<std::string> points;
    std::size_t first = 0;
    for (const std::size_t size : plan_.data_centers) {
        points.push_back(to_string(cluster_.address(first)));
        first += size;
    }
    points.emplace_back(cluster_name);
    return points;
}

void scenario_cluster::enter_name()
{
    std::vector<inet> addresses;
    for (std::size_t i = 0; i < cluster_.size(); ++i)
        if (cluster_.in_ring(i))
            addresses.push_back(cluster_.address(i).address);
    world_->network().add_name(cluster_name, std::move(addresses));
}

int scenario_cluster::applied(std::int64_t id) const
{
    return static_cast<int>(cluster_.writes(table, key_of(id)));
}

bool scenario_cluster::stored(std::int64_t id) const
{
    return cluster_.stored(table, key_of(id), "v") == cells::text(scenario_node::value_of(id));
}

void scenario_cluster::set_weather(const endpoint& at)
{
    world_->network().conditions(at) = plan_.client.weather;
}

void scenario_cluster::enter(simulated_world& world)
{
    world_ = &world;
    carrier_.emplace(cluster_, world.network());
    for (std::size_t i = 0; i < cluster_.size(); ++i)
        set_weather(cluster_.address(i));
    enter_name();
}

void scenario_cluster::calm()
{
    calm_ = true;
}

effect_tally scenario_cluster::effects() const
{
    effect_tally all = cluster_.effects();
    all.add(world_->effects());
    all.add(refused_);
    return all;
}

// Faults.

void scenario_cluster::strike(const planned_cluster_fault& fault, scenario_calls& client)
{
    world_->note(to_string(fault.kind), fault.node, static_cast<std::uint64_t>(fault.lasts.count()));
    fake_node& node = cluster_.node(fault.node);
    switch (fault.kind) {
    case cluster_fault_kind::freeze:
        cluster_.freeze(fault.node);
        world_->after(fault.lasts, [this, i = fault.node] { cluster_.thaw(i); });
        return;
    case cluster_fault_kind::kill: return kill(fault.node, fault.lasts, false);
    case cluster_fault_kind::early_up: return kill(fault.node, fault.lasts, true);
    case cluster_fault_kind::forget_prepared: return node.forget_prepared();
    case cluster_fault_kind::close_by_node: return node.end_connections(peer_ending::orderly);
    case cluster_fault_kind::late_answers: return set_mood(fault, mood::late);
    case cluster_fault_kind::double_answers: return set_mood(fault, mood::doubled);
    case cluster_fault_kind::bad_checksums: return set_mood(fault, mood::damaged);
    case cluster_fault_kind::move_address:
    case cluster_fault_kind::move_rack:
    case cluster_fault_kind::add_node:
    case cluster_fault_kind::remove_node:
    case cluster_fault_kind::wrong_row: return strike_ring(fault);
    case cluster_fault_kind::everything_down:
    case cluster_fault_kind::bad_events:
    case cluster_fault_kind::schema_change:
    case cluster_fault_kind::stall: return strike_all(fault, client);
    default: return strike_network(fault);
    }
}

void scenario_cluster::set_mood(const planned_cluster_fault& fault, mood how)
{
    moods_[fault.node] = how;
    world_->after(fault.lasts, [this, i = fault.node] { moods_.erase(i); });
}

void scenario_cluster::kill(std::size_t node, std::chrono::nanoseconds lasts, bool early_up)
{
    cluster_.stop(node);
    if (early_up)
        world_->after(lasts / 2, [this, node] {
            cluster_.say_status(node, protocol::status_change_kind::up);
        });
    world_->after(lasts, [this, node] {
        if (cluster_.in_ring(node) && !cluster_.running(node))
            cluster_.start(node);
    });
}

void scenario_cluster::strike_network(const planned_cluster_fault& fault)
{
    simulated_network& network = world_->network();
    const endpoint at = cluster_.address(fault.node);
    switch (fault.kind) {
    case cluster_fault_kind::half_open:
        lost_.insert(fault.node);
        network.go_silent(at);
        break;
    case cluster_fault_kind::hold:
        network.hold(at);
        world_->after(fault.lasts, [&network, at] { network.heal(at); });
        break;
    case cluster_fault_kind::slow_network:
        network.conditions(at).delay_max += fault.lasts;
        world_->after(fault.lasts, [this, at] { set_weather(at); });
        break;
    case cluster_fault_kind::refuse:
        network.set_connect_fate(at, connect_fate::refused);
        world_->after(fault.lasts, [&network, at] { network.set_connect_fate(at, connect_fate::accepted); });
        network.reset(at);
        break;
    default: network.reset(at);
    }
}

void scenario_cluster::strike_ring(const planned_cluster_fault& fault)
{
    const std::size_t node = fault.node;
    const std::string dc = "dc" + std::to_string(fault.draw % plan_.data_centers.size() + 1);
    const std::string rack = "rack" + std::to_string(fault.draw % plan_.racks + 1);
    switch (fault.kind) {
    case cluster_fault_kind::add_node: {
        const std::size_t added = cluster_.add_node(dc, rack);
        teach(added);
        set_weather(cluster_.address(added));
        enter_name();
        break;
    }
    case cluster_fault_kind::move_address:
        if (!cluster_.in_ring(node))
            break;
        set_weather(loopback_address(++addresses_used_));
        cluster_.restart_at(node, loopback_address(addresses_used_).address);
        enter_name();
        break;
    case cluster_fault_kind::move_rack:
        cluster_.set_place(node, cluster_.settings(node).data_center, rack);
        cluster_.say_moved(node);
        break;
    case cluster_fault_kind::wrong_row: {
        const auto wrong = static_cast<peers_row_fault>(fault.draw % peers_row_faults);
        cluster_.set_row_fault(node, wrong);
        cluster_.say_moved(node);
        world_->after(until_read + fault.lasts, [this, node, wrong] {
            cluster_.set_row_fault(node, wrong, false);
        });
        break;
    }
    default:
        // The last one stays.
        for (std::size_t i = 0; i < cluster_.size(); ++i)
            if (i != node && cluster_.in_ring(i) && cluster_.in_ring(node)) {
                cluster_.remove_node(node);
                return enter_name();
            }
    }
}

void scenario_cluster::strike_all(const planned_cluster_fault& fault, scenario_calls& client)
{
    switch (fault.kind) {
    case cluster_fault_kind::everything_down:
        if (client.client().stats().connections != 0)
            world_->effects().add(fault_effect::everything_down);
        for (std::size_t i = 0; i < cluster_.size(); ++i)
            kill(i, fault.lasts, false);
        break;
    case cluster_fault_kind::bad_events: begin_bad_events(fault); break;
    case cluster_fault_kind::schema_change:
        // Late, or behind the end of all calls.
        cluster_.set_schema_delay(
            fault.node, fault.draw % 4 == 0 ? late_schema : std::chrono::nanoseconds{fault.lasts}
        );
        cluster_.change_schema(
            "CREATE TABLE sim.more" + std::to_string(++tables_made_) + " (k int PRIMARY KEY)"
        );
        break;
    default: client.stall(fault.lasts);
    }
}

void scenario_cluster::begin_bad_events(const planned_cluster_fault& fault)
{
    event_faults faults;
    faults.delay_max = fault.lasts;
    faults.lost_per_mille = fault.draw % 500;
    faults.doubled_per_mille = fault.draw / 500 % 500;
    cluster_.set_event_faults(faults);
    world_->after(fault.lasts, [this] { cluster_.set_event_faults({}); });
    // Something to lose: true and false rumours of one node after the other.
    constexpr std::size_t rumours = 8;
    for (std::size_t k = 0; k < rumours; ++k)
        world_->after(fault.lasts * k / rumours, [this, k, node = fault.node + k] {
            const std::size_t about = node % cluster_.size();
            cluster_.say_status(
                about, k % 2 == 0 ? protocol::status_change_kind::down : protocol::status_change_kind::up
            );
            cluster_.say_moved(about);
        });
}

}  // namespace async_cassandra::testing
