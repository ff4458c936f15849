// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/async_cassandra.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <iostream>
#include <string>

/// What the examples have in common; hello.cpp spells it out.

inline constexpr auto create_keyspace =
    "CREATE KEYSPACE IF NOT EXISTS examples WITH replication = {'class': 'SimpleStrategy', "
    "'replication_factor': 1}";

/// Arguments: [HOST [PORT]], 127.0.0.1 9042 unless given.
inline async_cassandra::cluster_config config_from(int argc, char** argv)
{
    async_cassandra::cluster_config config;
    if (argc > 1)
        config.contact_points = {argv[1]};
    if (argc > 2)
        config.port = static_cast<std::uint16_t>(std::stoi(argv[2]));
    return config;
}

/// Runs the coroutine with a cluster over an io_context on this thread. An error is printed and becomes exit code 1.
inline int run_example(
    const async_cassandra::cluster_config& config,
    boost::asio::awaitable<void> (*example)(async_cassandra::cluster cluster)
)
{
    try {
        boost::asio::io_context context{1};
        // The cluster belongs to the coroutine: its connections end with it, and run() returns.
        async_cassandra::cluster cluster{context.get_executor(), config};
        boost::asio::co_spawn(context, example(std::move(cluster)), [](std::exception_ptr error) {
            if (error)
                std::rethrow_exception(error);  // out of run(), to the catch below
        });
        context.run();
        return 0;
    } catch (const std::exception& error) {
        std::cerr << error.what() << '\n';
        return 1;
    }
}
