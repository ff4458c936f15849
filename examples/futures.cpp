// SPDX-License-Identifier: Apache-2.0
// For programs without an event loop: the cluster brings threads of its own, and asio::use_future turns each call into a
// std::future. Start many calls first, wait afterwards. Never wait for a future on one of the cluster's own threads.
//
//     futures [HOST [PORT]]

#include "run_example.hpp"

#include <boost/asio/use_future.hpp>

#include <future>
#include <vector>

namespace asio = boost::asio;
namespace ac = async_cassandra;

namespace {

void run(const ac::cluster_config& config)
{
    const ac::cluster cluster{config};
    const ac::session session = cluster.connect("", asio::use_future).get();
    session.execute(create_keyspace, asio::use_future).get();
    session
        .execute(
            "CREATE TABLE IF NOT EXISTS examples.squares (n int PRIMARY KEY, square int)", asio::use_future
        )
        .get();

    const auto insert =
        session.prepare("INSERT INTO examples.squares (n, square) VALUES (?, ?)", asio::use_future).get();
    std::vector<std::future<ac::result_set>> pending;
    for (int n = 1; n <= 100; ++n)
        pending.push_back(session.execute(insert.bind(n, n * n), asio::use_future));
    for (auto& one : pending)
        one.get();  // throws what went wrong with it

    const auto rows = session.execute("SELECT n, square FROM examples.squares", asio::use_future).get();
    int sum = 0;
    for (const auto& [n, square] : rows.as<int, int>())
        sum += square;
    std::cout << "the squares of " << rows.size() << " numbers add up to " << sum << '\n';
    cluster.close(asio::use_future).get();
}

}  // namespace

int main(int argc, char** argv)
{
    try {
        ac::cluster_config config = config_from(argc, argv);
        config.io_threads = 2;
        run(config);
        return 0;
    } catch (const std::exception& error) {
        std::cerr << error.what() << '\n';
        return 1;
    }
}
