// SPDX-License-Identifier: Apache-2.0
#include <async_cassandra/topology.hpp>

#include "cluster/topology_builder.hpp"
#include "cluster/topology_change.hpp"
#include "unit/cluster/described.hpp"

#include <gmock/gmock.h>

#include <limits>

namespace async_cassandra {
namespace {

using detail::compare_nodes;
using detail::keyspace_replications;
using detail::topology_builder;
using detail::topology_change;
using detail::topology_data;
using detail::test::address_of;
using detail::test::described;
using detail::test::described_list;
using detail::test::host;
using detail::test::network_topology;
using detail::test::simple;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr std::int64_t least = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t greatest = std::numeric_limits<std::int64_t>::max();

template <class Topology>
concept views_work_on = requires(Topology&& t) { std::forward<Topology>(t).nodes(); };
static_assert(views_work_on<const topology&> && !views_work_on<topology>, "what is returned would dangle");
static_assert(std::forward_iterator<node_list::iterator>);

std::shared_ptr<topology_data> build(
    std::vector<detail::node_description> nodes,
    keyspace_replications keyspaces,
    std::shared_ptr<const topology_data> before = nullptr,
    std::size_t budget = 1'000'000
)
{
    topology_builder builder{described_list(std::move(nodes)), std::move(keyspaces), std::move(before)};
    while (!builder.step(budget)) {}
    EXPECT_THAT(builder.notes(), IsEmpty());
    return builder.take();
}

std::vector<detail::node_description> three_nodes()
{
    return {described(1, {100}), described(2, {200}), described(3, {300})};
}

std::vector<uuid> hosts_of(const node_list& list)
{
    std::vector<uuid> hosts;
    for (const node& n : list)
        hosts.push_back(n.host_id);
    return hosts;
}

TEST(topology, of_nothing_has_nothing)
{
    const topology none;
    EXPECT_THAT(none.nodes(), IsEmpty());
    EXPECT_EQ(none.find(host(1)), nullptr);
    EXPECT_EQ(none.partitioner(), "");
    EXPECT_TRUE(none.replicas("shop", 1).empty());
    EXPECT_THAT(none.token_ranges("shop", host(1)), IsEmpty());
}

TEST(topology, finds_nodes_by_host_id)
{
    const topology all{build(three_nodes(), {})};
    ASSERT_NE(all.find(host(2)), nullptr);
    EXPECT_EQ(all.find(host(2))->address, address_of(2));
    EXPECT_EQ(all.find(host(4)), nullptr);
    EXPECT_EQ(all.partitioner(), "org.apache.cassandra.dht.Murmur3Partitioner");
}

TEST(topology, tells_replicas_by_token_and_by_key)
{
    const topology all{build(
        three_nodes(), {{"shop", simple(2)}, {"local", {detail::replication_strategy::local, {}, {}}}}
    )};
    EXPECT_THAT(hosts_of(all.replicas("shop", 150)), ElementsAre(host(2), host(3)));
    EXPECT_THAT(all.replicas("shop", 150).positions(), ElementsAre(1, 2));
    EXPECT_EQ(all.replicas("shop", 150)[1].host_id, host(3));
    EXPECT_TRUE(all.replicas("local", 150).empty());
    EXPECT_TRUE(all.replicas("nowhere", 150).empty());
    // Its token, -6847573755651342660, is in front of all of the ring.
    const std::string_view key = "hello";
    const auto bytes = std::as_bytes(std::span{key});
    EXPECT_EQ(
        hosts_of(all.replicas("shop", bytes)), hosts_of(all.replicas("shop", detail::murmur3_token(bytes)))
    );
}

TEST(topology, token_ranges_cover_the_ring_once_for_each_replica)
{
    const topology all{build(three_nodes(), {{"one", simple(1)}, {"two", simple(2)}})};
    EXPECT_THAT(all.token_ranges("one", host(2)), ElementsAre(token_range{100, 200}));
    EXPECT_THAT(
        all.token_ranges("one", host(1)), ElementsAre(token_range{least, 100}, token_range{300, greatest})
    );
    EXPECT_THAT(all.token_ranges("two", host(3)), ElementsAre(token_range{100, 200}, token_range{200, 300}));
    EXPECT_THAT(
        all.token_ranges("two", host(1)),
        ElementsAre(token_range{least, 100}, token_range{200, 300}, token_range{300, greatest})
    );
    EXPECT_THAT(all.token_ranges("one", host(4)), IsEmpty());
    EXPECT_THAT(all.token_ranges("nowhere", host(1)), IsEmpty());
}

TEST(topology, token_ranges_at_the_ends_of_the_ring_are_not_empty)
{
    const topology all{build({described(1, {least, greatest}), described(2, {0})}, {{"one", simple(1)}})};
    EXPECT_THAT(all.token_ranges("one", host(1)), ElementsAre(token_range{0, greatest}));
    EXPECT_THAT(all.token_ranges("one", host(2)), ElementsAre(token_range{least, 0}));
}

TEST(topology, keyspaces_of_equal_replication_share_a_map)
{
    const auto data = build(three_nodes(), {{"a", simple(2)}, {"b", simple(2)}, {"c", simple(3)}});
    EXPECT_EQ(data->map_of("a"), data->map_of("b"));
    EXPECT_NE(data->map_of("a"), data->map_of("c"));
    EXPECT_THAT(data->maps, SizeIs(2));
}

TEST(topology, the_next_one_takes_over_what_is_unchanged)
{
    const keyspace_replications keyspaces{{"shop", simple(2)}};
    const auto first = build(three_nodes(), keyspaces);
    first->nodes[1].state = node_state::up;

    auto nodes = three_nodes();
    nodes[0].facts.release_version = "5.0.3";
    nodes[2].facts.address = address_of(77);
    const auto second = build(nodes, {{"shop", simple(2)}, {"new", simple(1)}}, first);
    EXPECT_EQ(second->ring, first->ring);
    EXPECT_EQ(second->map_of("shop"), first->map_of("shop"));
    EXPECT_EQ(second->map_of("new")->count(), 1U);
    EXPECT_EQ(second->nodes[1].state, node_state::up) << "states are the client's own";
    EXPECT_EQ(second->nodes[2].address, address_of(77));
    EXPECT_THAT(build(nodes, keyspaces, second)->maps, SizeIs(1)) << "what nobody uses is forgotten";

    nodes[0].facts.rack = "r2";
    const auto other_rack = build(nodes, keyspaces, second);
    EXPECT_EQ(other_rack->ring, first->ring);
    EXPECT_NE(other_rack->map_of("shop"), first->map_of("shop"));

    nodes[0].tokens = {101};
    const topology other_token{build(nodes, keyspaces, second)};
    EXPECT_NE(other_token.data()->ring, first->ring);
    EXPECT_THAT(hosts_of(other_token.replicas("shop", 101)), ElementsAre(host(1), host(2)));

    nodes.insert(nodes.begin(), described(0, {50}));
    const topology one_more{build(nodes, keyspaces, second)};
    EXPECT_EQ(one_more.nodes()[2].state, node_state::up);
    EXPECT_THAT(hosts_of(one_more.replicas("shop", 1)), ElementsAre(host(0), host(1)));
}

TEST(topology, is_the_same_however_small_the_steps_are)
{
    const keyspace_replications keyspaces{{"a", simple(2)}, {"b", network_topology({{"dc1", {3, 0}}})}};
    const topology slow{build(three_nodes(), keyspaces, nullptr, 1)};
    const topology quick{build(three_nodes(), keyspaces)};
    for (const char* keyspace : {"a", "b"})
        for (const std::int64_t at : {100, 200, 300})
            EXPECT_EQ(hosts_of(slow.replicas(keyspace, at)), hosts_of(quick.replicas(keyspace, at)));
}

TEST(topology, notes_tokens_of_two_nodes)
{
    topology_builder builder{described_list({described(1, {5}), described(2, {5})}), {}, nullptr};
    while (!builder.step(10)) {}
    EXPECT_THAT(builder.notes(), ElementsAre("1 tokens are claimed by several nodes: the first has them"));
}

TEST(topology_change, is_empty_when_nothing_changed)
{
    auto nodes = three_nodes();
    nodes[1].facts.state = node_state::up;
    const topology_change found = compare_nodes(three_nodes(), nodes);
    EXPECT_TRUE(found.empty());
    EXPECT_THAT(found.before, ElementsAre(0, 1, 2));
    EXPECT_TRUE(compare_nodes({}, {}).empty());
}

TEST(topology_change, tells_added_and_removed_nodes_and_new_positions)
{
    const std::vector before{described(1, {1}), described(2, {2}), described(4, {4})};
    const std::vector now{
        described(0, {0}), described(2, {2}), described(3, {3}), described(4, {4}), described(5, {5})};
    const topology_change found = compare_nodes(before, now);
    EXPECT_THAT(found.added, ElementsAre(0, 2, 4));
    EXPECT_THAT(found.removed, ElementsAre(0));
    EXPECT_THAT(found.moved, IsEmpty());
    EXPECT_THAT(found.changed, IsEmpty());
    constexpr auto none = topology_change::no_position;
    EXPECT_THAT(found.before, ElementsAre(none, 1, none, 2, none));
    EXPECT_FALSE(found.empty());
    EXPECT_THAT(compare_nodes(before, {}).removed, ElementsAre(0, 1, 2));
    EXPECT_THAT(compare_nodes({}, before).added, ElementsAre(0, 1, 2));
}

TEST(topology_change, tells_another_address_from_other_changes)
{
    auto now = three_nodes();
    now[0].facts.address.port = 9043;
    now[1].tokens = {201};
    now[2].facts.address = address_of(9);
    now[2].facts.rack = "r2";
    const topology_change found = compare_nodes(three_nodes(), now);
    using kept = topology_change::kept_node;
    EXPECT_THAT(found.moved, ElementsAre(kept{0, 0}, kept{2, 2}));
    EXPECT_THAT(found.changed, ElementsAre(kept{1, 1}, kept{2, 2}));
    EXPECT_THAT(found.added, IsEmpty());
    EXPECT_THAT(found.removed, IsEmpty());
}

TEST(topology_change, another_cluster_is_told_by_name_or_partitioner)
{
    detail::described_nodes known;
    known.cluster_name = "shop";
    known.partitioner = "org.apache.cassandra.dht.Murmur3Partitioner";
    detail::described_nodes now = known;
    EXPECT_THAT(other_cluster(known, now), IsEmpty());
    now.partitioner = "org.apache.cassandra.dht.RandomPartitioner";
    EXPECT_THAT(other_cluster(known, now), ::testing::HasSubstr("dht.RandomPartitioner', not 'org."));
    now.cluster_name = "test";
    EXPECT_THAT(other_cluster(known, now), ::testing::HasSubstr("its name is 'test', not 'shop'"));
    // A node that does not say, and one that was never read.
    EXPECT_THAT(other_cluster(known, {}), IsEmpty());
    EXPECT_THAT(other_cluster({}, now), IsEmpty());
}

TEST(topology_change, an_address_that_passed_to_another_node_moves_nobody)
{
    auto now = three_nodes();
    now[1] = described(2, {200});
    now[1].facts.host_id = host(9);
    std::swap(now[1], now[2]);
    const topology_change found = compare_nodes(three_nodes(), now);
    EXPECT_THAT(found.removed, ElementsAre(1));
    EXPECT_THAT(found.added, ElementsAre(2));
    EXPECT_THAT(found.moved, IsEmpty());
}

}  // namespace
}  // namespace async_cassandra
