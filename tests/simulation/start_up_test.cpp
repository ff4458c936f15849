// SPDX-License-Identifier: Apache-2.0
// What `connect` does while a cluster boots, what it does not wait for, and how it ends when nothing helps. E4
#include <async_cassandra/authentication.hpp>

#include "simulation/simulated_session.hpp"

namespace async_cassandra::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::Ge;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Le;
using ::testing::SizeIs;

// A tick of the timer wheel.
constexpr auto one_tick = 1ms;

class start_up : public simulated_cluster_session {
protected:
    explicit start_up(fake_cluster_settings settings = {}) : simulated_cluster_session(std::move(settings)) {}

    void TearDown() override
    {
        simulated_client::TearDown();
        world.run_for(1s);
        EXPECT_THAT(nodes.violations(), IsEmpty());
        for (std::size_t i = 0; i < nodes.size(); ++i)
            EXPECT_EQ(world.network().open_connections(nodes.address(i)), 0U) << i;
    }

    void stop_all()
    {
        for (std::size_t i = 0; i < nodes.size(); ++i)
            nodes.stop(i);
    }

    std::shared_ptr<call_end<session>> begin_connect()
    {
        if (!client)
            client.emplace(make_simulated_cluster(world, config));
        return start<session>([&](auto handler) { client->connect(keyspace, std::move(handler)); });
    }

    /// The error of a connect, which must come at once.
    template <class Error>
    failure refused_at_once()
    {
        const auto begin = world.elapsed();
        const auto end = begin_connect();
        wait(*end);
        EXPECT_LE(end->at - begin, 100ms);
        return failure_of<Error>(*end);
    }
};

TEST_F(start_up, a_cluster_that_boots_is_waited_for)
{
    config.reconnect_max_delay = 1s;
    stop_all();
    const auto end = begin_connect();
    world.run_for(12s);
    EXPECT_EQ(end->count, 0);
    nodes.start(1);
    ASSERT_TRUE(world.run_until([&] { return end->count != 0; }, 1s + 10ms))
        << "a pause is longer than it may be";
    EXPECT_FALSE(end->error);
}

TEST_F(start_up, a_node_that_is_not_ready_yet_is_asked_again)
{
    config.protocol = protocol_version::v4;
    for (std::size_t i = 0; i < nodes.size(); ++i)
        nodes.node(i)
            .on_request(protocol::opcode::startup)
            .reply_once(reply_error(server_code::is_bootstrapping, "not yet"))
            .reply_once(reply_error(server_code::overloaded, "too many"));
    connect();
    EXPECT_EQ(rows_of("SELECT rack FROM system.local").size(), 1U);
}

TEST_F(start_up, pools_that_do_not_open_at_first_are_tried_again)
{
    connect();
    opened.reset();
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        nodes.node(i).add_keyspace("shop");
        nodes.node(i)
            .on_query("USE \"shop\"")
            .reply_once(reply_error(server_code::unavailable, "no quorum of roles"));
    }
    close(*client);
    client.reset();
    config.protocol = protocol_version::v4;
    keyspace = "shop";
    connect();
    EXPECT_EQ(rows_of("SELECT rack FROM system.local").size(), 1U);
}

TEST_F(start_up, a_keyspace_that_cannot_be_checked_yet_is_checked_again)
{
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        nodes.node(i).add_keyspace("shop");
        nodes.node(i)
            .on_query("SELECT key FROM system.local")
            .reply_once(reply_error(server_code::overloaded, "booting"));
    }
    keyspace = "shop";
    connect();
    EXPECT_EQ(opened->keyspace(), "shop");
}

TEST_F(start_up, a_keyspace_that_does_not_exist_is_final)
{
    keyspace = "nowhere";
    EXPECT_THAT(refused_at_once<invalid_request>().what, HasSubstr("nowhere"));
    config.protocol = protocol_version::v4;
    close(*client);
    client.reset();
    EXPECT_THAT(refused_at_once<invalid_request>().what, HasSubstr("nowhere"));
}

TEST_F(start_up, a_compression_that_is_not_offered_is_final)
{
    config.compression = compression::lz4;
    for (std::size_t i = 0; i < nodes.size(); ++i)
        nodes.node(i)
            .on_request(protocol::opcode::options)
            .reply(answer{say::supported{{{{"COMPRESSION", {"snappy"}}}}}});
    EXPECT_THAT(refused_at_once<configuration_error>().what, HasSubstr("snappy"));
}

