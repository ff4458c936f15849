// SPDX-License-Identifier: Apache-2.0
#include "memory_client.hpp"
#include "support/addresses.hpp"
#include "support/builtin_statements.hpp"
#include "support/fake_node.hpp"
#include "support/raw_peer.hpp"

#include <boost/asio/error.hpp>

#include <gmock/gmock.h>

namespace async_cassandra::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Le;
using ::testing::SizeIs;

constexpr endpoint address = loopback_address();
constexpr const char* local = "SELECT * FROM system.local";

class simulated_network_test : public ::testing::Test {
protected:
    simulated_network_test() { world.network().listen(address, node); }

    network_conditions& weather() { return world.network().conditions(address); }

    fake_node node;
    simulated_world world{1};
};

TEST_F(simulated_network_test, carries_a_conversation_in_virtual_time)
{
    weather().delay_min = weather().delay_max = 10ms;
    weather().connect_time = 3ms;
    memory_client client{world, address};
    client.start();
    EXPECT_EQ(world.elapsed(), 23ms);
    client.script.query(local, 4);
    client.say();
    EXPECT_THAT(client.wait_for(1).at(0).rows(), SizeIs(1));
    EXPECT_EQ(world.elapsed(), 43ms);
    EXPECT_THAT(node.violations(), IsEmpty());
}

TEST_F(simulated_network_test, splits_reads_and_writes)
{
    weather().read_chunk_max = 3;
    weather().write_chunk_max = 2;
    weather().packet_max = 7;
    weather().delay_max = 1ms;
    memory_client client{world, address};
    client.start();
    client.reads.clear();
    client.script.query(local, 4);
    client.say();
    EXPECT_THAT(client.wait_for(1).at(0).rows(), SizeIs(1));
    EXPECT_THAT(client.reads, Each(Le(3U)));
    EXPECT_GT(client.reads.size(), 100U);
}

TEST_F(simulated_network_test, a_write_waits_when_the_peer_takes_nothing)
{
    weather().send_buffer = 1000;
    memory_client client{world, address};
    client.start();
    world.network().go_silent(address);
    client.write(std::vector<std::byte>(5000));
    world.run_for(1h);
    EXPECT_FALSE(client.write_done);
    client.close();
    world.run_for(0ms);
    EXPECT_EQ(client.write_result, asio::error::operation_aborted);
    EXPECT_EQ(client.write_count, 1000U);
    EXPECT_EQ(client.read_result, asio::error::operation_aborted);
}

