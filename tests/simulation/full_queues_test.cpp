// SPDX-License-Identifier: Apache-2.0
// Queues of the local data center that are full, while another one has nothing to do. R25 R42
#include "simulation/several_nodes.hpp"

#include <chrono>
#include <memory>
#include <vector>

namespace async_cassandra::testing {
namespace {

using namespace std::chrono_literals;

/// Three nodes in each of two data centers, and room for two requests in each node: one under way, one in its queue.
class full_queues : public several_nodes {
protected:
    full_queues() : several_nodes({.nodes = {3, 3}})
    {
        config.load_balancing.local_dc = "dc1";
        config.load_balancing.max_nodes_per_remote_dc = 3;
        config.max_in_flight = 1;
        config.max_queued_requests = 1;
        for (std::size_t i = 0; i < nodes.size(); ++i)
            nodes.node(i).on_query("held").reply(reply_void().held("gate"));
    }

    auto send() { return execute(statement{"held"}.consistency(consistency::one)); }
    void release()
    {
        for (std::size_t i = 0; i < nodes.size(); ++i)
            nodes.node(i).release("gate");
        world.run_for(1s);
    }
    /// The queues have room for so many, which are answered in the end; one more is told at once, and leaves nothing.
    void expect_room_for(std::size_t count)
    {
        std::vector<std::shared_ptr<call_end<result_set>>> taken;
        for (std::size_t i = 0; i < count; ++i)
            taken.push_back(send());
        const auto refused = send();
        world.run_for(1ms);
        ASSERT_EQ(refused->count, 1) << "at once";
        const failure f = failure_of<overloaded>(*refused);
        EXPECT_EQ(f.effect, request_effect::not_sent);
        EXPECT_EQ(f.attempts.size(), 3U);
        for (std::size_t i = 3; i < 6; ++i)
            EXPECT_EQ(asked(i, "held").size(), 0U) << "the load of a data center is not for another one";
        release();  // what is under way, then what was behind it
        release();
        for (const auto& each : taken)
            EXPECT_TRUE(each->count == 1 && each->error == nullptr);
    }
};

// R25 R42
TEST_F(full_queues, are_told_at_once_and_no_remote_node_gets_what_is_too_much)
{
    connect_and_wait();
    expect_room_for(6);
}

// R42
TEST_F(full_queues, are_no_want_of_nodes_though_one_is_down)
{
    connect_and_wait();
    nodes.stop(1);
    world.run_for(10ms);
    expect_room_for(4);
}

}  // namespace
}  // namespace async_cassandra::testing