TEST_F(start_up, the_error_at_the_end_has_the_last_cause_of_each_node)
{
    config.connect_timeout = 7s;
    config.handshake_timeout = 500ms;
    nodes.stop(0);
    nodes.node(1)
        .on_request(protocol::opcode::startup)
        .reply(reply_error(server_code::overloaded, "too many clients"));
    nodes.node(2).on_request(protocol::opcode::startup).reply(no_reply());
    const auto begin = world.elapsed();
    const auto end = begin_connect();
    wait(*end);
    EXPECT_THAT(end->at - begin, AllOf(Ge(7s), Le(7s + one_tick)));
    const failure f = failure_of<no_host_available>(*end);
    EXPECT_EQ(f.effect, request_effect::not_sent);
    EXPECT_THAT(f.what, AllOf(HasSubstr("7000 ms"), HasSubstr("refused"), HasSubstr("too many clients")));
    ASSERT_THAT(f.attempts, SizeIs(3));
    for (const attempt& a : f.attempts) {
        EXPECT_EQ(a.effect, request_effect::not_sent);
        if (a.node == nodes.address(0))
            EXPECT_EQ(a.code, errc::connection_failed);
        else if (a.node == nodes.address(1))
            EXPECT_EQ(a.code, make_error_code(server_code::overloaded));
        else
            EXPECT_EQ(a.code, errc::handshake_timeout);
    }
}

TEST_F(start_up, nobody_is_tried_any_more_when_nobody_waits)
{
    config.connect_timeout = 3s;
    stop_all();
    const auto end = begin_connect();
    wait(*end);
    world.run_for(1min);
    const auto tried = world.network().connects_tried();
    world.run_for(10min);
    EXPECT_EQ(world.network().connects_tried(), tried);
    nodes.start(2);
    const auto later = begin_connect();
    wait(*later);
    EXPECT_FALSE(later->error) << "a later call begins anew";
}

TEST_F(start_up, close_ends_one_whose_keyspace_is_still_being_checked)
{
    config.drain_timeout = 200ms;
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        nodes.node(i).add_keyspace("shop");
        nodes.node(i).on_query("SELECT key FROM system.local").reply(no_reply());
    }
    keyspace = "shop";
    const auto end = begin_connect();
    world.run_for(100ms);
    ASSERT_EQ(end->count, 0);
    EXPECT_LE(close(*client), 202ms);
    ASSERT_EQ(end->count, 1) << "it outlived the cluster";
    EXPECT_EQ(failure_of<connection_error>(*end).what, "Cluster is closed");
    EXPECT_EQ(client->stats(), cluster_stats{});
}

// Contact points that say nothing.

TEST_F(start_up, a_silent_contact_point_costs_no_more_than_a_head_start)
{
    world.network().set_connect_fate(nodes.address(0), connect_fate::ignored);
    const auto begin = world.elapsed();
    const auto end = begin_connect();
    wait(*end);
    EXPECT_FALSE(end->error);
    EXPECT_THAT(end->at - begin, AllOf(Ge(250ms), Le(300ms)));
}

TEST_F(start_up, so_does_each_of_several_whether_it_takes_connections_or_not)
{
    world.network().set_connect_fate(nodes.address(0), connect_fate::ignored);
    nodes.freeze(1);
    const auto begin = world.elapsed();
    const auto end = begin_connect();
    wait(*end);
    EXPECT_FALSE(end->error);
    EXPECT_THAT(end->at - begin, AllOf(Ge(500ms), Le(550ms)));
    nodes.thaw(1);
}

TEST_F(start_up, one_that_fails_passes_the_turn_on_at_once)
{
    world.network().set_connect_fate(nodes.address(0), connect_fate::ignored);
    nodes.stop(1);
    const auto begin = world.elapsed();
    const auto end = begin_connect();
    wait(*end);
    EXPECT_FALSE(end->error);
    EXPECT_THAT(end->at - begin, AllOf(Ge(250ms), Le(300ms)));
}