TEST_F(simulated_network_test, a_large_write_goes_out_as_room_comes)
{
    weather().send_buffer = 1000;
    memory_client client{world, address};
    client.start();
    client.script.query(std::string(20'000, ' ') + local, 1);
    client.say();
    EXPECT_THAT(client.wait_for(1).at(0).rows(), SizeIs(1));
    EXPECT_TRUE(client.write_done);
}

TEST_F(simulated_network_test, a_reset_ends_reads_and_writes)
{
    memory_client client{world, address};
    client.start();
    world.network().reset(address);
    world.run_for(0ms);
    EXPECT_EQ(client.read_result, asio::error::connection_reset);
    client.write(std::vector<std::byte>(10));
    world.run_for(0ms);
    EXPECT_EQ(client.write_result, asio::error::broken_pipe);
    EXPECT_EQ(node.open_connections(), 0U);
    EXPECT_EQ(world.network().open_connections(address), 0U);
}

TEST_F(simulated_network_test, the_peers_end_comes_behind_its_last_byte)
{
    node.on_query("Q").reply(reply_void().then_close());
    memory_client client{world, address};
    client.start();
    client.script.query("Q", 1);
    client.say();
    EXPECT_THAT(client.wait_for(1), SizeIs(1));
    world.run_for(1s);
    EXPECT_EQ(client.read_result, asio::error::eof);
    client.write(std::vector<std::byte>(10));  // is taken, and answered with a reset
    world.run_for(1s);
    EXPECT_FALSE(client.write_result);
    client.write(std::vector<std::byte>(10));
    world.run_for(1s);
    EXPECT_EQ(client.write_result, asio::error::broken_pipe);
}

TEST_F(simulated_network_test, what_is_held_arrives_when_the_network_heals)
{
    memory_client client{world, address};
    client.start();
    world.network().hold(address);
    client.script.query(local, 1);
    client.say();
    world.run_for(1min);
    EXPECT_THAT(client.frames, IsEmpty());
    world.network().heal(address);
    EXPECT_THAT(client.wait_for(1), SizeIs(1));
}

TEST_F(simulated_network_test, connects_fail_as_told)
{
    const auto outcome = [&](const endpoint& to) {
        memory_client client{world, to};
        return world.run_until([&] { return client.connected; }, 1h) ? client.connect_result
                                                                     : base::error_code{};
    };
    EXPECT_EQ(outcome(loopback_address(9)), asio::error::connection_refused);
    world.network().set_connect_fate(address, connect_fate::unreachable);
    EXPECT_EQ(outcome(address), asio::error::host_unreachable);
    world.network().set_connect_fate(address, connect_fate::refused);
    EXPECT_EQ(outcome(address), asio::error::connection_refused);
    const auto before = world.elapsed();
    world.network().set_connect_fate(address, connect_fate::ignored);
    EXPECT_FALSE(outcome(address));
    EXPECT_EQ(world.elapsed() - before, 1h);
}

TEST_F(simulated_network_test, an_operation_given_up_destroys_its_handler_uninvoked)
{
    auto token = std::make_shared<int>(0);
    const std::weak_ptr<int> watch = token;
    bool called = false;
    auto connecting = world.environment()->connect(
        address, {}, [kept = std::move(token), &called](auto, auto) { called = true; }
    );
    // The connection is there and its completion is posted, but has not run.
    world.after(100us, [&] { connecting.reset(); });
    EXPECT_FALSE(watch.expired());
    connecting.reset();
    EXPECT_TRUE(watch.expired());
    world.run_for(1s);
    EXPECT_FALSE(called);

    auto resolving = world.environment()->resolve("nowhere", [&](auto, auto) { called = true; });
    resolving.reset();
    world.run_for(1s);
    EXPECT_FALSE(called);
}

TEST(simulated_connects, given_up_while_the_peer_accepts_are_closed)
{
    struct accepting_peer final : peer {
        std::unique_ptr<peer_connection> accept(time_point now) override
        {
            client->give_up_connecting();
            return node.accept(now);
        }
        fake_node node;
        memory_client* client = nullptr;
    };
    accepting_peer server;
    simulated_world world;
    world.network().listen(address, server);
    memory_client client{world, address};
    server.client = &client;
    world.run_for(1s);
    EXPECT_FALSE(client.connected);
    EXPECT_EQ(server.node.connections_accepted(), 1U);
    EXPECT_EQ(server.node.open_connections(), 0U);
}

TEST_F(simulated_network_test, dropping_a_stream_closes_it)
{
    memory_client client{world, address};
    client.start();
    client.drop();
    world.run_for(1s);
    EXPECT_EQ(client.read_result, asio::error::operation_aborted);
    EXPECT_EQ(node.open_connections(), 0U);
}

TEST_F(simulated_network_test, names_resolve_as_told)
{
    world.network().add_name("db", {loopback_address(1).address, loopback_address(2).address});
    world.network().fail_name("broken", asio::error::host_not_found_try_again);
    world.network().silence_name("slow");
    std::vector<base::error_code> codes;
    std::vector<inet> found;
    std::vector<std::unique_ptr<base::pending_operation>> running;
    for (const char* name : {"db", "broken", "unknown", "slow"}) {
        running.push_back(world.environment()
                              ->resolve(name, [&](base::error_code code, std::vector<inet> addresses) {
                                  codes.push_back(code);
                                  found.insert(found.end(), addresses.begin(), addresses.end());
                              }));
    }
    world.run_for(1h);
    EXPECT_THAT(
        codes,
        ElementsAre(base::error_code{}, asio::error::host_not_found_try_again, asio::error::host_not_found)
    );
    EXPECT_THAT(found, SizeIs(2));
}

TEST_F(simulated_network_test, held_answers_and_events_reach_the_client_from_outside)
{
    node.on_query("Q").reply(reply_void().held("gate"));
    memory_client client{world, address};
    client.start();
    client.script.query("Q", 1).register_for({"STATUS_CHANGE"}, 2);
    client.say();
    EXPECT_THAT(client.wait_for(1), SizeIs(1));
    world.run_for(1s);
    node.release("gate");
    node.push_event(protocol::status_change{protocol::status_change_kind::up, address});
    EXPECT_THAT(client.wait_for(2), SizeIs(2));
}

TEST(simulated_peers, that_close_at_once_or_speak_no_cql)
{
    raw_peer closing{raw_peer::closing()};
    raw_peer http{raw_peer::http_server()};
    simulated_world world;
    world.network().listen(loopback_address(1), closing);
    world.network().listen(loopback_address(2), http);
    memory_client a{world, loopback_address(1)};
    memory_client b{world, loopback_address(2)};
    EXPECT_TRUE(world.run_until([&] { return a.read_over && b.connected; }, 1s));
    EXPECT_EQ(a.read_result, asio::error::eof);
    b.script.startup();
    b.say();
    world.run_for(1s);
    EXPECT_TRUE(b.script.error());
    EXPECT_EQ(b.read_result, asio::error::eof);
}

/// A short life with much weather; what is left of it is one number.
std::uint64_t stormy_run(std::uint64_t seed, std::string* text = nullptr)
{
    fake_node node;
    simulated_world world{seed};
    world.events().keep_text(text != nullptr);
    world.network().listen(address, node);
    auto& weather = world.network().conditions(address);
    weather.delay_max = 5ms;
    weather.read_chunk_max = 50;
    weather.packet_max = 60;
    weather.write_chunk_max = 40;
    memory_client client{world, address};
    client.start();
    for (std::int16_t i = 0; i < 20; ++i)
        client.script.query(local, i);
    client.say();
    EXPECT_THAT(client.wait_for(20), SizeIs(20));
    world.run_for(std::chrono::milliseconds{world.random().between(1, 1000)});
    if (text != nullptr)
        *text = world.events().text();
    return world.events().hash();
}

TEST(simulated_runs, are_equal_for_equal_seeds_and_differ_for_others)
{
    std::string first;
    std::string second;
    const auto hash = stormy_run(42, &first);
    EXPECT_EQ(hash, stormy_run(42, &second));
    EXPECT_EQ(first, second);
    EXPECT_THAT(first, ::testing::HasSubstr("STARTUP"));
    EXPECT_EQ(hash, stormy_run(42));  // whether the text is kept makes no difference
    EXPECT_NE(hash, stormy_run(43));
}

}  // namespace
}  // namespace async_cassandra::testing
