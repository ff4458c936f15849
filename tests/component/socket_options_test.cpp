// SPDX-License-Identifier: Apache-2.0
#include "component/served_node.hpp"

#include <gmock/gmock.h>

#include <array>
#include <functional>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

// Options of the client's sockets, as the kernel tells them.
namespace async_cassandra::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::Each;
using ::testing::Ge;
using ::testing::HasSubstr;
using ::testing::SizeIs;

struct seen_socket {
    int no_delay = 0;
    int keepalive = 0;
    int idle = 0;
    int interval = 0;
    unsigned user_timeout = 0;
    std::string local;
};

template <class T>
void read_option(int socket, int level, int option, T& into)
{
    socklen_t size = sizeof into;
    ASSERT_EQ(::getsockopt(socket, level, option, &into, &size), 0);
}

/// The sockets of this process that are connected to that port.
std::vector<seen_socket> sockets_to(std::uint16_t port)
{
    constexpr int highest_descriptor = 1024;
    std::vector<seen_socket> found;
    for (int socket = 0; socket < highest_descriptor; ++socket) {
        sockaddr_in peer{};
        socklen_t size = sizeof peer;
        if (::getpeername(socket, reinterpret_cast<sockaddr*>(&peer), &size) != 0 ||
            peer.sin_family != AF_INET || ntohs(peer.sin_port) != port)
            continue;
        seen_socket seen;
        read_option(socket, IPPROTO_TCP, TCP_NODELAY, seen.no_delay);
        read_option(socket, SOL_SOCKET, SO_KEEPALIVE, seen.keepalive);
        read_option(socket, IPPROTO_TCP, TCP_KEEPIDLE, seen.idle);
        read_option(socket, IPPROTO_TCP, TCP_KEEPINTVL, seen.interval);
        read_option(socket, IPPROTO_TCP, TCP_USER_TIMEOUT, seen.user_timeout);
        sockaddr_in own{};
        size = sizeof own;
        ::getsockname(socket, reinterpret_cast<sockaddr*>(&own), &size);
        std::array<char, INET_ADDRSTRLEN> text{};
        ::inet_ntop(AF_INET, &own.sin_addr, text.data(), text.size());
        seen.local = text.data();
        found.push_back(seen);
    }
    return found;
}

std::vector<seen_socket> sockets_with(const std::function<void(cluster_config&)>& change)
{
    const connected_node node{change};
    return sockets_to(node.server.endpoint().port);
}

TEST(socket_options, as_they_are_without_a_word)
{
    const auto sockets = sockets_with([](cluster_config&) {});
    EXPECT_THAT(sockets, SizeIs(Ge(2U))) << "the control connection and a pool's";
    for (const seen_socket& s : sockets) {
        EXPECT_NE(s.no_delay, 0);
        EXPECT_EQ(s.keepalive, 0);
        EXPECT_EQ(s.user_timeout, 0U);
        EXPECT_EQ(s.local, "127.0.0.1");
    }
}

TEST(socket_options, as_they_are_told)
{
    const auto sockets = sockets_with([](cluster_config& c) {
        c.tcp_no_delay = false;
        c.tcp_keepalive = 42s;
        c.tcp_user_timeout = 12'345ms;
        c.local_address = "127.0.0.77";
    });
    EXPECT_THAT(sockets, SizeIs(Ge(2U)));
    for (const seen_socket& s : sockets) {
        EXPECT_EQ(s.no_delay, 0);
        EXPECT_NE(s.keepalive, 0);
        EXPECT_EQ(s.idle, 42);
        EXPECT_EQ(s.interval, 42);
        EXPECT_EQ(s.user_timeout, 12'345U);
        EXPECT_EQ(s.local, "127.0.0.77");
    }
}

TEST(socket_options, an_address_that_is_not_of_this_machine_is_named)
{
    const served_node node;
    cluster_config config = node.config();
    config.connect_timeout = 300ms;
    config.local_address = "192.0.2.1";
    EXPECT_THAT(
        failure_of<no_host_available>(cluster{config}.connect()).what,
        AllOf(HasSubstr(node.address()), HasSubstr("bind to 192.0.2.1"))
    );
    config.local_address = "::1";
    EXPECT_THAT(
        failure_of<no_host_available>(cluster{config}.connect()).what,
        AllOf(HasSubstr("local_address ::1"), HasSubstr("another family"))
    );
}

TEST(socket_options, are_checked)
{
    const auto refused = [](const std::function<void(cluster_config&)>& change) {
        cluster_config config;
        change(config);
        return failure_thrown_by<configuration_error>([&] { const cluster client{config}; }).what;
    };
    EXPECT_THAT(
        refused([](auto& c) { c.tcp_keepalive = 0s; }), HasSubstr("tcp_keepalive is 0 s, legal: 1 s")
    );
    EXPECT_THAT(refused([](auto& c) { c.tcp_keepalive = 40'000s; }), HasSubstr("tcp_keepalive"));
    EXPECT_THAT(refused([](auto& c) { c.tcp_user_timeout = 0ms; }), HasSubstr("tcp_user_timeout is 0 ms"));
    EXPECT_THAT(
        refused([](auto& c) { c.local_address = "localhost"; }), HasSubstr("local_address is 'localhost'")
    );
}

}  // namespace
}  // namespace async_cassandra::testing
