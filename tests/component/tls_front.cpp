// SPDX-License-Identifier: Apache-2.0
#include "component/tls_front.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <future>
#include <list>
#include <mutex>
#include <thread>

namespace async_cassandra::testing {

namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using tcp = asio::ip::tcp;

asio::ssl::context make_context(const tls_front_settings& settings)
{
    asio::ssl::context context{asio::ssl::context::tls_server};
    if (settings.highest_version != 0) {
        ::SSL_CTX_set_security_level(context.native_handle(), 0);
        ::SSL_CTX_set_min_proto_version(context.native_handle(), 0);
        ::SSL_CTX_set_max_proto_version(context.native_handle(), settings.highest_version);
    }
    context.use_certificate(asio::buffer(settings.own.certificate), asio::ssl::context::pem);
    context.use_private_key(asio::buffer(settings.own.key), asio::ssl::context::pem);
    if (!settings.client_authority.empty()) {
        context.add_certificate_authority(asio::buffer(settings.client_authority));
        context.set_verify_mode(asio::ssl::verify_peer | asio::ssl::verify_fail_if_no_peer_cert);
    }
    return context;
}

/// One client, and the connection behind it.
class carried : public std::enable_shared_from_this<carried> {
public:
    carried(tcp::socket socket, asio::ssl::context& context)
        : behind_(socket.get_executor()), front_(std::move(socket), context)
    {}

    void start(const endpoint& to, std::function<void(std::string)> on_handshake)
    {
        front_.async_handshake(
            asio::ssl::stream_base::server,
            [self = shared_from_this(), to, on_handshake = std::move(on_handshake)](error_code code) {
                if (code) {
                    self->close();
                    return;
                }
                const char* const name =
                    ::SSL_get_servername(self->front_.native_handle(), TLSEXT_NAMETYPE_host_name);
                on_handshake(name == nullptr ? "" : name);
                self->behind_.async_connect(
                    {asio::ip::address_v4::loopback(), to.port},
                    [self](error_code connected) {
                        if (connected) {
                            self->close();
                            return;
                        }
                        self->copy(self->front_, self->behind_, self->upward_);
                        self->copy(self->behind_, self->front_, self->downward_);
                    }
                );
            }
        );
    }

    void cut()
    {
        error_code ignored;
        front_.lowest_layer().shutdown(tcp::socket::shutdown_send, ignored);
    }

    void close()
    {
        error_code ignored;
        front_.lowest_layer().close(ignored);
        behind_.close(ignored);
    }

private:
    using buffer = std::array<char, 65536>;

    template <class From, class To>
    void copy(From& from, To& to, buffer& through)
    {
        from.async_read_some(
            asio::buffer(through),
            [self = shared_from_this(), &from, &to, &through](error_code code, std::size_t count) {
                if (code) {
                    self->close();
                    return;
                }
                asio::async_write(
                    to,
                    asio::buffer(through, count),
                    [self, &from, &to, &through](error_code written, std::size_t) {
                        if (written)
                            self->close();
                        else
                            self->copy(from, to, through);
                    }
                );
            }
        );
    }

    tcp::socket behind_;
    asio::ssl::stream<tcp::socket> front_;
    buffer upward_{};
    buffer downward_{};
};

}  // namespace

class tls_front::server {
public:
    server(const endpoint& behind, tls_front_settings settings)
        : behind_(behind),
          settings_(std::move(settings)),
          context_(std::make_unique<asio::ssl::context>(make_context(settings_)))
    {
        accept();
        thread_ = std::thread{[this] { loop_.run(); }};
    }

    ~server()
    {
        on_thread([this] {
            error_code ignored;
            acceptor_.close(ignored);
            for (const auto& one : carried_)
                one->close();
            silent_.clear();
            work_.reset();
        });
        thread_.join();
    }
    server(const server&) = delete;
    server& operator=(const server&) = delete;

    [[nodiscard]] std::uint16_t port() const { return port_; }

    void show(const identity& other)
    {
        on_thread([&] {
            settings_.own = other;
            *context_ = make_context(settings_);
        });
    }

    void cut()
    {
        on_thread([this] {
            for (const auto& one : carried_)
                one->cut();
        });
    }

    [[nodiscard]] std::vector<std::string> names() const
    {
        const std::lock_guard lock{mutex_};
        return names_;
    }

private:
    void on_thread(const std::function<void()>& action)
    {
        std::promise<void> done;
        asio::post(loop_, [&] {
            action();
            done.set_value();
        });
        done.get_future().wait();
    }

    void accept()
    {
        acceptor_.async_accept([this](error_code code, tcp::socket socket) {
            if (code)
                return;
            if (settings_.silent) {
                silent_.push_back(std::move(socket));
            } else {
                carried_.push_back(std::make_shared<carried>(std::move(socket), *context_));
                carried_.back()->start(behind_, [this](std::string name) {
                    const std::lock_guard lock{mutex_};
                    names_.push_back(std::move(name));
                });
            }
            accept();
        });
    }

    endpoint behind_;
    tls_front_settings settings_;
    std::unique_ptr<asio::ssl::context> context_;
    asio::io_context loop_{1};
    asio::executor_work_guard<asio::io_context::executor_type> work_{loop_.get_executor()};
    tcp::acceptor acceptor_{loop_, tcp::endpoint{asio::ip::address_v4::loopback(), 0}};
    std::uint16_t port_ = acceptor_.local_endpoint().port();
    std::list<std::shared_ptr<carried>> carried_;
    std::list<tcp::socket> silent_;
    mutable std::mutex mutex_;
    std::vector<std::string> names_;
    std::thread thread_;
};

tls_front::tls_front(const endpoint& behind, tls_front_settings settings)
    : server_(std::make_unique<server>(behind, std::move(settings)))
{}

tls_front::~tls_front() = default;

endpoint tls_front::address() const
{
    return {inet{std::array<std::uint8_t, 4>{127, 0, 0, 1}}, server_->port()};
}

void tls_front::show(const identity& other)
{
    server_->show(other);
}

void tls_front::cut()
{
    server_->cut();
}

std::vector<std::string> tls_front::names_asked_for() const
{
    return server_->names();
}

std::size_t tls_front::handshakes() const
{
    return server_->names().size();
}

stepped_loop::stepped_loop() : context_(std::make_unique<asio::io_context>(1)) {}

stepped_loop::~stepped_loop() = default;

asio::any_io_executor stepped_loop::executor() const
{
    return context_->get_executor();
}

void stepped_loop::run_one()
{
    context_->run_one();
}

void stepped_loop::poll_one()
{
    context_->poll_one();
}

void stepped_loop::destroy()
{
    context_.reset();
}

}  // namespace async_cassandra::testing
