// SPDX-License-Identifier: Apache-2.0
#include "run_connected.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

namespace async_cassandra::cli {

void run_connected(const cluster_config& config, const std::function<asio::awaitable<void>(cluster)>& work)
{
    asio::io_context context{1};
    const cluster connected{context.get_executor(), config};
    std::exception_ptr thrown;
    asio::co_spawn(context, work(connected), [&](std::exception_ptr why) {
        thrown = std::move(why);
        context.stop();
    });
    context.run();
    if (thrown)
        std::rethrow_exception(thrown);
}

}  // namespace async_cassandra::cli
