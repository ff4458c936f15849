// SPDX-License-Identifier: Apache-2.0
// What a program of somebody else does first: it connects. Here nobody listens, and that must be said.

#include <async_cassandra/async_cassandra.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <exception>
#include <iostream>

namespace asio = boost::asio;

namespace {

asio::awaitable<void> connect(async_cassandra::cluster cluster)
{
    co_await cluster.connect();
}

}  // namespace

int main()
{
    asio::io_context context{1};
    async_cassandra::cluster_config config;
    config.contact_points = {"127.0.0.1:1"};
    config.connect_timeout = std::chrono::milliseconds{500};
    int exit_code = 1;
    asio::co_spawn(
        context,
        connect(async_cassandra::cluster{context.get_executor(), config}),
        [&](std::exception_ptr thrown) {
            try {
                if (thrown)
                    std::rethrow_exception(thrown);
            } catch (const async_cassandra::no_host_available& error) {
                std::cout << "nobody listens there: " << error.what() << '\n';
                exit_code = 0;
            }
        }
    );
    context.run();
    return exit_code;
}
