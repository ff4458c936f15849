// SPDX-License-Identifier: Apache-2.0
#include "simulation/simulated_session.hpp"

namespace async_cassandra::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::Ge;
using ::testing::HasSubstr;

class simulated_loss : public simulated_session {
protected:
    simulated_loss()
    {
        node.on_query("silence").reply(no_reply());
        node.on_query("Q").reply(reply_void());
    }

    /// The longest pause between two attempts to reconnect, and a little.
    void expect_recovery()
    {
        const auto limit = world.elapsed() + config.reconnect_max_delay + 1s;
        std::exception_ptr last;
        do {
            world.run_for(100ms);
            const auto end = execute("Q");
            wait(*end);
            last = end->error;
        } while (last && world.elapsed() < limit);
        EXPECT_FALSE(last) << "it does not recover";
        EXPECT_THAT(node.violations(), ::testing::IsEmpty());
    }
};

TEST_F(simulated_loss, a_reset_fails_everything_pending_at_once_and_names_the_node)
{
    connect();
    std::vector<std::shared_ptr<call_end<result_set>>> pending;
    for (int i = 0; i < 100; ++i)
        pending.push_back(execute("silence"));
    world.run_for(100ms);
    world.network().reset(address);
    world.run_for(0ms);
    for (const auto& end : pending) {
        const failure f = failure_of<connection_error>(*end);
        EXPECT_EQ(f.effect, request_effect::maybe_applied);
        EXPECT_EQ(f.node, address);
        EXPECT_THAT(f.what, HasSubstr("127.0.0.1:9042"));
    }
    expect_recovery();
}

TEST_F(simulated_loss, an_orderly_end_in_the_middle_of_an_answer_is_a_lost_connection)
{
    node.on_query("cut").reply(reply_void().cut_to(10).then_close());
    connect();
    const auto end = execute("cut");
    wait(*end);
    const failure f = failure_of<connection_error>(*end);
    EXPECT_EQ(f.effect, request_effect::maybe_applied);
    expect_recovery();
}

TEST_F(simulated_loss, garbage_is_a_broken_protocol)
{
    node.on_query("garbage").reply(reply_bytes("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
    connect();
    const auto end = execute("garbage");
    wait(*end);
    EXPECT_EQ(failure_of<protocol_error>(*end).node, address);
    expect_recovery();
}

TEST_F(simulated_loss, a_wrong_checksum_ends_the_connection)
{
    node.on_query("damaged").reply(reply_void().with_bad_payload_crc());
    connect();
    const auto end = execute("damaged");
    wait(*end);
    EXPECT_EQ(failure_of<protocol_error>(*end).effect, request_effect::maybe_applied);
    expect_recovery();
}

// A frozen node keeps its sockets: only silence tells. 1 s without a byte, and heartbeat_timeout for the probe.
TEST_F(simulated_loss, a_silent_node_is_found_out_before_the_request_times_out)
{
    config.request_timeout = 60s;
    connect();
    const auto end = execute("silence");
    world.run_for(100ms);
    world.network().go_silent(address);
    const auto begin = world.elapsed();
    wait(*end);
    const failure f = failure_of<error>(*end);
    EXPECT_EQ(f.effect, request_effect::maybe_applied);
    EXPECT_EQ(f.node, address);
    EXPECT_LE(end->at - begin, 6100ms);
    expect_recovery();
}

TEST_F(simulated_loss, reconnects_when_the_node_comes_back)
{
    connect();
    world.network().set_connect_fate(address, connect_fate::refused);
    world.network().reset(address);
    world.run_for(20s);
    const auto end = execute("Q");
    wait(*end);
    const failure f = failure_of<no_host_available>(*end);
    EXPECT_EQ(f.effect, request_effect::not_sent);
    EXPECT_THAT(world.network().connects_tried(), Ge(5U));
    world.network().set_connect_fate(address, connect_fate::accepted);
    expect_recovery();
}

}  // namespace
}  // namespace async_cassandra::testing
