// SPDX-License-Identifier: Apache-2.0
#include "cluster/cluster_shard.hpp"

#include "base/failure.hpp"
#include "base/log.hpp"
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
    case base::node_status::silent: return node_state::silent;
    case base::node_status::down: return node_state::down;
    default: return node_state::unknown;
    }
}

}  // namespace

failure_ptr cluster_closed()
{
    return failure_ptr{base::make_failure(errc::closed, "Cluster is closed")};
}

cluster_shard::cluster_shard(std::shared_ptr<net::shard> home, const pool_settings& settings)
    : shard_(std::move(home)),
      settings_(settings),
      balancer_(settings.config->load_balancing, shard_->env().entropy()),
      openings_(
          std::max<std::size_t>(1, pool_openings::most_of_cluster / settings.shards),
          [this](const uuid& host, const std::string& keyspace, pool::open_callback done) {
              open_on(host, keyspace, std::move(done));
          }
      ),
      unused_(settings.config->reconnect_max_delay, [this](const uuid& host, health_check::callback done) {
          check_health(host, std::move(done));
      })
{
    shard_->add_guest(*this);
}

void cluster_shard::add_control_connection(
    std::vector<std::weak_ptr<cluster_shard>> all, std::shared_ptr<cluster_knowledge> knowledge
)
{
    all_ = std::move(all);
    knowledge_ = std::move(knowledge);
    local_dc_ = config().load_balancing.local_dc;
    chance_ = shard_->env().entropy();
    watch_ =
        std::make_shared<topology_watch>(shard_, settings_.config, static_cast<topology_listener&>(*this));
    control_ = std::make_unique<control_connection>(shard_, settings_.config, watch_, [this] {
        return control_candidates_now();
    });
}

std::vector<control_candidate> cluster_shard::control_candidates_now()
{
    std::vector<const shard_node*> order;
    for (const bool local : {true, false}) {
        const std::size_t begin = order.size();
        for (const uuid& host : hosts_at(local))
            order.push_back(nodes_[*position_of(host)].get());
        // Many clients that lose the same node must not all go to the same other one.
        for (std::size_t i = order.size(); i > begin + 1; --i)
            std::swap(order[i - 1], order[begin + shard_->env().entropy() % (i - begin)]);
    }
    std::ranges::stable_partition(order, [](const shard_node* n) {
        return n->status() == base::node_status::up;
    });
    std::vector<control_candidate> candidates;
    candidates.reserve(order.size());
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

std::string cluster_shard::find_local_dc(const topology_data& among) const
{
    const std::optional<uuid>& asked = among.described->local;
    for (const node& each : among.nodes)
        if (asked ? each.host_id == *asked : each.address == control_->last_target().node)
            return each.data_center;
    return among.nodes.empty() ? std::string{} : among.nodes.front().data_center;
}

void cluster_shard::on_topology(const std::shared_ptr<const topology_data>& now)
{
    // Where the first node is that answers, the others that matter are, too.
    if (local_dc_.empty())
        local_dc_ = find_local_dc(*now);
    const auto shape = std::make_shared<const cluster_shape>(cluster_shape{
        now, control_->last_target(), local_dc_, chance_});
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
    control_->leave({make_error_code(errc::wrong_cluster), what, nullptr});
}

void cluster_shard::on_useless(const failure& why)
{
    control_->leave({why.code, why.what, why.server});
}

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
    // First all that positions mean, then what makes nodes let go of requests and openings: those look for others at once.
    departures leave = take_nodes(shape, change);
    make_table(shape, change, leave.unwanted);
    replicas_.use(topology_);
    openings_.forget_unasked();
    for (auto& [name, set] : pools_)
        set.use(pools_of(name));
    carry_out(std::move(leave), shape.control);
    for (auto& [name, set] : pools_) {
        set.use(pools_of(name));
        if (set.has_worked())
            open_missing(set);
    }
    table_->update_up();
    publish_traffic();
    publish_states();
}

