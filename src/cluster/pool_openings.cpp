// SPDX-License-Identifier: Apache-2.0
#include "cluster/pool_openings.hpp"

#include <utility>

namespace async_cassandra::detail {

void pool_openings::add(const uuid& host, const std::string& keyspace, pool::open_callback done)
{
    if (closed_) {
        if (done)
            done(&*closed_);
        return;
    }
    waiting_.push_back({host, keyspace, std::move(done)});
    go_on();
}

void pool_openings::go_on()
{
    // What is open already calls back at once: no recursion for each of a thousand.
    if (std::exchange(going_on_, true))
        return;
    while (running_ < most_ && !waiting_.empty()) {
        const entry next = std::move(waiting_.front());
        waiting_.pop_front();
        ++running_;
        open_(next.host, next.keyspace, [this, done = next.done](const net::close_reason* reason) {
            --running_;
            if (done)
                done(reason);
            go_on();
        });
    }
    going_on_ = false;
}

void pool_openings::forget_unasked()
{
    std::erase_if(waiting_, [](const entry& each) { return !each.done; });
}

void pool_openings::close(const net::close_reason& reason)
{
    going_on_ = true;
    closed_ = reason;
    for (const entry& each : std::exchange(waiting_, {}))
        if (each.done)
            each.done(&reason);
}

void pool_openings::drop() noexcept
{
    going_on_ = true;
    const std::deque<entry> dropped = std::exchange(waiting_, {});
}

}  // namespace async_cassandra::detail
