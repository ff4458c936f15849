// SPDX-License-Identifier: Apache-2.0
#include "component/served_cluster.hpp"
#include "component/served_node.hpp"

#include <gmock/gmock.h>

#include <algorithm>

// Figures and health over real sockets, asked for by threads that are none of the cluster's.
namespace async_cassandra::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::Each;
using ::testing::Ge;
using ::testing::HasSubstr;
using ::testing::Lt;

constexpr const char* query = "SELECT k FROM ks.t";

class figures : public ::testing::Test {
protected:
    figures()
    {
        for (std::size_t i = 0; i < server.nodes.size(); ++i)
            server.nodes.node(i).on_query(query).reply(reply_rows(one_bigint(), {}));
    }

    [[nodiscard]] cluster_config config() const
    {
        cluster_config c = server.config();
        c.io_threads = 2;
        return c;
    }
    [[nodiscard]] std::vector<std::size_t> probes()
    {
        std::vector<std::size_t> counts;
        for (std::size_t i = 0; i < server.nodes.size(); ++i)
            counts.push_back(server.nodes.node(i).request_count(protocol::opcode::options));
        return counts;
    }
    [[nodiscard]] bool all_connected(const cluster& client) const
    {
        const auto all = client.node_stats();
        return all.size() == server.nodes.size() &&
               std::ranges::all_of(all, [](const node_stats& each) { return each.connections == 2; });
    }

    served_cluster server;
};

// R5, R18
TEST_F(figures, are_live_for_a_thread_that_looks_on_and_true_in_the_end)
{
    constexpr std::size_t count = 20'000;
    const closed_cluster client{config()};
    const session s = get(client.connect());
    ASSERT_TRUE(eventually([&] { return all_connected(client); }));
    std::atomic<std::size_t> ended = 0;
    std::thread caller{[&] {
        for (std::size_t i = 0; i < count; ++i)
            s.execute(query, [&](std::exception_ptr, const result_set&) { ++ended; });
    }};
    std::uint64_t last = 0;
    std::size_t most = 0;
    while (ended != count) {
        std::uint64_t completed = 0;
        for (const node_stats& each : client.node_stats())
            completed += each.completed;
        EXPECT_GE(completed, last);
        last = completed;
        most = std::max({most, s.stats().requests, client.stats().requests});
    }
    caller.join();
    EXPECT_GT(most, 0U);
    EXPECT_LE(most, count);
    EXPECT_EQ(s.stats(), session_stats{});
    std::uint64_t sent = 0;
    for (std::size_t i = 0; i < server.nodes.size(); ++i) {
        const auto all = client.node_stats();
        const auto found = std::ranges::find(all, server.nodes.host_id(i), &node_stats::host_id);
        ASSERT_NE(found, all.end());
        const auto requests = server.nodes.node(i).requests(protocol::opcode::query);
        const auto asked = std::ranges::count(requests, query, &request_record::query);
        EXPECT_EQ(found->sent, static_cast<std::uint64_t>(asked));
        EXPECT_EQ(found->completed, found->sent);
        EXPECT_EQ(found->in_flight, 0U);
        EXPECT_EQ(found->failed, 0U);
        EXPECT_GT(found->latency, 0ns);
        sent += found->sent;
    }
    EXPECT_EQ(sent, count);
}

// R20
TEST_F(figures, health_is_asked_of_that_node_alone)
{
    const closed_cluster client{config()};
    const session s = get(client.connect());
    ASSERT_TRUE(eventually([&] { return all_connected(client); }));
    for (std::size_t i = 0; i < server.nodes.size(); ++i) {
        const auto before = probes();
        const host_health found = get(client.check_host_health(server.nodes.host_id(i)));
        EXPECT_EQ(found.host_id, server.nodes.host_id(i));
        EXPECT_EQ(found.address, server.nodes.address(i));
        EXPECT_TRUE(found.on_open_connection);
        EXPECT_THAT(found.latency, AllOf(Ge(1us), Lt(5s)));
        const auto after = probes();
        for (std::size_t other = 0; other < server.nodes.size(); ++other)
            EXPECT_EQ(after[other] - before[other], other == i ? 1U : 0U);
    }
}

// R20: three dead hosts in less than 2.5 s, whatever is wrong with them.
TEST_F(figures, health_of_dead_nodes_is_told_in_time)
{
    const closed_cluster client{config()};
    const session s = get(client.connect());
    ASSERT_TRUE(eventually([&] { return all_connected(client); }));
    server.nodes.freeze(0);
    server.nodes.freeze(1);
    server.nodes.stop(2);
    const stopwatch time;
    std::vector<call<host_health>> checks;
    for (std::size_t i = 0; i < server.nodes.size(); ++i)
        checks.push_back(start(client.check_host_health(server.nodes.host_id(i))));
    EXPECT_EQ(failure_of<operation_timed_out>(std::move(checks[0])).node, server.nodes.address(0));
    EXPECT_EQ(failure_of<operation_timed_out>(std::move(checks[1])).node, server.nodes.address(1));
    try {
        checks[2].get();
        ADD_FAILURE() << "it is not there";
    } catch (const connection_error& e) {
        EXPECT_EQ(e.node(), server.nodes.address(2));
        EXPECT_THAT(e.what(), HasSubstr(to_string(server.nodes.address(2))));
    }
    EXPECT_LT(time.elapsed(), 2'500ms);
    server.nodes.thaw(0);
    server.nodes.thaw(1);
}

}  // namespace
}  // namespace async_cassandra::testing
