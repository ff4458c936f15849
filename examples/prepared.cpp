// SPDX-License-Identifier: Apache-2.0
// Prepared statements: parsed once by the server, bound as often as you like. Values of C++ types become the CQL types of
// the markers; what does not fit is an error that names both. null deletes a cell, unset leaves it as it is.
//
//     prepared [HOST [PORT]]

#include "run_example.hpp"

#include <set>

namespace asio = boost::asio;
namespace ac = async_cassandra;

namespace {

constexpr auto create_table =
    "CREATE TABLE IF NOT EXISTS examples.products (id int PRIMARY KEY, name text, tags set<text>, price "
    "double)";

asio::awaitable<void> prepared(ac::cluster cluster)
{
    auto session = co_await cluster.connect();
    co_await session.execute(create_keyspace);
    co_await session.execute(create_table);

    auto insert =
        co_await session.prepare("INSERT INTO examples.products (id, name, tags, price) VALUES (?, ?, ?, ?)");
    for (const auto& marker : insert.markers())
        std::cout << "marker " << marker.name << " is a " << marker.type.to_string() << '\n';

    const std::set<std::string> tags{"kitchen", "blue"};
    co_await session.execute(insert.bind(1, "kettle", tags, 29.5));
    co_await session.execute(insert.bind(1, ac::unset, ac::null, 24.5));  // keeps the name, deletes the tags

    auto select = co_await session.prepare("SELECT name, tags, price FROM examples.products WHERE id = ?");
    auto rows = co_await session.execute(select.bind(1));
    for (auto [name, left, price] : rows.as<std::string, std::optional<std::set<std::string>>, double>())
        std::cout << name << ", " << (left ? "with" : "without") << " tags, " << price << '\n';

    auto wrong = co_await session.try_execute(insert.bind(1, 2, tags, 3.0));
    std::cout << wrong.error()->what << '\n';
    co_await cluster.close();
}

}  // namespace

int main(int argc, char** argv)
{
    return run_example(config_from(argc, argv), prepared);
}