TEST_F(start_up, of_several_that_are_tried_at_once_one_stays)
{
    for (const std::size_t slow : {0U, 1U}) {
        network_conditions& weather = world.network().conditions(nodes.address(slow));
        weather.delay_min = weather.delay_max = 200ms;
    }
    connect();
    world.run_for(10s);
    std::size_t registered = 0;
    std::size_t open = 0;
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        registered += nodes.node(i).request_count(protocol::opcode::register_);
        open += nodes.node(i).open_connections();
    }
    EXPECT_EQ(registered, 1U);
    EXPECT_EQ(open, nodes.size() + 1);
    EXPECT_EQ(client->stats().connections, nodes.size() + 1);
}

TEST_F(start_up, the_first_that_is_ready_is_taken_though_others_were_begun_later)
{
    network_conditions& weather = world.network().conditions(nodes.address(0));
    weather.delay_min = weather.delay_max = 300ms;
    nodes.freeze(1);
    nodes.freeze(2);
    const auto end = begin_connect();
    ASSERT_TRUE(world.run_until([&] { return nodes.node(1).connections_accepted() == 1; }, 300ms));
    wait(*end);
    EXPECT_FALSE(end->error);
    EXPECT_EQ(nodes.node(0).request_count(protocol::opcode::register_), 1U);
    nodes.thaw(1);
    nodes.thaw(2);
}

TEST_F(start_up, close_while_several_are_tried_leaves_nothing)
{
    for (std::size_t i = 0; i < nodes.size(); ++i)
        nodes.freeze(i);
    const auto end = begin_connect();
    world.run_for(600ms);
    EXPECT_EQ(client->stats().connections, 3U);
    EXPECT_EQ(close(*client), 0ms);
    EXPECT_EQ(failure_of<connection_error>(*end).what, "Cluster is closed");
    EXPECT_EQ(client->stats(), cluster_stats{});
    for (std::size_t i = 0; i < nodes.size(); ++i)
        nodes.thaw(i);
}

TEST_F(start_up, what_is_still_being_tried_stands_in_the_error)
{
    config.connect_timeout = 400ms;
    world.network().set_connect_fate(nodes.address(0), connect_fate::ignored);
    world.network().set_connect_fate(nodes.address(1), connect_fate::ignored);
    const auto end = begin_connect();
    world.network().set_connect_fate(nodes.address(2), connect_fate::ignored);
    wait(*end);
    EXPECT_THAT(
        failure_of<no_host_available>(*end).what,
        AllOf(
            HasSubstr(to_string(nodes.address(0)) + ": still connecting"),
            HasSubstr(to_string(nodes.address(1)) + ": still connecting")
        )
    );
}

class start_up_with_a_password : public start_up {
protected:
    start_up_with_a_password() : start_up(with_password()) {}

private:
    static fake_cluster_settings with_password()
    {
        fake_cluster_settings settings;
        settings.node.credentials = node_credentials{"ada", "right"};
        return settings;
    }
};

TEST_F(start_up_with_a_password, missing_or_wrong_credentials_are_final)
{
    EXPECT_THAT(refused_at_once<authentication_error>().attempts, SizeIs(1));
    close(*client);
    client.reset();
    config.authentication = std::make_shared<password_authentication>("ada", "wrong");
    EXPECT_THAT(refused_at_once<authentication_failed>().attempts, SizeIs(1)) << "no account gets locked";
}

TEST_F(start_up_with_a_password, wrong_credentials_are_final_though_another_contact_point_is_silent)
{
    world.network().set_connect_fate(nodes.address(0), connect_fate::ignored);
    config.authentication = std::make_shared<password_authentication>("ada", "wrong");
    const auto begin = world.elapsed();
    const auto end = begin_connect();
    wait(*end);
    EXPECT_LE(end->at - begin, 300ms);
    EXPECT_THAT(failure_of<authentication_failed>(*end).attempts, SizeIs(1));
    EXPECT_EQ(client->stats(), cluster_stats{}) << "nobody is tried any more";
}

TEST_F(start_up_with_a_password, roles_that_cannot_be_read_yet_are_waited_for)
{
    config.authentication = std::make_shared<password_authentication>("ada", "right");
    for (std::size_t i = 0; i < nodes.size(); ++i)
        nodes.node(i)
            .on_request(protocol::opcode::auth_response)
            .reply_once(reply_error(
                server_code::bad_credentials,
                "Unable to perform authentication: Cannot achieve consistency level QUORUM"
            ));
    connect();
    EXPECT_EQ(rows_of("SELECT rack FROM system.local").size(), 1U);
}

}  // namespace
}  // namespace async_cassandra::testing
