// SPDX-License-Identifier: Apache-2.0
#include "cluster/cluster_shard.hpp"

#include "base/failure.hpp"
#include "net/shard_call.hpp"

#include <algorithm>
#include <utility>

namespace async_cassandra::detail {

namespace {

std::size_t handshakes_of(const pool_settings& settings)
{
    return std::max<std::size_t>(1, handshake_turns::most_of_cluster / settings.shards);
}

net::close_reason closed_reason()
{
    return {make_error_code(errc::closed), "the cluster is closed", nullptr};
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
      unused_(settings.config->reconnect_max_delay, [this](const uuid& host, health_check::callback done) {
          check_health(host, std::move(done));
      })
{
    settings_.turns = std::make_shared<handshake_turns>(handshakes_of(settings));
    shard_->add_guest(*this);
}

cluster_shard::~cluster_shard()
{
    settings_.turns->close();
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

std::optional<std::uint32_t> cluster_shard::position_of(const uuid& host) const noexcept
{
    if (topology_ == nullptr)
        return std::nullopt;
    const auto found = std::ranges::lower_bound(topology_->nodes, host, {}, &node::host_id);
    if (found == topology_->nodes.end() || found->host_id != host)
        return std::nullopt;
    return static_cast<std::uint32_t>(found - topology_->nodes.begin());
}

void cluster_shard::on_node_status(const base::node_status_change& change) noexcept
{
    if (closed_)
        return;
    if (const std::optional<std::uint32_t> position = position_of(change.host_id))
        table_->update_up(*position);
    count_state_change();
    if (control_ != nullptr && change.now == base::node_status::up)
        control_->on_node_up();
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
    base::timer_wheel::clear(*this);
    settings_.turns->close();
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
    base::timer_wheel::clear(*this);
    settings_.turns->close();
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
