// SPDX-License-Identifier: Apache-2.0
#include "cluster/node_traffic.hpp"

#include <gmock/gmock.h>

#include <array>
#include <memory>

namespace async_cassandra::detail {
namespace {

using namespace std::chrono_literals;

class node_traffic_test : public ::testing::Test {
protected:
    node_traffic_test()
    {
        which.host_id = id(7);
        which.address = {inet::parse("127.0.0.7").value(), 9042};
    }

    static uuid id(std::uint8_t last)
    {
        std::array<std::uint8_t, 16> bytes{};
        bytes.back() = last;
        return uuid{bytes};
    }
    /// What a shard says that knows these nodes.
    static node_traffic::list list(std::vector<node_traffic::entry> nodes)
    {
        node_traffic traffic;
        traffic.set(std::move(nodes));
        return traffic.get();
    }
    static node_facts_ptr made() { return std::make_shared<node_facts>(); }
    static node_facts_ptr made(base::node_status status)
    {
        node_facts_ptr facts = made();
        facts->status = status;
        return facts;
    }

    node which;
    const net::traffic::time_point now{1000h};
};

TEST_F(node_traffic_test, of_a_shard_that_knows_nothing_yet_is_nothing)
{
    const node_traffic::list nothing = node_traffic{}.get();
    EXPECT_EQ(find_traffic(nothing, id(7)), nullptr);
    const node_stats sum = sum_traffic(which, std::array{nothing, nothing});
    EXPECT_EQ(sum.host_id, id(7));
    EXPECT_EQ(sum.address, which.address);
    EXPECT_EQ(sum.state, node_state::unknown);
    EXPECT_EQ(sum.sent, 0U);
    EXPECT_EQ(sum.latency, 0ns);
}

TEST_F(node_traffic_test, is_the_sum_over_the_shards_of_this_node_alone)
{
    const auto here = made();
    const auto there = made();
    const auto other = made();
    for (int i = 0; i < 5; ++i)
        here->counts.on_sent(now);
    here->counts.on_answered(false);
    here->counts.on_answered(true);
    here->counts.on_taken_back();
    here->counts.connections = 2;
    there->counts.on_sent(now);
    there->counts.on_failed();
    there->counts.connections = 1;
    other->counts.on_sent(now);
    const std::array shards{list({{id(3), other}, {id(7), here}}), list({{id(7), there}, {id(9), other}})};
    const node_stats sum = sum_traffic(which, shards);
    EXPECT_EQ(sum.sent, 5U);
    EXPECT_EQ(sum.completed, 1U);
    EXPECT_EQ(sum.failed, 2U);
    EXPECT_EQ(sum.in_flight, 2U);
    EXPECT_EQ(sum.connections, 3U);
}

TEST_F(node_traffic_test, has_the_latency_of_each_shard_by_how_much_it_answered_lately)
{
    const auto busy = made();
    const auto calm = made();
    const std::array shards{list({{id(7), busy}}), list({{id(7), calm}})};
    busy->counts.on_answers(now, 30, 30 * 1ms);
    EXPECT_EQ(sum_traffic(which, shards).latency, 1ms);
    calm->counts.on_answers(now, 10, 10 * 5ms);
    EXPECT_EQ(sum_traffic(which, shards).latency, 2ms);
    // A second later the 30 answers count as 15.
    calm->counts.on_answers(now + 1s, 10, 10 * 5ms);
    EXPECT_EQ(sum_traffic(which, shards).latency, 3ms);
}

TEST_F(node_traffic_test, a_node_is_up_when_any_shard_has_a_connection_and_down_when_one_tried_in_vain)
{
    using base::node_status;
    const auto joined = [](std::vector<node_status> of_shards) {
        std::vector<node_traffic::list> shards;
        for (const node_status each : of_shards)
            shards.push_back(list({{id(7), made(each)}}));
        shards.push_back(list({{id(3), made(node_status::up)}}));  // does not know it yet
        return join_states(id(7), shards);
    };
    EXPECT_EQ(joined({node_status::unknown, node_status::connecting}), node_state::unknown);
    EXPECT_EQ(joined({node_status::unknown, node_status::down}), node_state::down);
    EXPECT_EQ(joined({node_status::down, node_status::connecting}), node_state::down);
    EXPECT_EQ(joined({node_status::down, node_status::up}), node_state::up);
    EXPECT_EQ(joined({node_status::up, node_status::down}), node_state::up);
    EXPECT_EQ(joined({node_status::silent, node_status::up}), node_state::up);
    EXPECT_EQ(joined({node_status::silent, node_status::down}), node_state::silent);
    EXPECT_EQ(joined({node_status::down, node_status::silent}), node_state::silent);
    EXPECT_EQ(joined({}), node_state::unknown);
}

}  // namespace
}  // namespace async_cassandra::detail
