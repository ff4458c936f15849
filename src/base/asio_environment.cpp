// SPDX-License-Identifier: Apache-2.0
#include "base/asio_environment.hpp"

#include "base/resolver_thread.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/write.hpp>

#include <atomic>
#include <random>
#include <thread>

namespace async_cassandra::base {

namespace {

using asio::ip::tcp;

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
};

class tcp_connect final : public pending_operation {
public:
    tcp_connect(const asio::any_io_executor& executor, const endpoint& to, connect_handler done)
        : state_(std::make_shared<tcp_connect_state>(tcp_connect_state{tcp::socket{executor}, {}}))
    {
        state_->done.swap(done);
        state_->socket.async_connect({to_asio(to.address), to.port}, [state = state_](error_code code) {
            if (!state->done)
                return;  // given up meanwhile
            connect_handler handler;
            handler.swap(state->done);
            if (code) {
                std::move(handler)(code, nullptr);
                return;
            }
            error_code ignored;  // delayed small writes are slower, not wrong
            state->socket.set_option(tcp::no_delay{true}, ignored);
            std::move(handler)(code, std::make_unique<tcp_stream>(std::move(state->socket)));
        });
    }

    ~tcp_connect() override
    {
        connect_handler dropped;
        dropped.swap(state_->done);
        error_code ignored;  // given up either way
        state_->socket.close(ignored);
    }

private:
    std::shared_ptr<tcp_connect_state> state_;
};

class steady_alarm final : public alarm {
public:
    steady_alarm(const asio::any_io_executor& executor, std::function<void()> on_time)
        : state_(std::make_shared<state>(executor, std::move(on_time)))
    {}

    ~steady_alarm() override { clear(); }

    void set(time_point when) override
    {
        clear();
        state_->timer.expires_at(when);
        state_->timer.async_wait([s = state_, setting = state_->setting.load()](error_code code) {
            if (!code && s->setting.load() == setting)
                s->on_time();
        });
    }

    // Cancelling is not enough: a wait whose time has come is beyond it, and its handler is on its way.
    void clear() noexcept override
    {
        ++state_->setting;
        state_->timer.cancel();
    }

private:
    struct state {
        state(const asio::any_io_executor& executor, std::function<void()> callback)
            : timer(executor), on_time(std::move(callback))
        {}
        asio::steady_timer timer;
        std::function<void()> on_time;
        // The one that may still ring. Atomic: the last owner of a shard may be another thread.
        std::atomic<std::uint64_t> setting{0};
    };
    std::shared_ptr<state> state_;
};

template <class Executor>
bool runs_here(const asio::any_io_executor& executor) noexcept
{
    return executor.target<Executor>()->running_in_this_thread();
}

using running_check = bool (*)(const asio::any_io_executor&) noexcept;

running_check find_running_check(const asio::any_io_executor& executor) noexcept
{
    if (executor.target<asio::io_context::executor_type>() != nullptr)
        return runs_here<asio::io_context::executor_type>;
    if (executor.target<asio::strand<asio::io_context::executor_type>>() != nullptr)
        return runs_here<asio::strand<asio::io_context::executor_type>>;
    if (executor.target<asio::strand<asio::any_io_executor>>() != nullptr)
        return runs_here<asio::strand<asio::any_io_executor>>;
    return nullptr;
}

class asio_environment final : public environment {
public:
    asio_environment(asio::any_io_executor executor, std::shared_ptr<void> context)
        : context_(std::move(context)),
          executor_(std::move(executor)),
          runs_here_(find_running_check(executor_))
    {}

    const asio::any_io_executor& executor() const noexcept override { return executor_; }
    bool on_executor() const noexcept override { return runs_here_ != nullptr && runs_here_(executor_); }
    bool knows_executor() const noexcept override { return runs_here_ != nullptr; }
    time_point now() const noexcept override { return std::chrono::steady_clock::now(); }
    std::chrono::system_clock::time_point wall_now() const noexcept override
    {
        return std::chrono::system_clock::now();
    }

    std::uint64_t entropy() override { return system_entropy(); }

    std::unique_ptr<alarm> make_alarm(std::function<void()> on_time) override
    {
        return std::make_unique<steady_alarm>(executor_, std::move(on_time));
    }

    std::unique_ptr<pending_operation> connect(const endpoint& to, connect_handler done) override
    {
        return std::make_unique<tcp_connect>(executor_, to, std::move(done));
    }

    std::unique_ptr<pending_operation> resolve(const std::string& host, resolve_handler done) override
    {
        return resolve_on_thread(executor_, host, std::move(done));
    }

private:
    std::shared_ptr<void> context_;
    asio::any_io_executor executor_;
    running_check runs_here_;
};

}  // namespace

std::chrono::sys_time<std::chrono::nanoseconds> system_wall_now() noexcept
{
    return std::chrono::system_clock::now();
}

std::uint64_t system_entropy()
{
    std::random_device device;
    return (std::uint64_t{device()} << 32) | device();
}

std::unique_ptr<environment> make_asio_environment(
    asio::any_io_executor executor, std::shared_ptr<void> context
)
{
    return std::make_unique<asio_environment>(std::move(executor), std::move(context));
}

struct io_thread::state {
    asio::io_context context{1};
    asio::executor_work_guard<asio::io_context::executor_type> guard = asio::make_work_guard(context);
};

io_thread::io_thread() : state_(std::make_shared<state>())
{
    std::thread{[s = state_] { s->context.run(); }}.detach();
}

io_thread::~io_thread()
{
    if (state_ == nullptr)
        return;  // moved from
    asio::post(state_->context, [guard = std::move(state_->guard)]() mutable { guard.reset(); });
}

asio::any_io_executor io_thread::executor() const
{
    return state_->context.get_executor();
}

std::shared_ptr<void> io_thread::context() const noexcept
{
    return state_;
}

}  // namespace async_cassandra::base
