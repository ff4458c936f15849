// SPDX-License-Identifier: Apache-2.0
// The first program: connect, create a table, write a row with a prepared statement, read it back. Everything happens on
// the thread that runs the io_context, and nothing blocks it.
//
//     hello [HOST [PORT]]        a node at 127.0.0.1 9042, unless told

#include <async_cassandra/async_cassandra.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <iostream>

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

constexpr auto create_keyspace =
    "CREATE KEYSPACE IF NOT EXISTS examples WITH replication = {'class': 'SimpleStrategy', "
    "'replication_factor': 1}";
constexpr auto create_table = "CREATE TABLE IF NOT EXISTS examples.users (id int PRIMARY KEY, name text)";

asio::awaitable<void> hello(async_cassandra::cluster cluster)
{
    auto session = co_await cluster.connect();
    co_await session.execute(create_keyspace);
    co_await session.execute(create_table);

    auto insert = co_await session.prepare("INSERT INTO examples.users (id, name) VALUES (?, ?)");
    co_await session.execute(insert.bind(1, "Ada").timeout(2s));

    auto users = co_await session.execute("SELECT id, name FROM examples.users");
    for (auto [id, name] : users.as<int, std::string_view>())
        std::cout << "user " << id << " is " << name << '\n';

    co_await session.close();
}

}  // namespace

int main(int argc, char** argv)
{
    async_cassandra::cluster_config config;
    if (argc > 1)
        config.contact_points = {argv[1]};
    if (argc > 2)
        config.port = static_cast<std::uint16_t>(std::stoi(argv[2]));
    try {
        asio::io_context context{1};
        // The cluster belongs to the coroutine: its connections end with it, and run() returns.
        async_cassandra::cluster cluster{context.get_executor(), config};
        asio::co_spawn(context, hello(std::move(cluster)), [](std::exception_ptr error) {
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
