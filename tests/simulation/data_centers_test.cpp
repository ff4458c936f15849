// SPDX-License-Identifier: Apache-2.0
// Where requests may go: data centers, racks, filters, policies. R25
#include "simulation/several_nodes.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <stdexcept>
#include <utility>
#include <vector>

namespace async_cassandra::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// dc1 has the nodes 0, 1, 2, dc2 the others.
class data_centers : public several_nodes {
protected:
    data_centers() : several_nodes({.nodes = {3, 3}}) {}

    void stop_dc1()
    {
        for (std::size_t i = 0; i < 3; ++i)
            nodes.stop(i);
        world.run_for(10ms);  // until the client has heard of it
    }
    void start_dc1()
    {
        for (std::size_t i = 0; i < 3; ++i)
            nodes.start(i);
    }
    /// As `several_nodes::spread`, with a consistency that may leave the data center.
    std::vector<std::size_t> spread(
        std::size_t count, const statement& what = statement{"Q"}.consistency(consistency::one)
    )
    {
        return several_nodes::spread(count, what);
    }
    static std::size_t in_dc1(const std::vector<std::size_t>& counts)
    {
        return counts[0] + counts[1] + counts[2];
    }
    failure failed(const statement& what)
    {
        const auto end = execute(what);
        wait(*end);
        return failure_of<no_host_available>(*end);
    }
};

// R25
TEST_F(data_centers, the_chosen_one_gets_all_requests_while_one_of_its_nodes_is_up)
{
    config.load_balancing.local_dc = "dc2";
    config.load_balancing.max_nodes_per_remote_dc = 3;
    connect_and_wait();
    const auto with_all = spread(300);
    for (std::size_t i = 3; i < 6; ++i)
        EXPECT_EQ(with_all[i], 100U);
    nodes.stop(3);
    nodes.stop(5);
    world.run_for(1s);
    EXPECT_EQ(spread(100)[4], 100U);
    for (std::size_t i = 0; i < 3; ++i)
        EXPECT_THAT(asked(i), IsEmpty());
}

// R25
TEST_F(data_centers, without_permission_no_request_leaves)
{
    config.load_balancing.local_dc = "dc1";
    connect_and_wait();
    stop_dc1();
    world.run_for(1s);
    const failure f = failed(statement{"Q"}.consistency(consistency::one));
    EXPECT_EQ(f.attempts.size(), 3U);
    for (std::size_t i = 3; i < 6; ++i)
        EXPECT_THAT(asked(i), IsEmpty());
}

// R25
TEST_F(data_centers, with_permission_requests_fail_over_and_back)
{
    config.load_balancing.local_dc = "dc1";
    config.load_balancing.max_nodes_per_remote_dc = 2;
    config.reconnect_max_delay = 1s;
    connect_and_wait();
    std::size_t remote_connections = 0;
    for (std::size_t i = 3; i < 6; ++i)
        remote_connections += nodes.node(i).open_connections();
    EXPECT_EQ(remote_connections, 0U) << "nobody asked for them";
    stop_dc1();
    const auto away = spread(100);
    EXPECT_EQ(in_dc1(away), 0U);
    EXPECT_EQ(std::ranges::count(away, 0U), 4) << "two remote nodes, and none else";
    start_dc1();
    world.run_for(3s);
    EXPECT_EQ(in_dc1(spread(300)), 300U);
}

// R25
TEST_F(data_centers, local_levels_stay_unless_told_otherwise)
{
    config.load_balancing.local_dc = "dc1";
    config.load_balancing.max_nodes_per_remote_dc = 1;
    connect_and_wait();
    stop_dc1();
    world.run_for(1s);
    for (const consistency level :
         {consistency::local_one, consistency::local_quorum, consistency::local_serial})
        EXPECT_EQ(failed(statement{"Q"}.consistency(level)).attempts.size(), 3U) << to_string(level);
    EXPECT_EQ(in_dc1(spread(10)), 0U) << "other levels may go";
}

// R25
TEST_F(data_centers, local_levels_may_leave_when_told_so)
{
    config.load_balancing.local_dc = "dc1";
    config.load_balancing.max_nodes_per_remote_dc = 1;
    config.load_balancing.remote_for_local_consistency = true;
    connect_and_wait();
    stop_dc1();
    EXPECT_EQ(in_dc1(spread(10, statement{"Q"}.consistency(consistency::local_quorum))), 0U);
}

