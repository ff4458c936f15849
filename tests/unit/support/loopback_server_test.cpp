// SPDX-License-Identifier: Apache-2.0
#include "support/loopback_server.hpp"

#include "support/builtin_statements.hpp"
#include "support/cluster_carriers.hpp"
#include "support/fake_node.hpp"
#include "support/frame_script.hpp"
#include "support/raw_peer.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>

#include <gmock/gmock.h>

#include <array>
#include <chrono>
#include <future>
#include <thread>
#include <vector>

namespace async_cassandra::testing {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using tcp = asio::ip::tcp;
using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

/// Blocking: whatever hangs ends with the time limit of the test program.
class socket_client {
public:
    explicit socket_client(const endpoint& to, protocol_version version = protocol_version::v5)
        : script(version)
    {
        const auto address = asio::ip::make_address(to.address.to_string());
        socket_.connect(tcp::endpoint{address, to.port}, connect_result);
    }

    void say() { asio::write(socket_, asio::buffer(script.take()), last_result); }
    void say(std::string_view text) { asio::write(socket_, asio::buffer(text), last_result); }
    std::vector<received_frame> wait_for(std::size_t count)
    {
        std::vector<received_frame> frames;
        while (frames.size() < count && !last_result)
            for (auto& frame : script.feed(read()))
                frames.push_back(std::move(frame));
        return frames;
    }
    void start()
    {
        script.startup();
        say();
        ASSERT_THAT(wait_for(1), SizeIs(1));
    }
    std::span<const std::byte> read()
    {
        return std::span{input_}.first(socket_.read_some(asio::buffer(input_), last_result));
    }

