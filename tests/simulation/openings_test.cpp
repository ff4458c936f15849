// SPDX-License-Identifier: Apache-2.0
// Who has to wait for connections while most nodes of a large cluster do not answer: nobody who can do without them.
#include "simulation/simulated_session.hpp"

#include <algorithm>
#include <memory>
#include <vector>

namespace async_cassandra::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::IsEmpty;
using ::testing::Lt;
using ::testing::Not;

/// A hundred nodes, of which only the first and the last answer.
class openings : public simulated_cluster_session, public ::testing::WithParamInterface<protocol_version> {
protected:
    openings()
        : simulated_cluster_session({.nodes = {100}, .tokens_per_node = 1, .node = {.keyspaces = {"a", "b"}}})
    {
        config.protocol = GetParam();
        config.contact_points.resize(1);
        keyspace = "a";
        for (std::size_t i = 0; i < nodes.size(); ++i)
            nodes.node(i).on_query("Q").reply(reply_void());
        for (std::size_t i = 1; i < last; ++i)
            nodes.freeze(i);
    }
    void TearDown() override
    {
        simulated_client::TearDown();
        world.run_for(1s);
        EXPECT_THAT(nodes.violations(), IsEmpty());
    }

    /// How long it takes, and that it succeeds.
    [[nodiscard]] std::chrono::nanoseconds time_to_connect(const std::string& to)
    {
        const auto begin = world.elapsed();
        const auto end = start<session>([&](auto handler) { client->connect(to, std::move(handler)); });
        wait(*end);
        EXPECT_FALSE(end->error);
        return world.elapsed() - begin;
    }

    const std::size_t last = 99;
};

INSTANTIATE_TEST_SUITE_P(
    versions,
    openings,
    ::testing::Values(protocol_version::v4, protocol_version::v5),
    [](const auto& which) { return which.param == protocol_version::v4 ? "v4" : "v5"; }
);

TEST_P(openings, left_by_one_connect_do_not_keep_the_next_waiting)
{
    connect();
    for (const std::chrono::seconds pause : {1s, 1s, 5s, 30s}) {
        world.run_for(pause);
        EXPECT_THAT(time_to_connect("a"), Lt(100ms));
    }
}

TEST_P(openings, do_not_keep_another_keyspace_waiting)
{
    connect();
    world.run_for(1s);
    EXPECT_THAT(time_to_connect("b"), Lt(100ms));
    const auto begin = world.elapsed();
    rows_of("USE b");
    EXPECT_THAT(world.elapsed() - begin, Lt(100ms));
    EXPECT_EQ(opened->keyspace(), "b");
}

TEST_P(openings, do_not_keep_a_request_waiting_for_a_node_that_was_not_tried_so_far)
{
    connect();
    EXPECT_EQ(nodes.node(last).connections_accepted(), 0U);
    const auto named = execute(statement{"Q"}.node(nodes.host_id(last)).timeout(30s));
    wait(*named);
    EXPECT_FALSE(named->error);
    EXPECT_THAT(nodes.node(last).requests(protocol::opcode::query), Not(IsEmpty()));
    EXPECT_THAT(world.elapsed(), Lt(5500ms)) << "the time limit of those that shake hands already";
}

}  // namespace
}  // namespace async_cassandra::testing
