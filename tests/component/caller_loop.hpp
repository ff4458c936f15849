// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "component/served_node.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <exception>
#include <utility>

namespace async_cassandra::testing {

/// Runs a coroutine, a function object without arguments, on `context` until it has ended. Throws what it throws.
template <class Body>
void run_on(asio::io_context& context, Body body)
{
    std::exception_ptr thrown;
    bool ended = false;
    asio::co_spawn(context, std::move(body), [&](std::exception_ptr e) {
        ended = true;
        thrown = std::move(e);
        context.stop();
    });
    context.restart();
    context.run_for(patience);
    ASSERT_TRUE(ended) << "the coroutine has not ended";
    if (thrown) {
        std::rethrow_exception(thrown);
    }
}

/// Runs what is left to do, which must come to an end by itself: nothing keeps the loop of the caller.
inline void expect_runs_out(asio::io_context& context)
{
    context.restart();
    context.run_for(patience);
    EXPECT_TRUE(context.stopped());
}

}  // namespace async_cassandra::testing
