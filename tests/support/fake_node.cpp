// SPDX-License-Identifier: Apache-2.0
#include "support/fake_node.hpp"

#include "support/fake_connection.hpp"
#include "support/node_state.hpp"

#include <algorithm>
#include <mutex>

namespace async_cassandra::testing {

namespace {

using guard = std::lock_guard<std::recursive_mutex>;

rule_handle add_rule(const std::shared_ptr<node_state>& node, std::shared_ptr<node_rule> rule)
{
    const guard lock{node->mutex};
    node->rules.push_front(rule);
    return {node, std::move(rule)};
}

}  // namespace

rule_handle& rule_handle::reply(answer what)
{
    const guard lock{node_->mutex};
    rule_->always.emplace(std::move(what));
    rule_->compute = nullptr;
    return *this;
}

rule_handle& rule_handle::reply_once(answer what)
{
    const guard lock{node_->mutex};
    rule_->once.push_back(std::move(what));
    return *this;
}

rule_handle& rule_handle::reply_with(std::function<answer(const request_record&)> what)
{
    const guard lock{node_->mutex};
    rule_->compute = std::move(what);
    return *this;
}

rule_handle& rule_handle::markers(std::vector<column> list, std::vector<std::uint16_t> key_markers)
{
    const guard lock{node_->mutex};
    rule_->marker_list = std::move(list);
    rule_->key_markers = std::move(key_markers);
    rule_->markers_known = true;
    return *this;
}

rule_handle& rule_handle::returns(std::vector<column> list)
{
    const guard lock{node_->mutex};
    rule_->result_columns = std::make_shared<columns>(std::move(list));
    return *this;
}

rule_handle& rule_handle::only(protocol::opcode op)
{
    const guard lock{node_->mutex};
    rule_->only = op;
    return *this;
}

rule_handle& rule_handle::on_connection(std::size_t number)
{
    const guard lock{node_->mutex};
    rule_->connection = number;
    return *this;
}

fake_node::fake_node(fake_node_settings settings)
    : fake_node(std::move(settings), std::make_shared<cluster_state>())
{}

fake_node::fake_node(fake_node_settings settings, std::shared_ptr<cluster_state> cluster)
    : state_(std::make_shared<node_state>(std::move(settings), std::move(cluster)))
{}

fake_node::~fake_node() = default;

rule_handle fake_node::on_query(std::string text)
{
    auto rule = std::make_shared<node_rule>();
    rule->text = std::move(text);
    return add_rule(state_, std::move(rule));
}

rule_handle fake_node::on_query_prefix(std::string prefix)
{
    auto rule = std::make_shared<node_rule>();
    rule->text = std::move(prefix);
    rule->prefix = true;
    return add_rule(state_, std::move(rule));
}

rule_handle fake_node::on_prepare(std::string text)
{
    auto rule = std::make_shared<node_rule>();
    rule->text = std::move(text);
    rule->for_prepare = true;
    return add_rule(state_, std::move(rule));
}

rule_handle fake_node::on_request(protocol::opcode op)
{
    auto rule = std::make_shared<node_rule>();
    rule->any_text = true;
    rule->only = op;
    return add_rule(state_, std::move(rule));
}

void fake_node::release(std::string_view gate)
{
    const guard lock{state_->mutex};
    state_->released.emplace(gate);
    for (const auto& [number, connection] : state_->connections)
        connection->release(gate);
    state_->wake();
}

void fake_node::push_event(const protocol::server_event& event)
{
    const guard lock{state_->mutex};
    state_->push_event(event, [] { return std::vector<std::chrono::nanoseconds>(1); });
}

void fake_node::end_connections(peer_ending ending)
{
    const guard lock{state_->mutex};
    state_->cluster->effects.add(
        ending == peer_ending::reset ? fault_effect::killed_connection : fault_effect::closed_by_node,
        state_->connections.size()
    );
    for (const auto& [number, connection] : state_->connections)
        connection->end(ending);
    state_->wake();
}

void fake_node::end_connection(std::size_t number, peer_ending ending)
{
    const guard lock{state_->mutex};
    const auto found = state_->connections.find(number);
    if (found == state_->connections.end())
        return;
    found->second->end(ending);
    state_->wake();
}

void fake_node::freeze()
{
    const guard lock{state_->mutex};
    state_->frozen = true;
}

void fake_node::thaw()
{
    const guard lock{state_->mutex};
    state_->frozen = false;
    state_->wake();
}

void fake_node::forget_prepared()
{
    const guard lock{state_->mutex};
    state_->prepared.clear();
}

void fake_node::add_keyspace(std::string name)
{
    const guard lock{state_->mutex};
    state_->cluster->add_keyspace(std::move(name));
}

std::vector<request_record> fake_node::requests() const
{
    const guard lock{state_->mutex};
    return state_->log;
}

std::vector<request_record> fake_node::requests(protocol::opcode op) const
{
    const guard lock{state_->mutex};
    std::vector<request_record> found;
    std::ranges::copy_if(state_->log, std::back_inserter(found), [&](const auto& r) { return r.op == op; });
    return found;
}

std::size_t fake_node::request_count() const
{
    const guard lock{state_->mutex};
    std::size_t sum = 0;
    for (const std::size_t count : state_->counts)
        sum += count;
    return sum;
}

std::size_t fake_node::request_count(protocol::opcode op) const
{
    const guard lock{state_->mutex};
    return state_->counts[static_cast<std::uint8_t>(op)];
}

std::size_t fake_node::connections_accepted() const
{
    const guard lock{state_->mutex};
    return state_->accepted;
}

std::size_t fake_node::open_connections() const
{
    const guard lock{state_->mutex};
    return state_->connections.size();
}

std::size_t fake_node::pending_answers() const
{
    const guard lock{state_->mutex};
    std::size_t sum = 0;
    for (const auto& [number, connection] : state_->connections)
        sum += connection->pending_answers();
    return sum;
}

node_figures fake_node::figures() const
{
    const guard lock{state_->mutex};
    node_figures f;
    f.connections_open = state_->connections.size();
    f.connections_ever = state_->accepted;
    f.connections_at_once = state_->most_connections;
    f.requests = request_count();
    f.probes = state_->probes;
    f.served_as_replica = state_->served_as_replica;
    f.served_for_others = state_->served_for_others;
    return f;
}

std::vector<std::string> fake_node::violations() const
{
    const guard lock{state_->mutex};
    return state_->broken_rules;
}

std::unique_ptr<peer_connection> fake_node::accept(time_point /*now*/)
{
    const guard lock{state_->mutex};
    if (state_->joined)
        state_->cluster->effects.add(fault_effect::new_node_used);
    if (state_->moved)
        state_->cluster->effects.add(fault_effect::new_address_used);
    return std::make_unique<fake_connection>(state_, state_->accepted++);
}

void fake_node::attach(carrier_link link)
{
    const guard lock{state_->mutex};
    state_->carrier = std::move(link);
}

}  // namespace async_cassandra::testing
