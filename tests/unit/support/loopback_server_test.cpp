// SPDX-License-Identifier: Apache-2.0
#include "support/loopback_server.hpp"

#include "support/builtin_statements.hpp"
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
        socket_.connect(tcp::endpoint{asio::ip::address_v4::loopback(), to.port}, connect_result);
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

}  // namespace
}  // namespace async_cassandra::testing
