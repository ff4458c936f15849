// SPDX-License-Identifier: Apache-2.0
// Which pools a shard opens and closes, and when.
#include "cluster/cluster_shard.hpp"

#include <algorithm>
#include <map>
#include <span>
#include <string_view>
#include <utility>

namespace async_cassandra::detail {

namespace {

/// No time mends that none of the nodes may be used: 'dc7', and they are in 'dc1' (3 nodes), 'dc2' (1 node).
net::close_reason no_node_reason(const plan_table* table, std::span<const node> nodes)
{
    if (table == nullptr || nodes.empty())
        return {make_error_code(errc::no_host_available), "no list of nodes has been read", nullptr};
    std::map<std::string_view, std::size_t> centers;
    for (const node& each : nodes)
        ++centers[each.data_center];
    std::string text = "none of the cluster's nodes may be used";
    for (const std::string& problem : table->problems())
        text += ": " + problem;
    std::string_view before = ". They are in ";
    for (const auto& [name, count] : centers) {
        text += std::string{before} + "'" + std::string{name} + "' (" + std::to_string(count) +
                (count == 1 ? " node)" : " nodes)");
        before = ", ";
    }
    text += "; see load_balancing.local_dc, filter and max_nodes_per_remote_dc";
    return {make_error_code(errc::bad_configuration), std::move(text), nullptr};
}

net::close_reason gone_reason()
{
    return {make_error_code(errc::connection_lost), "the node is not to be used any more", nullptr};
}

}  // namespace

std::vector<uuid> cluster_shard::hosts_at(bool local) const
{
    std::vector<uuid> hosts;
    if (table_ == nullptr)
        return hosts;
    for (std::uint32_t i = 0; i < nodes_.size(); ++i) {
        if (table_->distance(i) == node_distance::ignored || is_local(i) != local)
            continue;
        hosts.push_back(nodes_[i]->who().host_id);
        // It is known to live: nobody needs to wait for the others.
        if (nodes_[i]->who().address == control_node_)
            std::swap(hosts.front(), hosts.back());
    }
    return hosts;
}

void cluster_shard::open_pools(
    protocol_version version, const std::string& keyspace, pool::open_callback done
)
{
    struct gathering {
        std::size_t missing;
        std::vector<uuid> rest;  // when all others fail
        pool::open_callback done;
    };
    std::vector<uuid> first = hosts_at(true);
    std::vector<uuid> rest = hosts_at(false);
    if (first.empty())
        first = std::exchange(rest, {});
    if (is_closed() || first.empty()) {
        const net::close_reason reason =
            is_closed() ? net::close_reason{make_error_code(errc::closed), "the cluster is closed", nullptr}
                        : no_node_reason(
                              table_.get(),
                              topology_ ? std::span<const node>{topology_->nodes} : std::span<const node>{}
                          );
        done(&reason);
        return;
    }
    const std::string& name = key(version, keyspace);
    const auto [set, is_new] = pools_.try_emplace(name, name);
    if (is_new)
        set->second.use(new pool_list{nodes_.size()});
    auto all = std::make_shared<gathering>(gathering{first.size(), std::move(rest), std::move(done)});
    const auto open = [this, &name = set->first](const std::vector<uuid>& hosts, const auto& report) {
        for (const uuid& host : hosts)
            open_on(host, name, report);
    };
    // Called by pools of this shard's nodes, which do not outlive it.
    const auto report = [this, all, &set = set->second](const net::close_reason* reason) {
        if (reason == nullptr && !set.has_worked()) {
            set.set_worked();
            open_missing(set);
        }
        if (all->missing == 0 || (--all->missing != 0 && reason != nullptr))
            return;
        all->missing = 0;
        std::exchange(all->done, nullptr)(reason);
    };
    const auto report_or_go_on = [this, all, open, report](const net::close_reason* reason) {
        if (reason == nullptr || all->missing != 1 || all->rest.empty() || closed_) {
            report(reason);
            return;
        }
        const std::vector<uuid> hosts = std::exchange(all->rest, {});
        all->missing = hosts.size();
        open(hosts, report);
    };
    open(first, report_or_go_on);
}

void cluster_shard::open_on(const uuid& host, const std::string& keyspace, pool::open_callback done)
{
    const std::optional<std::uint32_t> position = position_of(host);
    const auto set = pools_.find(keyspace);
    if (!position || set == pools_.end() || table_->distance(*position) == node_distance::ignored) {
        const net::close_reason reason = gone_reason();
        done(&reason);
        return;
    }
    watch_rest(*position);
    nodes_[*position]->open(keyspace, std::move(done));
    set->second.put(*position, nodes_[*position]->find(keyspace));
}

void cluster_shard::open_for_nobody(std::uint32_t position, const std::string& keyspace)
{
    open_on(nodes_[position]->who().host_id, keyspace, [](const net::close_reason*) {});
}

void cluster_shard::open_beside(std::uint32_t position, const pool_set& set)
{
    // A policy names each that it wants.
    if (table_->distance(position) != node_distance::remote || config().load_balancing.policy != nullptr)
        return;
    for (const plan_table::group& group : table_->groups().subspan(table_->local_groups()))
        if (std::ranges::find(group.nodes, position) != group.nodes.end())
            for (const std::uint32_t each : group.nodes)
                if (set.pools()->pools[each] == nullptr)
                    open_for_nobody(each, set.name());
}

void cluster_shard::open_missing(const pool_set& set)
{
    for (std::uint32_t i = 0; i < nodes_.size(); ++i)
        if (is_local(i) && set.pools()->pools[i] == nullptr)
            open_for_nobody(i, set.name());
}

void cluster_shard::watch_rest(std::uint32_t position) noexcept
{
    if (!is_local(position) && !static_cast<base::list_hook<base::timer_tag>&>(*this).is_linked())
        shard_->set_timer(*this, shard_->now() + rest_looks);
}

void cluster_shard::on_timer(base::time_point now) noexcept
{
    bool again = false;
    for (std::uint32_t i = 0; i < nodes_.size(); ++i) {
        if (is_local(i) || nodes_[i]->status() == base::node_status::unknown)
            continue;
        if (nodes_[i]->has_rested(now, longest_rest))
            let_rest(i);
        else
            again = true;
    }
    if (again)
        shard_->set_timer(*this, now + rest_looks);
}

std::vector<attempt> cluster_shard::failures(protocol_version version, const std::string& keyspace)
{
    std::vector<attempt> failed;
    for (const std::unique_ptr<shard_node>& node : nodes_) {
        const pool* const there =
            node->status() == base::node_status::unknown ? nullptr : node->find(key(version, keyspace));
        if (there != nullptr && there->last_failure().code)
            failed.push_back({node->who().address, {}, there->last_failure().code, there->last_failure().text}
            );
    }
    return failed;
}

pool_plan cluster_shard::plan_of(const pool_set& pools, const uuid& host) const
{
    const std::optional<std::uint32_t> position = position_of(host);
    return position ? pool_plan{pools.pools(), balancer_.plan_of_one(*position)} : pool_plan{};
}

pool* cluster_shard::open_on_demand(pool_set& pools, const uuid& host)
{
    const std::optional<std::uint32_t> position = position_of(host);
    if (!position || closed_)
        return nullptr;
    if (pool* const there = pools.pools()->pools[*position].get())
        return there;
    shard_node& node = *nodes_[*position];
    watch_rest(*position);
    node.open_for_requests(pools.name());
    pools.put(*position, node.find(pools.name()));
    open_beside(*position, pools);
    return pools.pools()->pools[*position].get();
}

}  // namespace async_cassandra::detail
