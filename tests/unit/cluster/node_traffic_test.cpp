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
        which.state = node_state::up;
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
        node_traffic made;
        made.set(std::move(nodes));
        return made.get();
    }
    static std::shared_ptr<net::traffic> counts() { return std::make_shared<net::traffic>(); }

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
    EXPECT_EQ(sum.state, node_state::up);
    EXPECT_EQ(sum.sent, 0U);
    EXPECT_EQ(sum.latency, 0ns);
}

TEST_F(node_traffic_test, is_the_sum_over_the_shards_of_this_node_alone)
{
    const auto here = counts();
    const auto there = counts();
    const auto other = counts();
    for (int i = 0; i < 5; ++i)
        here->on_sent(now);
    here->on_answered(false);
    here->on_answered(true);
    here->on_taken_back();
    here->connections = 2;
    there->on_sent(now);
    there->on_failed();
    there->connections = 1;
    other->on_sent(now);
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
    const auto busy = counts();
    const auto calm = counts();
    const std::array shards{list({{id(7), busy}}), list({{id(7), calm}})};
    busy->on_answers(now, 30, 30 * 1ms);
    EXPECT_EQ(sum_traffic(which, shards).latency, 1ms);
    calm->on_answers(now, 10, 10 * 5ms);
    EXPECT_EQ(sum_traffic(which, shards).latency, 2ms);
    // A second later the 30 answers count as 15.
    calm->on_answers(now + 1s, 10, 10 * 5ms);
    EXPECT_EQ(sum_traffic(which, shards).latency, 3ms);
}

}  // namespace
}  // namespace async_cassandra::detail
