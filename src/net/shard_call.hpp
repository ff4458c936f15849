// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/shard.hpp"

#include <functional>
#include <utility>

namespace async_cassandra::net {

/// A function on its way to another shard.
class shard_call final : public base::inbox_node {
public:
    explicit shard_call(std::function<void()> work) : work_(std::move(work)) {}

    void on_taken() noexcept override
    {
        work_();
        delete this;
    }

    void on_dropped() noexcept override { delete this; }

private:
    ~shard_call() override = default;

    std::function<void()> work_;
};

/// Runs `work`, which must not throw, on the thread of `where`: now, when this is it. What follows from it (handlers,
/// writes) waits for a turn: users call from here too, from destructors even. Dropped when the shard takes nothing any
/// more. For rare things: it allocates.
inline void run_on(shard& where, std::function<void()> work)
{
    if (where.on_thread())
        where.prepare(work);
    else
        where.put(*new shard_call{std::move(work)});
}

/// Runs `work`, which must not throw, in a turn of its own, behind what the loop has to do already. On the shard's thread
/// or any other. Dropped when the shard takes nothing any more.
inline void run_later(shard& where, std::function<void()> work)
{
    where.put(*new shard_call{std::move(work)});
}

/// A function that takes its place behind the handlers of all operations that have finished so far.
class shard_fence final : public operation {
public:
    shard_fence(shard& home, std::function<void()> work) : operation(home), work_(std::move(work)) {}

    void start() noexcept override { home().finish(*this); }
    void cancel(asio::cancellation_type) noexcept override {}
    void refuse() noexcept override {}
    void detach() noexcept override {}
    void abandon() noexcept override { release(); }

    void invoke() override
    {
        const std::function<void()> work = std::move(work_);
        release();
        work();
    }

private:
    ~shard_fence() override = default;

    std::function<void()> work_;
};

/// Runs `work`, which must not throw, when the handlers of everything that has finished on this shard have run. On the
/// shard's thread.
inline void run_behind_handlers(shard& where, std::function<void()> work)
{
    where.submit(*new shard_fence{where, std::move(work)});
}

}  // namespace async_cassandra::net
