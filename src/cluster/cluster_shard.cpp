// SPDX-License-Identifier: Apache-2.0
#include "cluster/cluster_shard.hpp"

#include "base/failure.hpp"
#include "cluster/topology_change.hpp"
#include "net/shard_call.hpp"

#include <algorithm>
#include <utility>

namespace async_cassandra::detail {

namespace {

net::close_reason closed_reason()
{
    return {make_error_code(errc::closed), "the cluster is closed", nullptr};
}

node_state state_of(base::node_status status) noexcept
{
    switch (status) {
    case base::node_status::up: return node_state::up;
    case base::node_status::down: return node_state::down;
    default: return node_state::unknown;
    }
}

net::close_reason no_node_reason()
{
    return {make_error_code(errc::no_host_available), "the cluster shows no node to connect to", nullptr};
}

}  // namespace

failure_ptr cluster_closed()
{
    return failure_ptr{base::make_failure(errc::closed, "Cluster is closed")};
}

cluster_shard::cluster_shard(std::shared_ptr<net::shard> home, const pool_settings& settings)
    : shard_(std::move(home)), settings_(settings)
{
    shard_->add_guest(*this);
}

void cluster_shard::add_control_connection(
    std::vector<std::weak_ptr<cluster_shard>> all, std::shared_ptr<cluster_knowledge> knowledge
)
{
    all_ = std::move(all);
    knowledge_ = std::move(knowledge);
    watch_ =
        std::make_shared<topology_watch>(shard_, settings_.config, static_cast<topology_listener&>(*this));
    control_ = std::make_unique<control_connection>(shard_, settings_.config, watch_, [this] {
        return control_candidates_now();
    });
}

std::vector<control_candidate> cluster_shard::control_candidates_now()
{
    std::vector<shard_node*> order = wanted_;
    // Many clients that lose the same node must not all go to the same other one.
    for (std::size_t i = order.size(); i > 1; --i)
        std::swap(order[i - 1], order[shard_->env().entropy() % i]);
    std::ranges::stable_partition(order, [](const shard_node* n) {
        return n->status() == base::node_status::up;
    });
    std::vector<control_candidate> candidates;
    for (const shard_node* const each : order)
        candidates.push_back({each->who().address, each->who().host});
    return candidates;
}

void cluster_shard::tell_all(const std::function<void(cluster_shard&)>& what)
{
    for (const std::weak_ptr<cluster_shard>& each : all_)
        if (const auto shard = each.lock())
            net::run_on(shard->home(), [shard, what] { what(*shard); });
}

void cluster_shard::on_topology(const std::shared_ptr<const topology_data>& now)
{
    // Where the first node is that answers, the others that matter are, too.
    if (local_dc_.empty())
        for (const node& each : now->nodes)
            if (each.address == control_->last_target().node)
                local_dc_ = each.data_center;
    const auto shape =
        std::make_shared<const cluster_shape>(cluster_shape{now, control_->last_target(), local_dc_});
    tell_all([shape](cluster_shard& shard) { shard.take(*shape); });
}

void cluster_shard::on_schema(const schema& now)
{
    knowledge_->set(now);
}

void cluster_shard::on_hint(const protocol::status_change& said)
{
    tell_all([said](cluster_shard& shard) { shard.take_hint(said); });
}

void cluster_shard::on_wrong_cluster(const std::string& what)
{
    control_->leave({make_error_code(errc::connection_failed), what, nullptr});
}

void cluster_shard::take_hint(const protocol::status_change& said)
{
    for (const std::unique_ptr<shard_node>& node : nodes_) {
        if (node->who().address != said.node)
            continue;
        if (said.kind == protocol::status_change_kind::up)
            node->gossip_up();
        else
            node->gossip_down();
    }
}

void cluster_shard::take(const cluster_shape& shape)
{
    if (closed_)
        return;
    taking_ = true;
    const std::shared_ptr<const topology_data> old = std::exchange(topology_, shape.nodes);
    const topology_change change = compare_nodes(
        old == nullptr ? std::span<const node_description>{} : old->described->nodes,
        shape.nodes->described->nodes
    );
    std::vector<std::unique_ptr<shard_node>> before = std::exchange(nodes_, {});
    wanted_.clear();
    base::observer* const watcher = knowledge_ == nullptr ? nullptr : this;
    for (std::size_t i = 0; i < shape.nodes->nodes.size(); ++i) {
        const node& each = shape.nodes->nodes[i];
        const bool is_control = each.address == shape.control.node;
        if (change.before[i] != topology_change::no_position) {
            nodes_.push_back(std::move(before[change.before[i]]));
            if (nodes_.back()->who().address != each.address)
                nodes_.back()->move(each.address, is_control ? shape.control.host : std::string{});
        } else {
            nodes_.push_back(std::make_unique<shard_node>(
                shard_,
                settings_,
                shard_node::identity{
                    each.host_id,
                    each.address,
                    is_control ? shape.control.host : std::string{},
                    shape.control.version},
                watcher
            ));
        }
        if (shape.local_dc.empty() || each.data_center == shape.local_dc)
            wanted_.push_back(nodes_.back().get());
        else
            nodes_.back()->want(false);
    }
    for (const std::uint32_t gone : change.removed)
        let_leave(std::move(before[gone]));
    for (auto& [name, set] : pools_)
        if (set.has_worked())
            fill(name, set);
    taking_ = false;
    publish_traffic();
    publish_states();
}

void cluster_shard::publish_traffic()
{
    std::vector<node_traffic::entry> nodes;
    nodes.reserve(nodes_.size());
    for (const std::unique_ptr<shard_node>& node : nodes_)
        nodes.push_back({node->who().host_id, node->shared_counts()});
    traffic_.set(std::move(nodes));
}

void cluster_shard::publish_states()
{
    if (knowledge_ == nullptr || topology_ == nullptr)
        return;
    auto now = std::make_shared<topology_data>(*topology_);
    for (std::size_t i = 0; i < nodes_.size(); ++i)
        now->nodes[i].state = state_of(nodes_[i]->status());
    knowledge_->set(topology{std::move(now)});
}

void cluster_shard::on_node_status(const base::node_status_change& change) noexcept
{
    if (closed_)
        return;
    if (!taking_)
        publish_states();
    if (change.now == base::node_status::up)
        control_->on_node_up();
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

void cluster_shard::fill(const std::string& name, pool_set& set)
{
    std::vector<pool_ptr> pools;
    for (shard_node* const node : wanted_) {
        if (node->find(name) == nullptr)
            node->open(name, [](const net::close_reason*) {});
        if (pool* const there = node->find(name))
            pools.emplace_back(there);
    }
    set.use(std::move(pools));
}

const std::string& cluster_shard::key(protocol_version version, const std::string& keyspace) noexcept
{
    static const std::string all;
    return version == protocol_version::v5 ? all : keyspace;
}

pool_set* cluster_shard::pools(protocol_version version, const std::string& keyspace) noexcept
{
    const auto found = pools_.find(key(version, keyspace));
    return found == pools_.end() ? nullptr : &found->second;
}

void cluster_shard::open_pools(
    protocol_version version, const std::string& keyspace, pool::open_callback done
)
{
    if (is_closed() || wanted_.empty()) {
        const net::close_reason reason = is_closed() ? closed_reason() : no_node_reason();
        done(&reason);
        return;
    }
    struct gathering {
        std::size_t missing;
        pool::open_callback done;
    };
    auto all = std::make_shared<gathering>(gathering{wanted_.size(), std::move(done)});
    const std::string& name = key(version, keyspace);
    const auto set = pools_.try_emplace(name).first;
    // Called by pools of this shard's nodes, which do not outlive it.
    const auto report = [this, all, set](const net::close_reason* reason) {
        if (reason == nullptr && !set->second.has_worked()) {
            set->second.set_worked();
            fill(set->first, set->second);
        }
        if (all->missing == 0 || (--all->missing != 0 && reason != nullptr))
            return;
        all->missing = 0;
        std::exchange(all->done, nullptr)(reason);
    };
    // A copy: a node may be lost while it is opened.
    for (shard_node* const node : std::vector<shard_node*>{wanted_})
        node->open(name, report);
}

void cluster_shard::check_health(const uuid& host_id, health_check::callback done)
{
    if (is_closed()) {
        done(cluster_closed());
        return;
    }
    const auto found =
        std::ranges::find_if(nodes_, [&](const auto& node) { return node->who().host_id == host_id; });
    if (found == nodes_.end()) {
        done(no_such_host(host_id));
        return;
    }
    const auto check = std::make_shared<health_check>(shard_, host_id, std::move(done));
    std::erase_if(checks_, [](const auto& each) { return each->ended(); });
    checks_.push_back(check);
    if (net::connection* const open = (*found)->any_connection())
        check->run(*open, settings_.config->health_check_timeout);
    else
        check->run(*settings_.config, (*found)->target());
}

std::vector<attempt> cluster_shard::failures(protocol_version version, const std::string& keyspace)
{
    std::vector<attempt> failed;
    for (const shard_node* const node : wanted_)
        if (const pool* const there = node->find(key(version, keyspace));
            there != nullptr && there->last_failure().code)
            failed.push_back({node->who().address, {}, there->last_failure().code, there->last_failure().text}
            );
    return failed;
}

void cluster_shard::refresh_schema(const schema_change& made, std::function<void()> then)
{
    watch_->on_own_schema_change(made, std::move(then));
}

bool cluster_shard::may_be_up(const uuid& host_id) const noexcept
{
    const auto found =
        std::ranges::find_if(nodes_, [&](const auto& n) { return n->who().host_id == host_id; });
    return found != nodes_.end() && (*found)->status() != base::node_status::down;
}

void cluster_shard::resize(std::size_t connections)
{
    settings_.connections = connections;
    for (const std::unique_ptr<shard_node>& node : nodes_)
        node->resize(connections);
}

void cluster_shard::close(std::function<void()> done)
{
    closing_ = true;
    // Side by side, for all together have one drain timeout. One more than there are: some close before others begin.
    auto missing = std::make_shared<std::size_t>(1);
    const auto one_closed = [self = shared_from_this(), missing, done = std::move(done)] {
        if (--*missing != 0)
            return;
        self->close_now();
        done();
    };
    while (!closables_.empty()) {
        ++*missing;
        closables_.pop_front().close(one_closed);
    }
    one_closed();
}

void cluster_shard::close_now() noexcept
{
    if (std::exchange(closed_, true))
        return;
    for (const std::unique_ptr<shard_node>& node : nodes_)
        node->close(closed_reason());
    for (const std::unique_ptr<shard_node>& node : leaving_)
        node->close(closed_reason());
    for (const std::shared_ptr<health_check>& check : std::exchange(checks_, {}))
        check->fail(errc::closed, "Cluster is closed");
    if (control_ != nullptr)
        control_->close();
    // Here, not in the destructor: that may run on any thread.
    static_cast<base::list_hook<net::guest_tag>&>(*this).unlink();
}

void cluster_shard::on_shard_down() noexcept
{
    closed_ = true;
    if (control_ != nullptr)
        control_->drop();
    for (const std::unique_ptr<shard_node>& node : nodes_)
        node->drop();
    for (const std::unique_ptr<shard_node>& node : leaving_)
        node->drop();
    for (const std::shared_ptr<health_check>& check : std::exchange(checks_, {}))
        check->drop();
}

}  // namespace async_cassandra::detail
