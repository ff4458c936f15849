// SPDX-License-Identifier: Apache-2.0
// What a shard does with a new list of nodes: who stays, who is new, who leaves.
#include "cluster/cluster_shard.hpp"
#include "net/shard_call.hpp"

#include <utility>

namespace async_cassandra::detail {

void cluster_shard::take_hint(const protocol::status_change& said)
{
    for (const std::unique_ptr<shard_node>& node : nodes_) {
        if (node->who().address != said.node)
            continue;
        if (said.kind == protocol::status_change_kind::up) {
            unused_.forget(node->who().host_id);
            node->gossip_up();
        } else {
            node->gossip_down();
        }
    }
}

void cluster_shard::take(const cluster_shape& shape)
{
    if (closed_)
        return;
    const std::shared_ptr<const topology_data> old = std::exchange(topology_, shape.nodes);
    const topology_change change = compare_nodes(
        old == nullptr ? std::span<const node_description>{} : old->described->nodes,
        shape.nodes->described->nodes
    );
    control_node_ = shape.control.node;
    // First all that positions mean, then what makes nodes let go of requests and of those who wait for connections: they look
    // for others at once.
    departures leave = take_nodes(shape, change);
    make_table(shape, change, leave.unwanted);
    replicas_.use(topology_);
    for (auto& [name, set] : pools_)
        set.use(pools_of(name));
    carry_out(std::move(leave), shape.control);
    for (const auto& [name, set] : pools_)
        if (set.has_worked())
            open_missing(set);
    publish_traffic();
    if (knowledge_ != nullptr)
        knowledge_->set(topology_);
    count_state_change();
}

boost::intrusive_ptr<pool_list> cluster_shard::pools_of(const std::string& keyspace) const
{
    auto pools = boost::intrusive_ptr<pool_list>{new pool_list{nodes_.size()}};
    for (std::uint32_t i = 0; i < nodes_.size(); ++i)
        pools->pools[i] = pool_ptr{wanted_pool(i, keyspace)};
    return pools;
}

pool* cluster_shard::wanted_pool(std::uint32_t position, const std::string& keyspace) const noexcept
{
    const shard_node& node = *nodes_[position];
    return node.status() == base::node_status::unknown ? nullptr : node.find(keyspace);
}

void cluster_shard::put_pools(std::uint32_t position)
{
    for (auto& [name, set] : pools_)
        set.put(position, wanted_pool(position, name));
}

void cluster_shard::let_rest(std::uint32_t position)
{
    nodes_[position]->want(false);
    put_pools(position);
}

void cluster_shard::carry_out(departures&& leave, const control_target& control)
{
    for (const std::uint32_t moved : leave.moved) {
        const endpoint& to = topology_->nodes[moved].address;
        nodes_[moved]->move(to, to == control.node ? control.host : std::string{});
        put_pools(moved);
    }
    for (const std::uint32_t position : leave.unwanted)
        let_rest(position);
    for (std::unique_ptr<shard_node>& node : leave.gone)
        let_leave(std::move(node));
}

void cluster_shard::publish_traffic()
{
    std::vector<node_traffic::entry> nodes;
    nodes.reserve(nodes_.size());
    for (const std::unique_ptr<shard_node>& node : nodes_)
        nodes.push_back({node->who().host_id, node->facts()});
    traffic_.set(std::move(nodes));
}

auto cluster_shard::take_nodes(const cluster_shape& shape, const topology_change& change) -> departures
{
    departures leave;
    const bool is_first = table_ == nullptr;
    std::vector<std::unique_ptr<shard_node>> before = std::exchange(nodes_, {});
    nodes_.reserve(shape.nodes->nodes.size());
    for (std::size_t i = 0; i < shape.nodes->nodes.size(); ++i) {
        const node& each = shape.nodes->nodes[i];
        if (change.before[i] != topology_change::no_position) {
            nodes_.push_back(std::move(before[change.before[i]]));
            if (nodes_.back()->who().address != each.address)
                leave.moved.push_back(static_cast<std::uint32_t>(i));
            continue;
        }
        std::string host = each.address == shape.control.node ? shape.control.host : std::string{};
        nodes_.push_back(std::make_unique<shard_node>(
            shard_,
            settings_,
            shard_node::identity{each.host_id, each.address, std::move(host), shape.control.version},
            static_cast<base::observer*>(this)
        ));
        if (!is_first)
            nodes_.back()->set_new();
    }
    for (const std::uint32_t gone : change.removed)
        leave.gone.push_back(std::move(before[gone]));
    return leave;
}

void cluster_shard::make_table(
    const cluster_shape& shape, const topology_change& change, std::vector<std::uint32_t>& unwanted
)
{
    std::vector<plan_table::entry> entries;
    entries.reserve(nodes_.size());
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
        const node& each = topology_->nodes[i];
        entries.push_back({{each.host_id, each.address, each.data_center, each.rack}, nodes_[i]->facts()});
    }
    const boost::intrusive_ptr<plan_table> old = std::exchange(
        table_,
        new plan_table{std::move(entries), topology_, config().load_balancing, shape.local_dc, shape.chance}
    );
    balancer_.use(table_);
    // Nearer ones are connected to when that is time.
    for (std::uint32_t i = 0; i < nodes_.size(); ++i)
        if (const std::uint32_t was = change.before[i];
            was != topology_change::no_position && !is_local(i) && table_->distance(i) > old->distance(was))
            unwanted.push_back(i);
    if (knowledge_ == nullptr)
        return;
    problems_.tell("load balancing", table_->problems());
}

void cluster_shard::let_leave(std::unique_ptr<shard_node> node)
{
    shard_node* const left = node.get();
    leaving_.push_back(std::move(node));
    // Not at once: this may be one of its own calls.
    left->remove([weak = weak_from_this(), left] {
        const auto self = weak.lock();
        if (self == nullptr)
            return;
        net::run_later(*self->shard_, [self, left] {
            std::erase_if(self->leaving_, [left](const auto& n) { return n.get() == left; });
        });
    });
}

}  // namespace async_cassandra::detail
