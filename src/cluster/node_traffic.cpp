// SPDX-License-Identifier: Apache-2.0
#include "cluster/node_traffic.hpp"

#include <algorithm>
#include <cmath>

namespace async_cassandra::detail {

namespace {

/// The mean of several shards, their weights as of the last answer that any of them got.
std::chrono::nanoseconds mean_latency(std::span<const net::traffic::answer_times> shards)
{
    net::traffic::time_point last{};
    for (const net::traffic::answer_times& each : shards)
        last = std::max(last, each.last);
    double sum = 0;
    double weights = 0;
    for (const net::traffic::answer_times& each : shards) {
        const double age = (last - each.last) / std::chrono::duration<double>{net::traffic::half_life};
        const double weight = each.weight * std::exp2(-age);
        sum += weight * static_cast<double>(each.mean.count());
        weights += weight;
    }
    return std::chrono::nanoseconds{weights > 0 ? static_cast<std::int64_t>(sum / weights) : 0};
}

const node_facts* find_facts(const node_traffic::list& all, const uuid& host_id) noexcept
{
    const auto found = std::ranges::lower_bound(*all, host_id, {}, &node_traffic::entry::host_id);
    return found == all->end() || found->host_id != host_id ? nullptr : found->facts.get();
}

}  // namespace

const net::traffic* find_traffic(const node_traffic::list& all, const uuid& host_id) noexcept
{
    const node_facts* const facts = find_facts(all, host_id);
    return facts == nullptr ? nullptr : &facts->counts;
}

node_state join_states(const uuid& host_id, std::span<const node_traffic::list> shards) noexcept
{
    node_state joined = node_state::unknown;
    for (const node_traffic::list& shard : shards) {
        const node_facts* const facts = find_facts(shard, host_id);
        if (facts == nullptr)
            continue;
        const base::node_status status = facts->status;
        if (status == base::node_status::up)
            return node_state::up;
        if (status == base::node_status::silent)
            joined = node_state::silent;
        else if (status == base::node_status::down && joined == node_state::unknown)
            joined = node_state::down;
    }
    return joined;
}

node_stats sum_traffic(const node& of, std::span<const node_traffic::list> shards)
{
    node_stats sum;
    sum.host_id = of.host_id;
    sum.address = of.address;
    sum.state = join_states(of.host_id, shards);
    std::vector<net::traffic::answer_times> times;
    for (const node_traffic::list& shard : shards) {
        const net::traffic* const counts = find_traffic(shard, of.host_id);
        if (counts == nullptr)
            continue;
        sum.connections += counts->connections;
        sum.sent += counts->sent;
        sum.completed += counts->completed;
        sum.failed += counts->failed;
        sum.in_flight += counts->in_flight;
        times.push_back(counts->times());
    }
    sum.latency = mean_latency(times);
    return sum;
}

}  // namespace async_cassandra::detail
