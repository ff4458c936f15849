// SPDX-License-Identifier: Apache-2.0
#include "base/asio_environment.hpp"

#include "base/resolver_thread.hpp"
#include "base/tcp_stream.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>

#include <atomic>
#include <ctime>
#include <random>
#include <thread>

namespace async_cassandra::base {

namespace {

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

// The clock that the kernel moves on at each of its ticks, read without asking the hardware. It lags by a tick, and by more
// when ticks are late.
class tick_clock {
public:
    tick_clock() noexcept
    {
        timespec resolution{};
        if (clock_getres(CLOCK_MONOTONIC_COARSE, &resolution) == 0)
            tick_ = to_duration(resolution);
    }

    // Ticks may be too far apart on other systems.
    time_point coarse_now() const noexcept
    {
        timespec last_tick{};
        if (tick_ > environment::coarseness || clock_gettime(CLOCK_MONOTONIC_COARSE, &last_tick) != 0)
            return std::chrono::steady_clock::now();
        return time_point{to_duration(last_tick)} + tick_;
    }

private:
    static time_point::duration to_duration(const timespec& of) noexcept
    {
        return std::chrono::seconds{of.tv_sec} + std::chrono::nanoseconds{of.tv_nsec};
    }

    time_point::duration tick_ = time_point::duration::max();
};

class asio_environment final : public environment {
public:
    asio_environment(
        asio::any_io_executor executor, std::shared_ptr<void> context, std::shared_ptr<const transport> how
    )
        : context_(std::move(context)),
          executor_(std::move(executor)),
          transport_(std::move(how)),
          runs_here_(find_running_check(executor_))
    {}

    const asio::any_io_executor& executor() const noexcept override { return executor_; }
    bool on_executor() const noexcept override { return runs_here_ != nullptr && runs_here_(executor_); }
    bool knows_executor() const noexcept override { return runs_here_ != nullptr; }
    time_point now() const noexcept override { return std::chrono::steady_clock::now(); }
    time_point coarse_now() const noexcept override { return ticks_.coarse_now(); }
    std::chrono::system_clock::time_point wall_now() const noexcept override
    {
        return std::chrono::system_clock::now();
    }

    std::uint64_t entropy() override { return system_entropy(); }

    std::unique_ptr<alarm> make_alarm(std::function<void()> on_time) override
    {
        return std::make_unique<steady_alarm>(executor_, std::move(on_time));
    }

    std::unique_ptr<pending_operation> connect(
        const endpoint& to, const std::string& host, connect_handler done
    ) override
    {
        return connect_tcp(executor_, transport_, to, host, std::move(done));
    }

    std::unique_ptr<pending_operation> resolve(const std::string& host, resolve_handler done) override
    {
        return resolve_on_thread(executor_, host, std::move(done));
    }

private:
    std::shared_ptr<void> context_;
    asio::any_io_executor executor_;
    std::shared_ptr<const transport> transport_;
    running_check runs_here_;
    tick_clock ticks_;
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
    asio::any_io_executor executor, std::shared_ptr<void> context, std::shared_ptr<const transport> how
)
{
    return std::make_unique<asio_environment>(std::move(executor), std::move(context), std::move(how));
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
