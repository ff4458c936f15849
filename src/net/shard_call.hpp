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

/// Runs `work`, which must not throw, as part of a turn of `where`: now, when this is its thread. Dropped when the
/// shard takes nothing any more. For rare things: it allocates.
inline void run_on(shard& where, std::function<void()> work)
{
    if (where.on_thread())
        where.turn(work);
    else
        where.put(*new shard_call{std::move(work)});
}

}  // namespace async_cassandra::net
