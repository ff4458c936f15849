// SPDX-License-Identifier: Apache-2.0
// E10: an idle close, a busy one, one that has to fail what runs, and calls afterwards; close_races_test.cpp has the rest.
#include "simulation/simulated_session.hpp"

namespace async_cassandra::testing {
namespace {

using namespace std::chrono_literals;

class simulated_close : public simulated_session {
protected:
    simulated_close()
    {
        node.on_query("late").reply(reply_void().after(200ms));
        node.on_query("silence").reply(no_reply());
    }
};

TEST_F(simulated_close, closes_every_connection)
{
    connect();
    EXPECT_NE(node.open_connections(), 0U);
    EXPECT_LE(close(*client), 1ms);
    world.run_for(1s);
    EXPECT_EQ(node.open_connections(), 0U);
    EXPECT_TRUE(world.run_until_idle()) << "something still waits";
}

TEST_F(simulated_close, lets_running_requests_finish)
{
    connect();
    const auto running = execute("late");
    world.run_for(1ms);
    const auto time = close(*opened);
    EXPECT_GE(time, 199ms);
    EXPECT_LE(time, 205ms);
    EXPECT_EQ(running->count, 1);
    EXPECT_FALSE(running->error);
}

TEST_F(simulated_close, fails_what_has_not_finished_at_the_drain_limit)
{
    config.drain_timeout = 500ms;
    connect();
    const auto running = execute("silence");
    world.run_for(1ms);
    const auto time = close(*opened);
    EXPECT_GE(time, 500ms);
    EXPECT_LE(time, 502ms);
    EXPECT_EQ(failure_of<connection_error>(*running).effect, request_effect::maybe_applied);
}

TEST_F(simulated_close, refuses_calls_afterwards)
{
    connect();
    close(*opened);
    const auto end = execute("late");
    wait(*end);
    EXPECT_THAT(failure_of<connection_error>(*end).what, ::testing::HasSubstr("Session is closed"));
}

TEST_F(simulated_close, while_connecting_ends_the_connecting)
{
    weather().delay_min = weather().delay_max = 100ms;
    client.emplace(make_simulated_cluster(world, config));
    const auto end = start<session>([&](auto handler) { client->connect("", std::move(handler)); });
    world.run_for(150ms);
    EXPECT_LE(close(*client), 1ms);
    world.run_for(0ms);
    failure_of<connection_error>(*end);
    EXPECT_TRUE(world.run_until_idle());
    EXPECT_EQ(node.open_connections(), 0U);
}

TEST_F(simulated_close, dropping_the_last_handle_closes_everything)
{
    connect();
    opened.reset();
    client.reset();
    EXPECT_TRUE(world.run_until_idle(1min));
    EXPECT_EQ(node.open_connections(), 0U);
}

TEST(simulated_end, the_world_may_end_in_the_middle_of_everything)
{
    fake_node node;
    node.on_query("silence").reply(no_reply());
    auto world = std::make_unique<simulated_world>(1);
    world->network().listen(loopback_address(), node);
    std::optional<cluster> client = make_simulated_cluster(*world, {});
    std::optional<session> opened;
    client->connect("", [&](std::exception_ptr, session s) { opened.emplace(std::move(s)); });
    EXPECT_TRUE(world->run_until([&] { return opened.has_value(); }, 10s));
    bool completed = false;
    const auto token = std::make_shared<int>(0);
    opened->execute("silence", [&completed, token](std::exception_ptr, const result_set&) {
        completed = true;
    });
    world->run_for(1ms);
    world.reset();
    EXPECT_FALSE(completed);
    EXPECT_EQ(token.use_count(), 1) << "the handler is not destroyed";
    opened.reset();
    client.reset();
}

TEST(simulated_end, the_world_may_end_while_a_connect_holds_the_last_handle)
{
    for (const auto fate : {connect_fate::accepted, connect_fate::ignored, connect_fate::refused}) {
        for (const auto after : {0us, 50us, 150us, 250us, 350us, 1000us}) {
            fake_node node;
            auto world = std::make_unique<simulated_world>(1);
            world->network().listen(loopback_address(), node);
            world->network().set_connect_fate(loopback_address(), fate);
            const auto token = std::make_shared<int>(0);
            make_simulated_cluster(*world, {}).connect("", [token](std::exception_ptr, const session&) {});
            world->run_for(after);
            world.reset();
            EXPECT_EQ(token.use_count(), 1) << "the handler is not destroyed";
        }
    }
}

TEST(simulated_end, the_world_may_end_while_a_name_is_looked_up)
{
    auto world = std::make_unique<simulated_world>(1);
    world->network().silence_name("slow");
    cluster_config config;
    config.contact_points = {"slow"};
    make_simulated_cluster(*world, config).connect("", [](std::exception_ptr, const session&) {});
    world->run_for(1ms);
    world.reset();
}

TEST_F(simulated_close, waits_for_requests_of_a_session_that_nobody_holds_any_more)
{
    node.on_query("slow").reply(reply_void().after(300ms));
    connect();
    const auto running = execute("slow");
    world.run_for(10ms);
    opened.reset();
    EXPECT_GE(close(*client), 200ms);
    EXPECT_EQ(running->count, 1);
    EXPECT_FALSE(running->error);
}

}  // namespace
}  // namespace async_cassandra::testing
