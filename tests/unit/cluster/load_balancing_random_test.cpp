// SPDX-License-Identifier: Apache-2.0
// Random topologies, settings and facts: what must be true of every plan.
#include "unit/cluster/plan_tables.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <set>

namespace async_cassandra::detail {
namespace {

using nodes = std::vector<std::uint32_t>;

/// Numbers from one of RapidCheck's.
class dice {
public:
    explicit dice(std::uint64_t seed) noexcept : state_(seed) {}

    std::uint32_t below(std::uint32_t bound) noexcept
    {
        state_ = state_ * 6364136223846793005U + 1442695040888963407U;
        return static_cast<std::uint32_t>((state_ >> 33U) % bound);
    }
    bool one_in(std::uint32_t count) noexcept { return below(count) == 0; }

private:
    std::uint64_t state_;
};

struct random_cluster {
    explicit random_cluster(dice& d)
    {
        const std::uint32_t size = d.below(d.one_in(5) ? 60 : 13);
        const std::uint32_t centers = 1 + d.below(3);
        for (std::uint32_t i = 0; i < size; ++i)
            placed.push_back(
                {"dc" + std::to_string(1 + d.below(centers)), "r" + std::to_string(1 + d.below(3))}
            );
        if (d.one_in(2))
            settings.local_rack = "r1";
        settings.max_nodes_per_remote_dc = d.below(4);
        settings.remote_for_local_consistency = d.one_in(2);
        settings.shuffle_replicas = !d.one_in(4);
        settings.avoid_slow_replicas = !d.one_in(4);
        for (std::uint32_t i = 0; i < size; ++i)
            refused.push_back(d.one_in(6));
        settings.filter = [this](const node_identity& node) {
            return !refused
                [static_cast<std::size_t>(node.host_id.bytes()[0]) * 256 + node.host_id.bytes()[1]];
        };
        table = test::table_of(placed, settings, "dc1", d.below(1000));
        for (std::uint32_t i = 0; i < size; ++i) {
            table->facts(i).counts.unanswered = d.below(20);
            table->facts(i).counts.last_but_one = test::plans_begin - std::chrono::milliseconds{d.below(400)};
            if (d.one_in(4))
                table->facts(i).came_back = test::plans_begin - std::chrono::seconds{d.below(120)};
            table->facts(i).up = !d.one_in(4);
            table->update_up(i);
        }
    }

    [[nodiscard]] bool is_local(std::uint32_t i) const { return placed[i].data_center == "dc1"; }

    std::vector<test::placed_node> placed;
    std::vector<bool> refused;
    load_balancing_settings settings;
    boost::intrusive_ptr<plan_table> table;
};

plan_request random_request(dice& d, std::uint32_t size, nodes& replicas)
{
    for (std::uint32_t i = 0; i < size; ++i)
        replicas.push_back(i);
    for (std::uint32_t i = size; i > 1; --i)
        std::swap(replicas[i - 1], replicas[d.below(i)]);
    replicas.resize(std::min<std::size_t>(replicas.size(), d.below(10)));
    return {
        .consistency = static_cast<consistency>(d.below(11)),
        .conditional = d.one_in(5),
        .serial = d.one_in(2) ? consistency::serial : consistency::local_serial,
        .replicas = replicas,
        .now = test::plans_begin};
}

/// Of the nodes of a plan: which comes before which.
int rank_of(const random_cluster& in, const nodes& replicas, std::uint32_t position)
{
    if (!in.table->facts(position).up)
        return 3;
    if (!in.is_local(position))
        return 2;
    const auto local_replicas = std::count_if(replicas.begin(), replicas.end(), [&](std::uint32_t r) {
        return in.is_local(r) && !in.refused[r] && in.table->facts(r).up;
    });
    if (local_replicas > static_cast<std::ptrdiff_t>(load_balancer::most_replicas))
        return 1;
    return std::find(replicas.begin(), replicas.end(), position) != replicas.end() ? 0 : 1;
}

void check_plan(std::uint64_t seed)
{
    dice d{seed};
    const random_cluster in{d};
    const auto size = static_cast<std::uint32_t>(in.placed.size());
    nodes replicas;
    const plan_request request = random_request(d, size, replicas);
    load_balancer balancer{in.settings, seed};
    balancer.use(in.table);
    const nodes plan = test::order(balancer.plan(request));

    RC_ASSERT(std::set<std::uint32_t>(plan.begin(), plan.end()).size() == plan.size());
    const bool remote = in.settings.remote_for_local_consistency || !is_bound_to_local(request);
    std::map<std::string, std::uint32_t> of_remote;
    for (const std::uint32_t position : plan) {
        RC_ASSERT(position < size);
        RC_ASSERT(!in.refused[position]);
        RC_ASSERT(in.is_local(position) || remote);
        if (!in.is_local(position))
            RC_ASSERT(++of_remote[in.placed[position].data_center] <= in.settings.max_nodes_per_remote_dc);
    }
    for (std::uint32_t i = 0; i < size; ++i)
        if (in.is_local(i) && !in.refused[i])
            RC_ASSERT(std::count(plan.begin(), plan.end(), i) == 1);
    for (std::size_t i = 1; i < plan.size(); ++i)
        RC_ASSERT(rank_of(in, replicas, plan[i - 1]) <= rank_of(in, replicas, plan[i]));
}

TEST(load_balancing_random, every_plan_keeps_the_rules)
{
    EXPECT_TRUE(rc::check([](std::uint64_t seed) {
        for (std::uint64_t i = 0; i < 100; ++i)
            check_plan(seed * 100 + i);
    }));
}

}  // namespace
}  // namespace async_cassandra::detail
