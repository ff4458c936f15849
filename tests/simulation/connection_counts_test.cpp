// SPDX-License-Identifier: Apache-2.0
// How many connections each of several nodes has, and how even the load on them is. R36
#include "simulation/simulated_session.hpp"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

namespace async_cassandra::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::Ge;
using ::testing::IsEmpty;
using ::testing::Le;

/// Connections of each node and shard, shards, version.
using asked_for = std::tuple<unsigned, unsigned, protocol_version>;

class connection_counts : public simulated_cluster_session, public ::testing::WithParamInterface<asked_for> {
protected:
    connection_counts()
    {
        config.connections_per_node = std::get<0>(GetParam());
        config.io_threads = std::get<1>(GetParam());
        config.protocol = std::get<2>(GetParam());
        keyspace = "a";
        for (const std::string name : {"a", "b"})
            nodes.change_schema(
                "CREATE KEYSPACE " + name +
                " WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 3}"
            );
        for (std::size_t i = 0; i < nodes.size(); ++i)
            nodes.node(i).on_query("Q").reply(reply_void());
    }
    void TearDown() override
    {
        other_.reset();
        simulated_client::TearDown();
        world.run_for(1s);
        EXPECT_THAT(nodes.violations(), IsEmpty());
        for (std::size_t i = 0; i < nodes.size(); ++i)
            EXPECT_EQ(nodes.node(i).open_connections(), 0U) << i;
    }

    void connect_in_two_keyspaces()
    {
        connect();
        const auto end = start<session>([&](auto handler) { client->connect("b", std::move(handler)); });
        wait(*end);
        ASSERT_FALSE(end->error);
        other_.emplace(std::move(*end->value));
        world.run_for(1s);
    }
    /// Of one keyspace.
    [[nodiscard]] static std::size_t wanted() { return std::get<0>(GetParam()) * std::get<1>(GetParam()); }
    [[nodiscard]] static std::size_t keyspaces_apart()
    {
        return std::get<2>(GetParam()) == protocol_version::v4 ? 2 : 1;
    }

    std::optional<session> other_;
};

TEST_P(connection_counts, are_exactly_those_asked_for_on_each_node_and_one_more_on_one)
{
    connect_in_two_keyspaces();
    std::size_t with_control = 0;
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        const std::size_t open = nodes.node(i).open_connections();
        const std::size_t expected = wanted() * keyspaces_apart();
        EXPECT_TRUE(open == expected || open == expected + 1) << "node " << i << " has " << open;
        with_control += open - expected;
        EXPECT_EQ(nodes.node(i).connections_accepted(), open) << "more than that were opened";
    }
    EXPECT_EQ(with_control, 1U);
}

TEST_P(connection_counts, share_the_load_within_a_tenth)
{
    connect_in_two_keyspaces();
    constexpr std::size_t burst = 60;
    const std::size_t each = 200;
    const std::size_t all = wanted() * nodes.size();
    for (std::size_t sent = 0; sent < each * all; sent += burst) {
        std::vector<std::shared_ptr<call_end<result_set>>> running;
        for (std::size_t i = 0; i < burst; ++i)
            running.push_back(execute(statement{"Q"}.consistency(consistency::one)));
        for (const auto& one : running)
            wait(*one);
    }
    std::map<std::pair<std::size_t, std::size_t>, std::size_t> load;
    for (std::size_t i = 0; i < nodes.size(); ++i)
        for (const request_record& r : nodes.node(i).requests(protocol::opcode::query))
            if (r.query == "Q")
                ++load[{i, r.connection}];
    EXPECT_EQ(load.size(), all);
    for (const auto& [where, count] : load)
        EXPECT_THAT(count, AllOf(Ge(each * 9 / 10), Le(each * 11 / 10)))
            << "node " << where.first << ", connection " << where.second;
}

INSTANTIATE_TEST_SUITE_P(
    sizes,
    connection_counts,
    ::testing::Combine(
        ::testing::Values(1U, 2U, 8U),
        ::testing::Values(1U, 3U),
        ::testing::Values(protocol_version::v4, protocol_version::v5)
    ),
    [](const auto& chosen) {
        return std::to_string(std::get<0>(chosen.param)) + "_connections_" +
               std::to_string(std::get<1>(chosen.param)) + "_shards_" +
               (std::get<2>(chosen.param) == protocol_version::v4 ? "v4" : "v5");
    }
);

}  // namespace
}  // namespace async_cassandra::testing
