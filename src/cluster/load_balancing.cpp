// SPDX-License-Identifier: Apache-2.0
#include "cluster/load_balancing.hpp"

#include "base/failure.hpp"

#include <algorithm>
#include <utility>

namespace async_cassandra::detail {

load_balancer::load_balancer(const load_balancing_settings& settings, std::uint64_t seed)
    : policy_(settings.policy),
      state_(seed),
      turn_(static_cast<std::uint32_t>(chance())),
      remote_for_local_(settings.remote_for_local_consistency),
      shuffle_(settings.shuffle_replicas),
      avoid_slow_(settings.avoid_slow_replicas)
{}

// splitmix64, by Sebastiano Vigna.
std::uint64_t load_balancer::chance() noexcept
{
    std::uint64_t mixed = state_ += 0x9E3779B97F4A7C15U;
    mixed = (mixed ^ (mixed >> 30U)) * 0xBF58476D1CE4E5B9U;
    mixed = (mixed ^ (mixed >> 27U)) * 0x94D049BB133111EBU;
    return mixed ^ (mixed >> 31U);
}

node_plan load_balancer::plan(const plan_request& request)
{
    if (table_ == nullptr)
        return {};
    if (policy_ != nullptr) [[unlikely]]
        return plan_of_policy(request);
    node_plan made{table_, turn_++};
    const bool local_only = is_bound_to_local(request) && !remote_for_local_;
    made.groups_ = static_cast<std::uint16_t>(local_only ? table_->local_groups() : table_->groups().size());
    if (request.replicas.empty())
        return made;
    replica_list replicas;
    if (is_conditional(request)) {
        // Whoever coordinates it talks to all replicas: the same one for everybody keeps proposals from colliding.
        collect(
            request.replicas, [](node_distance d) { return d <= node_distance::local; }, replicas
        );
    } else {
        collect(
            request.replicas, [](node_distance d) { return d == node_distance::local_rack; }, replicas
        );
        const std::size_t in_rack = replicas.count;
        collect(
            request.replicas, [](node_distance d) { return d == node_distance::local; }, replicas
        );
        if (shuffle_) {
            shuffle({replicas.nodes.data(), in_rack});
            shuffle({replicas.nodes.data() + in_rack, replicas.count - in_rack});
        }
        if (avoid_slow_)
            avoid_slow(replicas, request.now);
    }
    for (std::size_t i = 0; i < replicas.count; ++i)
        made.list(replicas.nodes[i]);
    return made;
}

node_plan load_balancer::plan_of_one(std::uint32_t position) const
{
    node_plan made{table_, 0};
    made.list(position);
    return made;
}

node_plan load_balancer::plan_of_policy(const plan_request& request)
{
    node_plan made{table_, 0};
    node_plan::policy_list list{made};
    plan_sink sink{list};
    policy_->plan(
        {request.consistency, is_conditional(request), request.keyspace, request.replicas},
        table_->views(),
        sink
    );
    return made;
}

void node_plan::policy_list::add(std::size_t position)
{
    const plan_table& table = *to_->table_;
    if (position >= table.size())
        return;
    const auto at = static_cast<std::uint32_t>(position);
    if (table.distance(at) != node_distance::ignored && !to_->is_given(at))
        to_->list(at);
}

template <class Accept>
void load_balancer::collect(std::span<const std::uint32_t> replicas, Accept accept, replica_list& into)
    const noexcept
{
    for (const std::uint32_t position : replicas)
        if (into.count < most_replicas && accept(table_->distance(position)) && table_->facts(position).up)
            into.nodes[into.count++] = position;
}

void load_balancer::shuffle(std::span<std::uint32_t> nodes) noexcept
{
    std::uint64_t bits = 0;
    for (std::size_t left = nodes.size(); left > 1; --left) {
        if (bits < 0x10000U)
            bits = chance();
        std::swap(nodes[left - 1], nodes[(bits & 0xFFFFU) * left >> 16U]);
        bits >>= 16U;
    }
}

void load_balancer::avoid_slow(replica_list& replicas, time_point now) noexcept
{
    const std::span<std::uint32_t> nodes{replicas.nodes.data(), replicas.count};
    if (nodes.size() > 2) {
        move_slow_back(nodes, now);
        move_coldest_back(nodes, now);
    }
    if (nodes.size() > 1 && table_->distance(nodes[0]) == table_->distance(nodes[1]) &&
        table_->facts(nodes[0]).in_flight > table_->facts(nodes[1]).in_flight)
        std::swap(nodes[0], nodes[1]);
}

// When most are slow, it is not they who are: the others would be overloaded as well.
void load_balancer::move_slow_back(std::span<std::uint32_t> nodes, time_point now) const noexcept
{
    std::array<std::uint32_t, most_replicas> slow{};
    std::size_t slow_count = 0;
    std::array<std::uint32_t, most_replicas> others{};
    std::size_t other_count = 0;
    for (const std::uint32_t position : nodes)
        if (table_->facts(position).is_slow(now))
            slow[slow_count++] = position;
        else
            others[other_count++] = position;
    if (slow_count == 0 || slow_count >= other_count)
        return;
    std::copy_n(others.begin(), other_count, nodes.begin());
    std::copy_n(slow.begin(), slow_count, nodes.begin() + static_cast<std::ptrdiff_t>(other_count));
}

void load_balancer::move_coldest_back(std::span<std::uint32_t> nodes, time_point now) noexcept
{
    std::size_t coldest = nodes.size();
    time_point latest = time_point::min();
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        const node_facts& facts = table_->facts(nodes[i]);
        if (facts.is_cold(now) && *facts.came_back > latest) {
            latest = *facts.came_back;
            coldest = i;
        }
    }
    // A quarter of the time it stays in front, and so gets warm.
    if (coldest < 2 && chance() % 4 != 0)
        std::rotate(
            nodes.begin() + static_cast<std::ptrdiff_t>(coldest),
            nodes.begin() + static_cast<std::ptrdiff_t>(coldest + 1),
            nodes.end()
        );
}

failure policy_failure(std::exception_ptr cause)
{
    std::string what = "the load balancing policy threw an exception that is no std::exception";
    try {
        std::rethrow_exception(cause);
    } catch (const std::exception& e) {
        what = std::string{"the load balancing policy threw: "} + e.what();
    } catch (...) {}
    failure f = base::make_failure(errc::bad_query, std::move(what));
    f.cause = std::move(cause);
    return f;
}

}  // namespace async_cassandra::detail
