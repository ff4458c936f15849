// SPDX-License-Identifier: Apache-2.0
#include "cluster/token_map.hpp"

#include "unit/cluster/described.hpp"

#include <gmock/gmock.h>
#include <rapidcheck.h>

#include <algorithm>
#include <limits>
#include <random>

namespace async_cassandra::detail {
namespace {

using test::described;
using test::finish;
using test::network_topology;
using test::ring_of;
using test::simple;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

using positions = std::vector<std::uint32_t>;

std::shared_ptr<const token_map> map_of(
    const std::vector<node_description>& nodes, const replication& how, std::size_t budget = 1000
)
{
    token_map_builder builder{ring_of(nodes), place_nodes(nodes), how};
    finish(builder, budget);
    return builder.take();
}

positions copy(std::span<const std::uint32_t> list)
{
    return {list.begin(), list.end()};
}

TEST(token_map, finds_the_owner_and_those_behind_it)
{
    const std::vector nodes{described(1, {100, 400}), described(2, {200}), described(3, {300})};
    const auto map = map_of(nodes, simple(2));
    EXPECT_EQ(map->count(), 2U);
    EXPECT_THAT(copy(map->replicas(100)), ElementsAre(0, 1));
    EXPECT_THAT(copy(map->replicas(101)), ElementsAre(1, 2));
    EXPECT_THAT(copy(map->replicas(300)), ElementsAre(2, 0));
    EXPECT_THAT(copy(map->replicas(400)), ElementsAre(0, 1)) << "the node's own second token counts once";
    EXPECT_THAT(copy(map->replicas(401)), ElementsAre(0, 1)) << "behind the last token comes the first";
    EXPECT_THAT(copy(map->replicas(minimum_token)), ElementsAre(0, 1));
}

TEST(token_map, has_no_more_replicas_than_nodes)
{
    const std::vector nodes{described(1, {1}), described(2, {2})};
    EXPECT_THAT(copy(map_of(nodes, simple(5))->replicas(2)), ElementsAre(1, 0));
    EXPECT_THAT(copy(map_of(nodes, network_topology({{"dc1", {5, 0}}}))->replicas(2)), ElementsAre(1, 0));
}

TEST(token_map, spreads_over_racks_and_data_centers)
{
    const std::vector nodes{
        described(1, {10}, "a", "r1"),
        described(2, {20}, "a", "r1"),
        described(3, {30}, "a", "r2"),
        described(4, {15}, "b", "r1"),
        described(5, {16}, "c", "r1")};
    const auto map = map_of(nodes, network_topology({{"a", {2, 0}}, {"b", {1, 0}}, {"nowhere", {3, 0}}}));
    EXPECT_THAT(copy(map->replicas(10)), ElementsAre(0, 3, 2)) << "the second node of rack r1 is passed over";
    EXPECT_THAT(copy(map->replicas(16)), ElementsAre(1, 2, 3)) << "c has no factor";
}

TEST(token_map, a_rack_with_one_of_many_tokens_is_found_from_everywhere)
{
    std::vector nodes{described(1, {0}, "a", "rare")};
    std::vector<token> many(500);
    std::ranges::generate(many, [at = token{0}]() mutable { return ++at; });
    nodes.push_back(described(2, many, "a", "usual"));
    const auto map = map_of(nodes, network_topology({{"a", {2, 0}}}));
    EXPECT_THAT(copy(map->replicas(1)), ElementsAre(1, 0));
    EXPECT_THAT(copy(map->replicas(500)), ElementsAre(1, 0));
    EXPECT_THAT(copy(map->replicas(0)), ElementsAre(0, 1));
}

TEST(token_map, transient_replicas_are_not_told)
{
    const std::vector nodes{
        described(1, {10}, "a", "r1"), described(2, {20}, "a", "r1"), described(3, {30}, "a", "r2")};
    const auto map = map_of(nodes, network_topology({{"a", {3, 1}}}));
    // Three racks' worth for two racks: one may repeat, and that is the second node, before the second rack.
    EXPECT_THAT(copy(map->replicas(10)), ElementsAre(0, 1));
    EXPECT_THAT(copy(map_of(nodes, network_topology({{"a", {5, 2}}}))->replicas(10)), ElementsAre(0, 1, 2))
        << "where nodes are missing, transient ones are missing first";
    EXPECT_THAT(
        copy(map_of(nodes, {replication_strategy::simple, {3, 1}, {}})->replicas(20)), ElementsAre(1, 2)
    );
}

TEST(token_map, everywhere_is_every_node_of_the_ring)
{
    const std::vector nodes{described(1, {5, 9}), described(2, {}), described(3, {7})};
    const auto map = map_of(nodes, {replication_strategy::everywhere, {}, {}});
    EXPECT_THAT(copy(map->replicas(6)), ElementsAre(0, 2)) << "a node without tokens stores nothing";
    EXPECT_THAT(copy(map->replicas_of(2)), ElementsAre(0, 2));
}

TEST(token_map, local_and_unknown_strategies_have_no_replicas)
{
    const std::vector nodes{described(1, {5})};
    EXPECT_THAT(copy(map_of(nodes, {replication_strategy::local, {}, {}})->replicas(5)), IsEmpty());
    EXPECT_THAT(copy(map_of(nodes, {})->replicas(5)), IsEmpty());
    EXPECT_THAT(copy(map_of(nodes, simple(0))->replicas(5)), IsEmpty());
    EXPECT_THAT(copy(map_of(nodes, network_topology({{"other", {3, 0}}}))->replicas(5)), IsEmpty());
    EXPECT_THAT(copy(map_of({}, simple(3))->replicas(5)), IsEmpty());
}

TEST(token_map, a_factor_that_would_take_all_memory_gives_no_replicas_and_a_reason)
{
    std::vector<node_description> nodes;
    for (std::uint32_t i = 0; i < 300; ++i) {
        nodes.push_back(described(static_cast<std::uint8_t>(i), {}));
        for (token t = 0; t < 256; ++t)
            nodes.back().tokens.push_back(t * 300 + i);
    }
    token_map_builder builder{ring_of(nodes, 1'000'000), place_nodes(nodes), simple(2'000'000'000)};
    finish(builder, 1'000'000);
    EXPECT_THAT(builder.reason(), HasSubstr("300 replicas of each of 76800 tokens"));
    EXPECT_EQ(builder.take()->count(), 0U);
}

TEST(token_ring, is_the_same_however_small_the_steps_are)
{
    std::mt19937_64 dice{7};
    std::vector<node_description> nodes;
    std::vector<token> expected;
    for (std::uint8_t i = 0; i < 40; ++i) {
        nodes.push_back(described(i, {}));
        for (int k = 0; k < 256; ++k) {
            nodes.back().tokens.push_back(static_cast<token>(dice()));
            expected.push_back(nodes.back().tokens.back());
        }
    }
    std::ranges::sort(expected);
    for (const std::size_t budget : {std::size_t{1}, std::size_t{777}, std::size_t{1'000'000}}) {
        std::vector<token> found;
        const auto ring = ring_of(nodes, budget);
        for (const ring_entry& entry : *ring) {
            found.push_back(entry.at);
            EXPECT_TRUE(
                std::ranges::find(nodes[entry.node].tokens, entry.at) != nodes[entry.node].tokens.end()
            );
        }
        EXPECT_EQ(found, expected);
    }
}

void expect_owners(const std::vector<token>& tokens)
{
    const auto ring = ring_of({described(1, tokens)}, 7);
    for (const token each : tokens)
        for (const int beside : {-1, 0, 1}) {
            const token at =
                each + (each == minimum_token || each == std::numeric_limits<token>::max() ? 0 : beside);
            ASSERT_EQ(ring->owner(at), owner_index(std::vector(ring->begin(), ring->end()), at)) << at;
        }
    for (const token at : {minimum_token, token{-1}, token{0}, std::numeric_limits<token>::max()})
        ASSERT_EQ(ring->owner(at), owner_index(std::vector(ring->begin(), ring->end()), at)) << at;
}

TEST(token_ring, finds_owners_wherever_tokens_lie)
{
    expect_owners({0});
    expect_owners({minimum_token});
    expect_owners({std::numeric_limits<token>::max()});
    std::vector<token> close;
    std::vector<token> even;
    std::vector<token> random;
    std::mt19937_64 dice{3};
    constexpr token step = std::numeric_limits<token>::max() / 150;
    for (token i = 0; i < 300; ++i) {
        close.push_back(i * i);
        even.push_back(i < 150 ? minimum_token + i * step : (i - 150) * step);
        random.push_back(static_cast<token>(dice()));
    }
    expect_owners(close);
    expect_owners(even);
    expect_owners(random);
}

TEST(token_ring, a_token_of_two_nodes_goes_to_the_first)
{
    const std::vector nodes{described(1, {1, 5}), described(2, {5, 1, 3}), described(3, {5})};
    token_ring_builder builder{nodes};
    finish(builder);
    EXPECT_EQ(builder.duplicates(), 3U);
    std::vector<std::pair<token, std::uint32_t>> found;
    const auto ring = builder.take();
    for (const ring_entry& entry : *ring)
        found.emplace_back(entry.at, entry.node);
    EXPECT_THAT(found, ElementsAre(std::pair{1, 0}, std::pair{3, 1}, std::pair{5, 0}));
}

// A small cluster of any shape: up to 12 nodes in 3 data centers with 4 racks each, 1 to 8 tokens, some without any.
struct random_cluster {
    explicit random_cluster(std::uint64_t seed) : dice(seed)
    {
        const auto count = 1 + dice() % 12;
        const auto centers = 1 + dice() % 3;
        const auto racks = 1 + dice() % 4;
        const auto tokens = 1 + dice() % 8;
        for (std::uint8_t i = 0; i < count; ++i) {
            nodes.push_back(described(
                i, {}, "dc" + std::to_string(dice() % centers), "rack" + std::to_string(dice() % racks)
            ));
            for (auto k = dice() % 16 == 0 ? 0 : tokens; k != 0; --k)
                nodes.back().tokens.push_back(static_cast<token>(dice()));
        }
        // Where rings go wrong is at their ends.
        if (dice() % 4 == 0)
            nodes.front().tokens.push_back(std::numeric_limits<token>::max());
        if (dice() % 4 == 0)
            nodes.back().tokens.push_back(minimum_token);
        ring = ring_of(nodes);
        placement = place_nodes(nodes);
    }

    std::mt19937_64 dice;
    std::vector<node_description> nodes;
    std::shared_ptr<const token_ring> ring;
    node_placement placement;
};

void compare_with_walk(random_cluster& cluster)
{
    const auto& ring = *cluster.ring;
    if (ring.empty())
        return;
    replication how = network_topology({});
    std::vector<data_center_replication> factors;
    for (std::uint32_t i = 0; i < cluster.placement.data_centers.size(); ++i) {
        factors.push_back({i, static_cast<std::uint32_t>(cluster.dice() % 6)});
        how.data_centers.emplace_back(
            cluster.placement.data_centers[i], replication_factor{factors[i].factor, 0}
        );
    }
    const auto factor = static_cast<std::uint32_t>(cluster.dice() % 6);
    const auto budget = 1 + cluster.dice() % 50;
    const auto network = map_of(cluster.nodes, how, budget);
    const auto plain = map_of(cluster.nodes, simple(factor), budget);
    for (std::size_t i = 0; i < ring.size(); ++i)
        for (const token at :
             {ring[i].at, ring[i].at + (ring[i].at < std::numeric_limits<token>::max() ? 1 : 0)}) {
            const auto walked = network_topology_replicas(ring, cluster.placement.places, factors, at);
            RC_ASSERT(copy(network->replicas(at)) == walked);
            RC_ASSERT(copy(plain->replicas(at)) == simple_replicas(ring, at, factor));
        }
}

TEST(token_map, has_what_the_walk_from_each_token_finds)
{
    EXPECT_TRUE(rc::check("the map equals the walk", [](std::uint64_t seed) {
        for (std::uint64_t i = 0; i < 30; ++i) {
            random_cluster cluster{seed + i};
            compare_with_walk(cluster);
        }
    }));
}

}  // namespace
}  // namespace async_cassandra::detail
