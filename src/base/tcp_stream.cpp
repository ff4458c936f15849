// SPDX-License-Identifier: Apache-2.0
#include "base/tcp_stream.hpp"

#include "base/tls_stream.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>

#include <netinet/in.h>
#include <netinet/tcp.h>

namespace async_cassandra::base {

namespace {

using asio::ip::tcp;
using keep_idle = asio::detail::socket_option::integer<IPPROTO_TCP, TCP_KEEPIDLE>;
using keep_interval = asio::detail::socket_option::integer<IPPROTO_TCP, TCP_KEEPINTVL>;
using user_timeout = asio::detail::socket_option::integer<IPPROTO_TCP, TCP_USER_TIMEOUT>;
using bind_address_no_port = asio::detail::socket_option::boolean<IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT>;

asio::ip::address to_asio(const inet& address)
{
    const auto bytes = address.bytes();
    if (address.is_v4()) {
        asio::ip::address_v4::bytes_type v4{};
        std::copy(bytes.begin(), bytes.end(), v4.begin());
        return asio::ip::address_v4{v4};
    }
    asio::ip::address_v6::bytes_type v6{};
    std::copy(bytes.begin(), bytes.end(), v6.begin());
    return asio::ip::address_v6{v6};
}

class tcp_stream final : public byte_stream {
public:
    explicit tcp_stream(tcp::socket socket) noexcept : socket_(std::move(socket)) {}

    void read_some(
        std::span<std::byte> into, asio::any_completion_handler<void(error_code, std::size_t)> done
    ) override
    {
        socket_.async_read_some(asio::buffer(into.data(), into.size()), std::move(done));
    }

    void write(
        std::span<const asio::const_buffer> from,
        asio::any_completion_handler<void(error_code, std::size_t)> done
    ) override
    {
        asio::async_write(socket_, from, std::move(done));
    }

    void close() noexcept override
    {
        error_code ignored;  // the stream is given up either way
        socket_.close(ignored);
    }

private:
    tcp::socket socket_;
};

struct tcp_connect_state {
    tcp::socket socket;
    connect_handler done;
    endpoint to;
    std::string host;
    std::shared_ptr<const transport> how;
    std::unique_ptr<pending_operation> securing{};
    std::string detail{};
};

/// Opens the socket and sets its options; the first that fails is named in `detail`.
error_code prepare(tcp_connect_state& state)
{
    const transport& how = *state.how;
    const asio::ip::address to = to_asio(state.to.address);
    error_code failed;
    const auto set = [&](const char* name, const auto& option) {
        if (failed)
            return;
        state.socket.set_option(option, failed);
        if (failed)
            state.detail = std::string{name} + ": " + failed.message();
    };
    state.socket.open(to.is_v4() ? tcp::v4() : tcp::v6(), failed);
    set("TCP_NODELAY", tcp::no_delay{how.no_delay});
    set("SO_KEEPALIVE", tcp::socket::keep_alive{how.keepalive.has_value()});
    if (how.keepalive) {
        const int seconds = static_cast<int>(how.keepalive->count());
        set("TCP_KEEPIDLE", keep_idle{seconds});
        set("TCP_KEEPINTVL", keep_interval{seconds});
    }
    if (how.user_timeout)
        set("TCP_USER_TIMEOUT", user_timeout{static_cast<int>(how.user_timeout->count())});
    if (failed || !how.local_address)
        return failed;
    if (how.local_address->is_v4() != to.is_v4()) {
        state.detail = "cluster_config::local_address " + how.local_address->to_string() +
                       " is of another family than the node's";
        return asio::error::address_family_not_supported;
    }
    // The kernel chooses the port when it knows the peer: one port serves connections to several.
    set("IP_BIND_ADDRESS_NO_PORT", bind_address_no_port{true});
    if (failed)
        return failed;
    state.socket.bind({to_asio(*how.local_address), 0}, failed);
    if (failed)
        state.detail = "bind to " + how.local_address->to_string() + ": " + failed.message();
    return failed;
}

class tcp_connect final : public pending_operation {
public:
    explicit tcp_connect(std::shared_ptr<tcp_connect_state> state) : state_(std::move(state))
    {
        if (const error_code failed = prepare(*state_)) {
            asio::post(state_->socket.get_executor(), [state = state_, failed] {
                end(*state, failed, nullptr);
            });
            return;
        }
        state_->socket.async_connect(
            {to_asio(state_->to.address), state_->to.port},
            [state = state_](error_code code) {
                if (state->done)  // else given up meanwhile
                    on_connected(state, code);
            }
        );
    }

    ~tcp_connect() override
    {
        connect_handler dropped;
        dropped.swap(state_->done);
        state_->securing.reset();
        error_code ignored;  // given up either way
        state_->socket.close(ignored);
    }

    std::string detail() const override
    {
        return state_->securing != nullptr ? state_->securing->detail() : state_->detail;
    }

private:
    static void end(tcp_connect_state& state, error_code code, std::unique_ptr<byte_stream> stream)
    {
        connect_handler handler;
        handler.swap(state.done);
        if (handler)
            std::move(handler)(code, std::move(stream));
    }

    static void on_connected(const std::shared_ptr<tcp_connect_state>& state, error_code code)
    {
        if (code) {
            end(*state, code, nullptr);
            return;
        }
        if (state->how->tls == nullptr) {
            end(*state, code, std::make_unique<tcp_stream>(std::move(state->socket)));
            return;
        }
        state->securing = start_tls(
            std::move(state->socket),
            state->how->tls,
            state->to,
            state->host,
            [state](error_code secured, std::unique_ptr<byte_stream> stream) {
                end(*state, secured, std::move(stream));
            }
        );
    }

    std::shared_ptr<tcp_connect_state> state_;
};

}  // namespace

std::unique_ptr<pending_operation> connect_tcp(
    const asio::any_io_executor& executor,
    std::shared_ptr<const transport> how,
    const endpoint& to,
    const std::string& host,
    connect_handler done
)
{
    auto state = std::make_shared<tcp_connect_state>(tcp_connect_state{
        tcp::socket{executor}, {}, to, host, std::move(how)});
    state->done.swap(done);
    return std::make_unique<tcp_connect>(std::move(state));
}

}  // namespace async_cassandra::base