// R25
TEST_F(data_centers, levels_arrive_as_they_were_chosen)
{
    connect_and_wait();
    const std::vector<consistency> levels{
        consistency::local_quorum, consistency::each_quorum, consistency::local_one, consistency::quorum};
    for (const consistency level : levels)
        rows_of(statement{"Q"}.consistency(level));
    std::map<time_point, consistency> came;
    for (std::size_t i = 0; i < 6; ++i)
        for (const request_record& r : asked(i))
            came.emplace(r.at, r.parameters.level);
    std::vector<consistency> in_order;
    for (const auto& [when, level] : came)
        in_order.push_back(level);
    EXPECT_EQ(in_order, levels);
}

// R25
TEST_F(data_centers, connecting_goes_elsewhere_when_the_local_one_is_down_and_that_is_allowed)
{
    config.load_balancing.local_dc = "dc1";
    config.load_balancing.max_nodes_per_remote_dc = 1;
    config.connect_timeout = 20s;
    stop_dc1();
    connect_and_wait();
    EXPECT_EQ(in_dc1(spread(10)), 0U);
}

TEST_F(data_centers, one_that_does_not_exist_is_told_at_once_with_those_that_do)
{
    config.load_balancing.local_dc = "dc7";
    try {
        connect();
        ADD_FAILURE() << "connected to nothing";
    } catch (const configuration_error& e) {
        EXPECT_THAT(e.what(), HasSubstr("the local data center 'dc7'"));
        EXPECT_THAT(e.what(), HasSubstr("'dc1' (3 nodes), 'dc2' (3 nodes)"));
    }
    EXPECT_LT(world.elapsed(), 1s);
}

TEST_F(data_centers, a_filter_that_refuses_all_is_told_at_once)
{
    config.load_balancing.filter = [](const node_identity&) { return false; };
    EXPECT_THROW(connect(), configuration_error);
    EXPECT_LT(world.elapsed(), 1s);
}

TEST_F(data_centers, a_connect_that_waits_for_its_next_try_ends_when_the_cluster_is_closed)
{
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        nodes.node(i).add_keyspace("ks");
        nodes.node(i)
            .on_query("SELECT key FROM system.local")
            .reply(reply_error(server_code::overloaded, "later"));
    }
    client.emplace(make_simulated_cluster(world, config));
    const auto end = start<session>([&](auto handler) { client->connect("ks", std::move(handler)); });
    world.run_for(5s);
    EXPECT_EQ(end->count, 0);
    close(*client);
    EXPECT_EQ(failure_of<connection_error>(*end).code, errc::closed);
    EXPECT_EQ(client->stats().timers, 0U);
}

TEST_F(data_centers, the_local_rack_comes_first)
{
    config.load_balancing.local_dc = "dc1";
    config.load_balancing.local_rack = "rack2";
    connect_and_wait();
    EXPECT_EQ(spread(100)[1], 100U);
    nodes.stop(1);
    world.run_for(1s);
    const auto without = spread(100);
    EXPECT_EQ(without[0] + without[2], 100U);
}

TEST_F(data_centers, nodes_that_the_filter_refuses_get_no_connections)
{
    const endpoint refused = nodes.address(1);
    config.contact_points = {to_string(nodes.address(0))};
    config.load_balancing.filter = all_except(only_addresses({refused.address}));
    connect_and_wait();
    const auto counts = spread(100);
    EXPECT_EQ(counts[1], 0U);
    EXPECT_EQ(counts[0] + counts[2], 100U);
    EXPECT_EQ(nodes.node(1).connections_accepted(), 0U);
    rows_of(statement{"Q"}.node(nodes.host_id(1)));
    EXPECT_EQ(asked(1).size(), 1U) << "whoever names a node means it";
}