boost::intrusive_ptr<pool_list> cluster_shard::pools_of(const std::string& keyspace) const
{
    auto pools = boost::intrusive_ptr<pool_list>{new pool_list{nodes_.size()}};
    for (std::size_t i = 0; i < nodes_.size(); ++i)
        if (nodes_[i]->status() != base::node_status::unknown)
            pools->pools[i] = pool_ptr{nodes_[i]->find(keyspace)};
    return pools;
}

void cluster_shard::carry_out(departures&& leave, const control_target& control)
{
    for (const std::uint32_t moved : leave.moved) {
        const endpoint& to = topology_->nodes[moved].address;
        nodes_[moved]->move(to, to == control.node ? control.host : std::string{});
    }
    for (const std::uint32_t position : leave.unwanted)
        nodes_[position]->want(false);
    for (std::unique_ptr<shard_node>& node : leave.gone)
        let_leave(std::move(node));
}

void cluster_shard::publish_traffic()
{
    std::vector<node_traffic::entry> nodes;
    nodes.reserve(nodes_.size());
    for (const std::unique_ptr<shard_node>& node : nodes_)
        nodes.push_back({node->who().host_id, node->shared_counts()});
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
    // What is wrong stays wrong: it is said once.
    for (const std::string& problem : table_->problems()) {
        if (std::ranges::find(problems_told_, problem) != problems_told_.end())
            continue;
        base::log(log_level::warning, "load balancing", problem);
        problems_told_.push_back(problem);
    }
}

std::optional<std::uint32_t> cluster_shard::position_of(const uuid& host) const noexcept
{
    if (topology_ == nullptr)
        return std::nullopt;
    const auto found = std::ranges::lower_bound(topology_->nodes, host, {}, &node::host_id);
    if (found == topology_->nodes.end() || found->host_id != host)
        return std::nullopt;
    return static_cast<std::uint32_t>(found - topology_->nodes.begin());
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
    table_->update_up();
    publish_soon();
    if (control_ != nullptr && change.now == base::node_status::up)
        control_->on_node_up();
}

void cluster_shard::publish_soon()
{
    if (knowledge_ == nullptr)
        return;
    // Many may come up in one turn.
    if (std::exchange(published_, true)) {
        unpublished_ = true;
        return;
    }
    publish_states();
    net::run_later(*shard_, [weak = weak_from_this()] {
        const auto self = weak.lock();
        if (self == nullptr)
            return;
        self->published_ = false;
        if (std::exchange(self->unpublished_, false) && !self->closed_)
            self->publish_states();
    });
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

void cluster_shard::check_health(const uuid& host_id, health_check::callback done)
{
    if (is_closed()) {
        done(cluster_closed());
        return;
    }
    const std::optional<std::uint32_t> position = position_of(host_id);
    if (!position) {
        done(no_such_host(host_id));
        return;
    }
    const shard_node& node = *nodes_[*position];
    const auto check = std::make_shared<health_check>(shard_, host_id, std::move(done));
    std::erase_if(checks_, [](const auto& each) { return each->ended(); });
    checks_.push_back(check);
    if (net::connection* const open = node.any_connection())
        check->run(*open, settings_.config->health_check_timeout);
    else
        check->run(*settings_.config, node.target());
}

void cluster_shard::refresh_schema(const schema_change& made, std::function<void()> then)
{
    watch_->on_own_schema_change(made, std::move(then));
}

bool cluster_shard::may_be_up(const uuid& host_id, bool ask)
{
    const std::optional<std::uint32_t> position = position_of(host_id);
    if (!position)
        return false;
    const base::node_status status = nodes_[*position]->status();
    if (status == base::node_status::unknown)
        return unused_.may_be_up(host_id, ask, shard_->now());
    return status != base::node_status::down;
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
    openings_.close(closed_reason());
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
    // From now on they may go on any thread, several at once.
    closables_.clear();
    openings_.drop();
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
