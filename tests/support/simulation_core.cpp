// SPDX-License-Identifier: Apache-2.0
#include "support/simulation_core.hpp"

#include "support/work_watch.hpp"

#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <ctime>
#include <stdexcept>

namespace async_cassandra::testing {

namespace {

// More handlers than any real turn of the client runs: beyond it, it goes round in circles.
constexpr std::uint64_t handlers_without_time_limit = 1'000'000;

std::chrono::nanoseconds cpu_time()
{
    timespec used{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
    return std::chrono::seconds{used.tv_sec} + std::chrono::nanoseconds{used.tv_nsec};
}

bool work(asio::io_context& context)
{
    if (!work_watch)
        return context.poll_one() != 0;
    const auto begin = cpu_time();
    const bool worked = context.poll_one() != 0;
    if (worked)
        work_watch(cpu_time() - begin);
    return worked;
}

}  // namespace

simulation_core::simulation_core(std::uint64_t seed)
    : context_(std::make_unique<asio::io_context>(1)),
      executor_(context_->get_executor()),
      network_random_(seed),
      client_random_(seed ^ 0x5851F42D4C957F2DULL)
{}

simulation_core::~simulation_core() = default;

bool simulation_core::on_executor() const noexcept
{
    return running() && context_->get_executor().running_in_this_thread();
}

simulation_core::event_key simulation_core::at(time_point when, std::function<void()> action)
{
    const event_key key{std::max(when, now_), sequence_++};
    if (running())
        queue_.emplace(key, std::move(action));
    return key;
}

void simulation_core::cancel(const event_key& key)
{
    const auto found = queue_.find(key);
    if (found == queue_.end())
        return;
    // What the action owns may reach back here when it is destroyed.
    const auto action = std::move(found->second);
    queue_.erase(found);
}

void simulation_core::settle()
{
    context_->restart();
    std::uint64_t handlers = 0;
    while (work(*context_)) {
        if (++handlers == handlers_without_time_limit)
            throw std::runtime_error("simulation: the client runs on and on without time passing");
    }
    if (handlers != 0)
        trace_.add(now_, "handlers", handlers);
}

bool simulation_core::step(time_point limit)
{
    settle();
    if (queue_.empty() || queue_.begin()->first.first > limit)
        return false;
    auto first = queue_.extract(queue_.begin());
    advance_to(first.key().first);
    first.mapped()();
    settle();
    return true;
}

void simulation_core::stall(std::chrono::nanoseconds time)
{
    trace_.add(now_, "stall", static_cast<std::uint64_t>(time.count()));
    now_ += time;
}

void simulation_core::end()
{
    const auto context = std::move(context_);
    const auto queue = std::exchange(queue_, {});
}

}  // namespace async_cassandra::testing
