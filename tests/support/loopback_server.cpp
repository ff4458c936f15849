// SPDX-License-Identifier: Apache-2.0
#include "support/loopback_server.hpp"

#include "support/addresses.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>

#include <algorithm>
#include <array>
#include <future>
#include <list>
#include <thread>
#include <utility>
#include <vector>

namespace async_cassandra::testing {

namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using tcp = asio::ip::tcp;

time_point now()
{
    return std::chrono::steady_clock::now();
}

/// One accepted socket and the peer's side of it.
class carried_connection : public std::enable_shared_from_this<carried_connection> {
public:
    carried_connection(tcp::socket socket, std::unique_ptr<peer_connection> peer)
        : socket_(std::move(socket)), timer_(socket_.get_executor()), peer_(std::move(peer))
    {
        error_code ignored;
        socket_.set_option(tcp::no_delay{true}, ignored);
    }

    void start()
    {
        pump();
        read();
    }

    void visit()
    {
        if (!peer_)
            return;
        peer_->on_time(now());
        pump();
    }

    void reset()
    {
        error_code ignored;
        socket_.set_option(asio::socket_base::linger{true, 0}, ignored);
        finish();
    }

    [[nodiscard]] bool finished() const { return !socket_.is_open(); }

private:
    void finish()
    {
        error_code ignored;
        socket_.close(ignored);
        timer_.cancel();
        peer_.reset();
    }

    void read()
    {
        socket_.async_read_some(
            asio::buffer(input_),
            [self = shared_from_this()](error_code ec, std::size_t count) {
                if (self->finished())
                    return;
                if (ec) {
                    if (self->peer_)
                        self->peer_->on_client_closed(now());
                    self->finish();
                    return;
                }
                // Behind an orderly end what comes is read and thrown away: closing with unread bytes would be a reset.
                if (self->peer_) {
                    self->peer_->receive(std::span{self->input_}.first(count), now());
                    self->pump();
                }
                if (!self->finished())
                    self->read();
            }
        );
    }

    void pump()
    {
        if (!peer_)
            return;
        peer_output output = peer_->take_output();
        queued_.insert(queued_.end(), output.bytes.begin(), output.bytes.end());
        ending_ = output.ending;
        if (ending_ != peer_ending::none) {
            peer_.reset();
            timer_.cancel();
        } else {
            arm();
        }
        write();
    }

    void arm()
    {
        const auto next = peer_->next_wakeup();
        if (!next) {
            timer_.cancel();
            return;
        }
        timer_.expires_at(std::max(*next, now()));
        timer_.async_wait([self = shared_from_this()](error_code ec) {
            if (!ec)
                self->visit();
        });
    }

    void write()
    {
        if (writing_)
            return;
        if (queued_.empty()) {
            end();
            return;
        }
        writing_ = true;
        outgoing_ = std::exchange(queued_, {});
        asio::async_write(
            socket_,
            asio::buffer(outgoing_),
            [self = shared_from_this()](error_code ec, std::size_t) {
                self->writing_ = false;
                if (self->finished())
                    return;
                if (ec)
                    self->finish();
                else
                    self->write();
            }
        );
    }

    void end()
    {
        error_code ignored;
        if (ending_ == peer_ending::reset)
            reset();
        if (ending_ == peer_ending::orderly)
            socket_.shutdown(tcp::socket::shutdown_send, ignored);
        ending_ = peer_ending::none;
    }

    tcp::socket socket_;
    asio::steady_timer timer_;
    std::unique_ptr<peer_connection> peer_;
    std::array<std::byte, 65536> input_{};
    std::vector<std::byte> queued_;
    std::vector<std::byte> outgoing_;
    bool writing_ = false;
    peer_ending ending_ = peer_ending::none;
};

}  // namespace

class loopback_server::carrier {
public:
    carrier(peer& server, const async_cassandra::endpoint& at)
        : server_(server),
          acceptor_(context_, tcp::endpoint{asio::ip::make_address(at.address.to_string()), at.port}),
          at_{at.address, acceptor_.local_endpoint().port()}
    {
        server_.attach({[this] { asio::post(context_, [this] { visit_all(); }); }, {}, now});
        accept();
        thread_ = std::thread{[this] { context_.run(); }};
    }

    ~carrier()
    {
        // First nobody wakes us any more.
        server_.attach({});
        on_thread([this] {
            stop_accepting();
            connections_.clear();
            work_.reset();
            context_.stop();
        });
        thread_.join();
    }

    carrier(const carrier&) = delete;
    carrier& operator=(const carrier&) = delete;

    [[nodiscard]] const async_cassandra::endpoint& at() const noexcept { return at_; }

    void stop_listening()
    {
        on_thread([this] { stop_accepting(); });
    }

    void kill()
    {
        on_thread([this] {
            stop_accepting();
            for (const auto& connection : connections_)
                connection->reset();
        });
    }

private:
    void on_thread(const std::function<void()>& action)
    {
        std::promise<void> done;
        asio::post(context_, [&] {
            action();
            done.set_value();
        });
        done.get_future().wait();
    }

    void stop_accepting()
    {
        error_code ignored;
        acceptor_.close(ignored);
    }

    void visit_all()
    {
        for (const auto& connection : connections_)
            connection->visit();
    }

    void accept()
    {
        acceptor_.async_accept([this](error_code ec, tcp::socket socket) {
            if (ec)
                return;
            connections_.remove_if([](const auto& c) { return c->finished(); });
            connections_.push_back(
                std::make_shared<carried_connection>(std::move(socket), server_.accept(now()))
            );
            connections_.back()->start();
            accept();
        });
    }

    peer& server_;
    asio::io_context context_{1};
    asio::executor_work_guard<asio::io_context::executor_type> work_{context_.get_executor()};
    tcp::acceptor acceptor_;
    async_cassandra::endpoint at_;
    std::list<std::shared_ptr<carried_connection>> connections_;
    std::thread thread_;
};

loopback_server::loopback_server(peer& server, std::uint16_t port)
    : loopback_server(server, loopback_address(1, port))
{}

loopback_server::loopback_server(peer& server, const async_cassandra::endpoint& at)
    : carrier_(std::make_unique<carrier>(server, at))
{}

loopback_server::~loopback_server() = default;

async_cassandra::endpoint loopback_server::endpoint() const noexcept
{
    return carrier_->at();
}

void loopback_server::stop_listening()
{
    carrier_->stop_listening();
}

void loopback_server::kill()
{
    carrier_->kill();
}

async_cassandra::endpoint closed_port()
{
    asio::io_context context;
    const tcp::acceptor taken{context, tcp::endpoint{asio::ip::address_v4::loopback(), 0}};
    return loopback_address(1, taken.local_endpoint().port());
}

}  // namespace async_cassandra::testing