    client_script script;
    error_code connect_result;
    error_code last_result;

private:
    asio::io_context context_;
    tcp::socket socket_{context_};
    std::array<std::byte, 65536> input_{};
};

TEST(loopback_server, carries_a_conversation_over_sockets)
{
    for (const auto version : {protocol_version::v4, protocol_version::v5}) {
        fake_node node;
        const loopback_server server{node};
        socket_client client{server.endpoint(), version};
        ASSERT_FALSE(client.connect_result);
        client.start();
        for (std::int16_t i = 0; i < 100; ++i)
            client.script.query("SELECT * FROM system.local", i);
        client.say();
        EXPECT_THAT(client.wait_for(100), SizeIs(100));
        EXPECT_THAT(node.violations(), IsEmpty());
    }
}

TEST(loopback_server, large_answers_and_delays_come_through)
{
    fake_node node;
    node.on_query("large").reply(
        reply_rows(columns_of("ks", "t", "b blob"), {{cells::blob(5'000'000, std::byte{1})}})
    );
    node.on_query("late").reply(reply_void().after(5ms));
    const loopback_server server{node};
    socket_client client{server.endpoint()};
    client.start();
    client.script.query("large", 1).query("late", 2);
    client.say();
    const auto frames = client.wait_for(2);
    ASSERT_THAT(frames, SizeIs(2));
    EXPECT_GT(frames[0].body.size(), 5'000'000U);
}

TEST(loopback_server, the_test_reaches_in_from_its_own_thread)
{
    fake_node node;
    node.on_query("held").reply(reply_void().held("gate"));
    const loopback_server server{node};
    socket_client client{server.endpoint()};
    client.start();
    client.script.query("held", 1).register_for({"STATUS_CHANGE"}, 2);
    client.say();
    EXPECT_THAT(client.wait_for(1), SizeIs(1));
    node.release("gate");
    EXPECT_EQ(client.wait_for(1).at(0).header.stream, 1);
    node.push_event(protocol::status_change{protocol::status_change_kind::up, server.endpoint()});
    EXPECT_EQ(client.wait_for(1).at(0).header.stream, -1);
    node.end_connections(peer_ending::orderly);
    client.read();
    EXPECT_EQ(client.last_result, asio::error::eof);
}

TEST(loopback_server, resets_and_refuses)
{
    fake_node node;
    loopback_server server{node};
    socket_client client{server.endpoint()};
    client.start();
    server.kill();
    client.read();
    EXPECT_EQ(client.last_result, asio::error::connection_reset);
    EXPECT_EQ(socket_client{server.endpoint()}.connect_result, asio::error::connection_refused);
    EXPECT_EQ(socket_client{closed_port()}.connect_result, asio::error::connection_refused);
}

TEST(loopback_server, comes_back_on_its_port)
{
    fake_node node;
    std::uint16_t port = 0;
    {
        const loopback_server first{node};
        port = first.endpoint().port;
        socket_client client{first.endpoint()};
        client.start();
    }
    const loopback_server second{node, port};
    socket_client client{second.endpoint()};
    ASSERT_FALSE(client.connect_result);
    client.start();
    EXPECT_EQ(node.connections_accepted(), 2U);
}

TEST(loopback_server, carries_raw_peers)
{
    raw_peer http{raw_peer::http_server()};
    const loopback_server web{http};
    socket_client client{web.endpoint()};
    client.say("GET / HTTP/1.1\r\n\r\n");
    const auto page = client.read();
    EXPECT_THAT(
        (std::string{reinterpret_cast<const char*>(page.data()), page.size()}), HasSubstr("HTTP/1.1 400")
    );

    raw_peer closing{raw_peer::closing()};
    const loopback_server closer{closing};
    socket_client closed{closer.endpoint()};
    closed.read();
    EXPECT_EQ(closed.last_result, asio::error::eof);

    raw_peer resetting{raw_peer::resetting()};
    const loopback_server resetter{resetting};
    socket_client reset{resetter.endpoint()};
    reset.read();
    EXPECT_TRUE(reset.last_result);
}

// Several addresses, one port, a thread for each node.
TEST(loopback_clusters, nodes_come_and_go_on_addresses_of_their_own)
{
    fake_cluster_settings settings;
    settings.gossip_delay = 0ms;
    fake_cluster cluster{settings};
    const loopback_cluster carrier{cluster};
    socket_client first{cluster.address(0)};
    first.start();
    first.script.register_for({"STATUS_CHANGE", "SCHEMA_CHANGE"});
    first.say();
    ASSERT_THAT(first.wait_for(1), SizeIs(1));
    socket_client second{cluster.address(1)};
    second.start();
    EXPECT_NE(cluster.address(0).address, cluster.address(1).address);
    EXPECT_EQ(cluster.address(0).port, cluster.address(1).port);

    cluster.stop(1);
    EXPECT_EQ(first.wait_for(1).at(0).header.op, protocol::opcode::event);
    EXPECT_THAT(second.wait_for(1), IsEmpty());
    EXPECT_TRUE(second.last_result.failed());
    EXPECT_TRUE(socket_client{cluster.address(1)}.connect_result.failed());

    cluster.start(1);
    EXPECT_EQ(first.wait_for(1).at(0).header.op, protocol::opcode::event);
    cluster.restart_at(2, loopback_address(9).address);
    EXPECT_THAT(first.wait_for(2), SizeIs(2));
    for (const std::size_t node : {1U, 2U}) {
        socket_client client{cluster.address(node)};
        client.start();
        client.script.query("CREATE KEYSPACE IF NOT EXISTS ks", 1);
        client.say();
        EXPECT_THAT(client.wait_for(1), SizeIs(1));
    }
    EXPECT_EQ(first.wait_for(1).at(0).header.op, protocol::opcode::event);
    EXPECT_THAT(cluster.violations(), IsEmpty());
}

// An answer of one node makes others speak, and tests reach in meanwhile: nobody waits for one another.
TEST(loopback_clusters, all_nodes_work_at_once)
{
    fake_cluster_settings settings;
    settings.nodes = {4};
    fake_cluster cluster{settings};
    const loopback_cluster carrier{cluster};
    std::vector<std::thread> clients;
    for (std::size_t node = 0; node < 3; ++node)
        clients.emplace_back([&cluster, node] {
            socket_client client{cluster.address(node)};
            client.start();
            client.script.register_for({"SCHEMA_CHANGE"}, 100);
            for (std::int16_t i = 0; i < 20; ++i) {
                const std::string name = "ks" + std::to_string(node) + "_" + std::to_string(i);
                client.script.query("CREATE KEYSPACE " + name, i);
            }
            client.say();
            // Its own changes come as answers and as events, and the others' as events.
            for (int answers = 0; answers < 21 && !client.last_result;)
                for (const received_frame& frame : client.wait_for(1))
                    answers += frame.header.op == protocol::opcode::event ? 0 : 1;
            EXPECT_FALSE(client.last_result);
        });
    for (int i = 0; i < 20; ++i) {
        cluster.stop(3, peer_ending::orderly);
        cluster.start(3);
    }
    for (std::thread& client : clients)
        client.join();
}

}  // namespace
}  // namespace async_cassandra::testing
