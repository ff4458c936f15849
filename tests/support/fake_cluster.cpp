// SPDX-License-Identifier: Apache-2.0
#include "support/fake_cluster.hpp"

#include "support/node_state.hpp"
#include "support/played_rows.hpp"

#include <algorithm>
#include <stdexcept>

namespace async_cassandra::testing {

namespace {

using guard = std::lock_guard<std::recursive_mutex>;
using protocol::status_change_kind;
using protocol::topology_change_kind;

}  // namespace

fake_cluster::fake_cluster(fake_cluster_settings settings)
    : settings_(std::move(settings)),
      shared_(std::make_shared<cluster_state>(settings_.seed)),
      token_random_(settings_.seed ^ 0x9E3779B97F4A7C15ULL)
{
    auto begin = std::make_shared<schema_snapshot>();
    begin->content.add_system_keyspaces();
    shared_->schema = std::move(begin);
    for (std::size_t dc = 0; dc < settings_.nodes.size(); ++dc)
        for (std::size_t i = 0; i < settings_.nodes[dc]; ++i)
            make_node("dc" + std::to_string(dc + 1), "rack" + std::to_string(i % settings_.racks + 1));
    for (const std::string& name : settings_.node.keyspaces)
        shared_->add_keyspace(name);
}

fake_cluster::~fake_cluster() = default;

std::size_t fake_cluster::make_node(const std::string& data_center, const std::string& rack)
{
    const std::size_t index = nodes_.size();
    fake_node_settings s = settings_.node;
    s.host_number = static_cast<std::uint32_t>(index + 1);
    const auto high = static_cast<std::uint8_t>(s.host_number >> 8U);
    const auto low = static_cast<std::uint8_t>(s.host_number);
    s.address = {inet{std::array<std::uint8_t, 4>{127, 0, high, low}}, settings_.port};
    s.data_center = data_center;
    s.rack = rack;
    s.keyspaces.clear();
    s.tokens.clear();
    for (std::size_t i = 0; i < settings_.tokens_per_node; ++i)
        s.tokens.push_back(std::to_string(static_cast<std::int64_t>(token_random_.next())));
    // As a set of texts is sorted.
    std::ranges::sort(s.tokens);
    nodes_.push_back(std::make_unique<fake_node>(std::move(s), shared_));
    return index;
}

void fake_cluster::carried_by(cluster_carrier& carrier)
{
    carrier_ = &carrier;
    for (std::size_t i = 0; i < nodes_.size(); ++i)
        if (running(i))
            open(i);
}

void fake_cluster::set_port(std::uint16_t port)
{
    const guard lock{shared_->mutex};
    settings_.port = port;
    for (const auto& node : nodes_)
        node->state_->settings.address.port = port;
}

node_state& fake_cluster::state(std::size_t i) const
{
    return *nodes_.at(i)->state_;
}

std::size_t fake_cluster::size() const
{
    const guard lock{shared_->mutex};
    return nodes_.size();
}

fake_node& fake_cluster::node(std::size_t i)
{
    return *nodes_.at(i);
}

endpoint fake_cluster::address(std::size_t i) const
{
    const guard lock{shared_->mutex};
    return state(i).settings.address;
}

uuid fake_cluster::host_id(std::size_t i) const
{
    const guard lock{shared_->mutex};
    return uuid{host_id_of(state(i).settings)};
}

fake_node_settings fake_cluster::settings(std::size_t i) const
{
    const guard lock{shared_->mutex};
    return state(i).settings;
}

bool fake_cluster::running(std::size_t i) const
{
    const guard lock{shared_->mutex};
    return state(i).running;
}

bool fake_cluster::in_ring(std::size_t i) const
{
    const guard lock{shared_->mutex};
    return state(i).in_ring;
}

// The carrier is called without the mutex: its threads may be waiting for it.

void fake_cluster::open(std::size_t i)
{
    if (carrier_ != nullptr)
        carrier_->listen(address(i), *nodes_[i]);
}

void fake_cluster::shut(std::size_t i)
{
    if (carrier_ != nullptr)
        carrier_->stop_listening(address(i));
}

void fake_cluster::announce(const protocol::server_event& event, std::size_t about)
{
    shared_->announce(event, &state(about), settings_.gossip_delay);
}

// The ring.

std::size_t fake_cluster::add_node(const std::string& data_center, const std::string& rack)
{
    std::size_t i = 0;
    {
        const guard lock{shared_->mutex};
        i = make_node(data_center, rack);
        state(i).joined = true;
        shared_->store.hand_over(state(i).settings.host_number);
    }
    open(i);
    const guard lock{shared_->mutex};
    announce(protocol::topology_change{topology_change_kind::new_node, address(i)}, i);
    announce(protocol::status_change{status_change_kind::up, address(i)}, i);
    return i;
}

void fake_cluster::remove_node(std::size_t i)
{
    stop(i);
    const guard lock{shared_->mutex};
    state(i).in_ring = false;
    shared_->ring.reset();
    announce(protocol::topology_change{topology_change_kind::removed_node, address(i)}, i);
    // Its keys have new owners.
    for (const auto& node : nodes_)
        if (node->state_->in_ring)
            shared_->store.hand_over(node->state_->settings.host_number);
}

void fake_cluster::set_place(std::size_t i, const std::string& data_center, const std::string& rack)
{
    const guard lock{shared_->mutex};
    state(i).settings.data_center = data_center;
    state(i).settings.rack = rack;
    state(i).place_changed = true;
    shared_->ring.reset();
    for (const auto& node : nodes_)
        shared_->store.hand_over(node->state_->settings.host_number);
}

void fake_cluster::set_tokens(std::size_t i, std::vector<std::string> tokens)
{
    const guard lock{shared_->mutex};
    state(i).settings.tokens = std::move(tokens);
    shared_->ring.reset();
    for (const auto& node : nodes_)
        shared_->store.hand_over(node->state_->settings.host_number);
    announce(protocol::topology_change{topology_change_kind::moved_node, address(i)}, i);
}

// Life and death.

void fake_cluster::stop(std::size_t i, peer_ending ending)
{
    if (!running(i))
        return;
    shut(i);
    nodes_[i]->end_connections(ending);
    const guard lock{shared_->mutex};
    state(i).running = false;
    state(i).frozen = false;
    announce(protocol::status_change{status_change_kind::down, address(i)}, i);
}

void fake_cluster::start(std::size_t i)
{
    {
        const guard lock{shared_->mutex};
        node_state& node = state(i);
        if (node.running || !node.in_ring)
            throw std::logic_error("fake cluster: the node runs, or is none of the cluster's");
        node.running = true;
        shared_->store.hand_over(node.settings.host_number);
    }
    open(i);
    const guard lock{shared_->mutex};
    announce(protocol::status_change{status_change_kind::up, address(i)}, i);
}

void fake_cluster::freeze(std::size_t i)
{
    nodes_.at(i)->freeze();
}

void fake_cluster::thaw(std::size_t i)
{
    {
        const guard lock{shared_->mutex};
        shared_->store.hand_over(state(i).settings.host_number);
    }
    nodes_[i]->thaw();
}

void fake_cluster::restart_at(std::size_t i, const inet& address)
{
    stop(i);
    {
        const guard lock{shared_->mutex};
        state(i).settings.address.address = address;
        state(i).moved = true;
        announce(protocol::topology_change{topology_change_kind::new_node, state(i).settings.address}, i);
    }
    start(i);
}

void fake_cluster::say_status(std::size_t i, status_change_kind kind)
{
    const guard lock{shared_->mutex};
    if (kind == status_change_kind::up && !state(i).running)
        for (const auto& node : nodes_)
            shared_->effects.add(fault_effect::early_up, node->state_->listeners("STATUS_CHANGE"));
    shared_->announce(protocol::status_change{kind, address(i)}, &state(i));
}

void fake_cluster::say_moved(std::size_t i)
{
    const guard lock{shared_->mutex};
    shared_->announce(protocol::topology_change{topology_change_kind::moved_node, address(i)}, &state(i));
}

// Schema and rows.

void fake_cluster::change_schema(std::string_view text, std::size_t through)
{
    const guard lock{shared_->mutex};
    const answer said = shared_->change_schema(state(through), text, {});
    if (const auto* refused = std::get_if<say::error>(&said.content))
        throw std::invalid_argument(refused->details.message);
}

void fake_cluster::set_schema_delay(std::size_t i, std::chrono::nanoseconds delay)
{
    const guard lock{shared_->mutex};
    state(i).schema_delay = delay;
}

bool fake_cluster::schema_agreed() const
{
    const guard lock{shared_->mutex};
    shared_->settle(state(0).now());
    return std::ranges::all_of(nodes_, [&](const auto& node) {
        return !node->state_->running || node->state_->schema == shared_->schema;
    });
}

fake_schema fake_cluster::schema() const
{
    const guard lock{shared_->mutex};
    return shared_->schema->content;
}

effect_tally fake_cluster::effects() const
{
    const guard lock{shared_->mutex};
    return shared_->effects;
}

void fake_cluster::put(
    const std::string& table, const std::vector<std::byte>& key, played_store::row_columns columns
)
{
    const guard lock{shared_->mutex};
    played_store::holders all;
    for (const auto& node : nodes_)
        all.insert(node->state_->settings.host_number);
    shared_->store.write({table, key}, std::move(columns), all);
}

// Faults.

void fake_cluster::set_event_faults(const event_faults& faults)
{
    const guard lock{shared_->mutex};
    shared_->faults = faults;
}

void fake_cluster::set_row_fault(std::size_t i, peers_row_fault fault, bool on)
{
    const guard lock{shared_->mutex};
    if (on)
        state(i).row_faults.insert(fault);
    else
        state(i).row_faults.erase(fault);
}

void fake_cluster::set_peers_v2(bool there)
{
    const guard lock{shared_->mutex};
    shared_->has_peers_v2 = there;
}

// The truth.

std::vector<std::size_t> fake_cluster::replicas(
    std::string_view keyspace, std::span<const std::byte> partition_key
) const
{
    const guard lock{shared_->mutex};
    std::vector<std::size_t> indexes;
    for (const std::uint64_t number : replicas_of(keyspace, partition_key, state(0)))
        indexes.push_back(number - 1);
    return indexes;
}

cell fake_cluster::stored(
    const std::string& table, const std::vector<std::byte>& key, std::string_view column
) const
{
    const guard lock{shared_->mutex};
    const auto* found = shared_->store.newest({table, key});
    if (found == nullptr)
        return cells::null();
    const auto value = found->find(column);
    return value == found->end() ? cells::null() : value->second;
}

std::size_t fake_cluster::writes(const std::string& table, const std::vector<std::byte>& key) const
{
    const guard lock{shared_->mutex};
    return shared_->store.writes({table, key});
}

std::vector<std::string> fake_cluster::violations() const
{
    std::vector<std::string> all;
    for (std::size_t i = 0; i < nodes_.size(); ++i)
        for (const std::string& what : nodes_[i]->violations())
            all.push_back("node " + std::to_string(i) + ", " + what);
    return all;
}

}  // namespace async_cassandra::testing
