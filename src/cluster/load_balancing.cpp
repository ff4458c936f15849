// SPDX-License-Identifier: Apache-2.0
#include "cluster/load_balancing.hpp"

#include "base/failure.hpp"

#include <algorithm>
#include <utility>

namespace async_cassandra::detail {

// splitmix64, by Sebastiano Vigna.
inline std::uint64_t load_balancer::chance() noexcept
{
    std::uint64_t mixed = state_ += 0x9E3779B97F4A7C15U;
    mixed = (mixed ^ (mixed >> 30U)) * 0xBF58476D1CE4E5B9U;
    mixed = (mixed ^ (mixed >> 27U)) * 0x94D049BB133111EBU;
    return mixed ^ (mixed >> 31U);
}

load_balancer::load_balancer(const load_balancing_settings& settings, std::uint64_t seed)
    : policy_(settings.policy),
      state_(seed),
      turn_(static_cast<std::uint32_t>(chance())),
      remote_for_local_(settings.remote_for_local_consistency),
      shuffle_(settings.shuffle_replicas),
      avoid_slow_(settings.avoid_slow_replicas)
{}

node_plan load_balancer::usual_plan(const plan_request& request) noexcept
{
    node_plan made{table_, turn_++};
    const bool local_only = is_bound_to_local(request) && !remote_for_local_;
    made.groups_ = static_cast<std::uint16_t>(local_only ? table_->local_groups() : table_->groups().size());
    if (!request.replicas.empty())
        list_replicas(made, request);
    return made;
}

void load_balancer::list_replicas(node_plan& to, const plan_request& request) noexcept
{
    static_assert(most_replicas <= node_plan::most_inline);
    std::size_t count = 0;
    if (is_conditional(request)) {
        // Whoever coordinates it talks to all replicas: the same one for everybody keeps proposals from colliding.
        count = collect(
            request.replicas, [](node_distance d) { return d <= node_distance::local; }, to, count
        );
    } else {
        if (table_->prefers_rack())
            count = collect(
                request.replicas, [](node_distance d) { return d == node_distance::local_rack; }, to, count
            );
        const std::size_t in_rack = count;
        count = collect(
            request.replicas, [](node_distance d) { return d == node_distance::local; }, to, count
        );
        if (shuffle_) {
            shuffle({to.given_.data(), in_rack});
            shuffle({to.given_.data() + in_rack, count - in_rack});
        }
        if (avoid_slow_)
            avoid_slow({to.given_.data(), count}, request.now);
    }
    to.listed_ = static_cast<std::uint32_t>(count);
    to.given_count_ = static_cast<std::uint8_t>(count);
}

node_plan load_balancer::plan_of_one(std::uint32_t position) const
{
    node_plan made{table_, 0};
    made.list(position);
    return made;
}

node_plan load_balancer::other_plan(const plan_request& request)
{
    if (table_ == nullptr)
        return {};
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
std::size_t load_balancer::collect(
    std::span<const std::uint32_t> replicas, Accept accept, node_plan& to, std::size_t count
) const noexcept
{
    const plan_table& table = *table_;
    for (const std::uint32_t position : replicas) {
        if (count == most_replicas)
            break;
        if (accept(table.distance(position)) && table.facts(position).up)
            to.given_[count++] = position;
    }
    return count;
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

namespace {

// When most are slow, it is not they who are: the others would be overloaded as well.
void move_slow_back(
    const plan_table& table, std::span<std::uint32_t> nodes, node_facts::time_point now
) noexcept
{
    std::array<std::uint32_t, load_balancer::most_replicas> slow{};
    std::size_t slow_count = 0;
    std::size_t other_count = 0;
    for (const std::uint32_t position : nodes)
        slow_count += table.facts(position).counts.is_slow(now) ? 1U : 0U;
    if (slow_count == 0 || slow_count * 2 >= nodes.size())
        return;
    slow_count = 0;
    for (const std::uint32_t position : nodes)
        if (table.facts(position).counts.is_slow(now))
            slow[slow_count++] = position;
        else
            nodes[other_count++] = position;
    std::copy_n(slow.begin(), slow_count, nodes.begin() + static_cast<std::ptrdiff_t>(other_count));
}

// The index of the one that came back last and is not warm yet; their number when there is none.
std::size_t coldest(
    const plan_table& table, std::span<const std::uint32_t> nodes, node_facts::time_point now
) noexcept
{
    std::size_t found = nodes.size();
    auto latest = node_facts::time_point::min();
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        const node_facts& facts = table.facts(nodes[i]);
        if (facts.is_cold(now) && *facts.came_back > latest) {
            latest = *facts.came_back;
            found = i;
        }
    }
    return found;
}

}  // namespace

void load_balancer::avoid_slow(std::span<std::uint32_t> nodes, time_point now) noexcept
{
    const plan_table& table = *table_;
    if (nodes.size() > 2) {
        move_slow_back(table, nodes, now);
        const auto cold = static_cast<std::ptrdiff_t>(coldest(table, nodes, now));
        // A quarter of the time it stays in front, and so gets warm.
        if (cold < 2 && chance() % 4 != 0)
            std::rotate(nodes.begin() + cold, nodes.begin() + cold + 1, nodes.end());
    }
    if (nodes.size() > 1 && table.distance(nodes[0]) == table.distance(nodes[1]) &&
        table.facts(nodes[0]).counts.unanswered > table.facts(nodes[1]).counts.unanswered)
        std::swap(nodes[0], nodes[1]);
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