TEST_F(data_centers, connections_to_remote_nodes_close_when_nobody_needs_them)
{
    config.load_balancing.local_dc = "dc1";
    config.load_balancing.max_nodes_per_remote_dc = 2;
    config.reconnect_max_delay = 1s;
    // For requests: the control connection may be there, too.
    const auto connections = [this](std::size_t first, std::size_t last) {
        std::size_t sum = 0;
        for (const node_stats& each : client->node_stats())
            for (std::size_t i = first; i <= last; ++i)
                sum += each.host_id == nodes.host_id(i) ? each.connections : 0U;
        return sum;
    };
    nodes.freeze(5);  // and those that are only tried
    connect_and_wait();
    const auto named = execute(statement{"Q"}.node(nodes.host_id(5)).timeout(1s));
    stop_dc1();
    EXPECT_EQ(in_dc1(spread(100)), 0U);
    start_dc1();
    world.run_for(4min);
    rows_of(statement{"Q"}.node(nodes.host_id(3)));
    world.run_for(4min);
    EXPECT_EQ(named->count, 1);
    EXPECT_EQ(connections(3, 5), 1U) << "one was in use meanwhile";
    EXPECT_EQ(connections(3, 3), 1U);
    world.run_for(3min);
    EXPECT_EQ(connections(3, 5), 0U);
    EXPECT_EQ(connections(0, 2), 3U);
    const auto tried = world.network().connects_tried();
    world.run_for(10min);
    EXPECT_EQ(world.network().connects_tried(), tried);
    nodes.thaw(5);
    stop_dc1();
    EXPECT_EQ(in_dc1(spread(100)), 0U) << "and open again when they are needed";
}

TEST_F(data_centers, connections_to_local_nodes_stay)
{
    config.load_balancing.local_dc = "dc1";
    connect_and_wait();
    world.run_for(1h);
    for (std::size_t i = 0; i < 3; ++i)
        EXPECT_EQ(nodes.node(i).connections_accepted(), i == 0 ? 2U : 1U) << i;
}

TEST_F(data_centers, a_remote_node_that_is_named_is_connected_to)
{
    connect_and_wait();
    rows_of(statement{"Q"}.node(nodes.host_id(4)));
    EXPECT_EQ(asked(4).size(), 1U);
    nodes.freeze(5);
    const auto begin = world.elapsed();
    const auto end = execute(statement{"Q"}.node(nodes.host_id(5)).timeout(2s));
    wait(*end);
    EXPECT_EQ(failure_of<operation_timed_out>(*end).effect, request_effect::not_sent);
    EXPECT_LE(world.elapsed() - begin, 2100ms);
    nodes.thaw(5);
}

class scripted_policy final : public load_balancing_policy {
public:
    using function = std::function<void(const request_info&, std::span<const node_view>, plan_sink&)>;
    explicit scripted_policy(function does) : does_(std::move(does)) {}
    void plan(const request_info& request, std::span<const node_view> all, plan_sink& to) override
    {
        does_(request, all, to);
    }

private:
    function does_;
};

TEST_F(data_centers, a_policy_chooses_for_itself)
{
    // The last one by host id, wherever it is.
    config.load_balancing.policy = std::make_shared<scripted_policy>(
        [](const request_info&, std::span<const node_view> all, plan_sink& to) { to.add(all.size() - 1); }
    );
    connect_and_wait();
    std::size_t chosen = 0;
    for (std::size_t i = 0; i < 6; ++i)
        if (nodes.host_id(chosen) < nodes.host_id(i))
            chosen = i;
    EXPECT_EQ(spread(20)[chosen], 20U);
    nodes.stop(chosen);
    world.run_for(1s);
    EXPECT_EQ(failed("Q").attempts.size(), 1U) << "others are not tried";
}

TEST_F(data_centers, what_a_policy_throws_ends_the_request)
{
    bool throws = false;
    config.load_balancing.policy = std::make_shared<scripted_policy>(
        [&](const request_info&, std::span<const node_view> all, plan_sink& to) {
            if (throws)
                throw std::out_of_range{"no idea"};
            to.add(all.size() - 1);
        }
    );
    connect_and_wait();
    throws = true;
    const auto end = execute("Q");
    wait(*end);
    const failure f = failure_of<query_error>(*end);
    EXPECT_THAT(f.what, HasSubstr("no idea"));
    EXPECT_EQ(f.effect, request_effect::not_sent);
    EXPECT_THROW(std::rethrow_exception(f.cause), std::out_of_range);
}

}  // namespace
}  // namespace async_cassandra::testing
