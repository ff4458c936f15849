// SPDX-License-Identifier: Apache-2.0
// What this client does, one part after the other, against one node: the program of `make demo`. One thread does it all.
// Each part is a file of its own in tour/.
//
//     tour [HOST [PORT]]

#include "run_example.hpp"
#include "tour/parts.hpp"
#include "tour/show_cluster.hpp"
#include "tour/terminal.hpp"

#include <chrono>

namespace asio = boost::asio;
namespace ac = async_cassandra;

namespace {

constexpr auto create_table =
    "CREATE TABLE IF NOT EXISTS examples.readings (sensor int, at timestamp, value double, note text, "
    "PRIMARY KEY (sensor, at))";

asio::awaitable<ac::session> prepare_tables(ac::cluster cluster)
{
    auto session = co_await cluster.connect();
    auto local = co_await session.execute("SELECT release_version, cluster_name FROM system.local");
    for (auto [version, name] : local.as<std::string, std::string>())
        tour::line("server", "Cassandra %s, cluster %s", version.c_str(), name.c_str());
    co_await session.execute(create_keyspace);
    co_await session.execute(create_table);
    tour::line("table", "examples.readings");
    co_return session;
}

asio::awaitable<void> run(ac::cluster cluster)
{
    tour::heading("Connect");
    const auto begin = std::chrono::steady_clock::now();
    auto session = co_await prepare_tables(cluster);

    tour::heading("Insert 200,000 rows, 1,000 in flight");
    const tour::insert_plan many{.first = 0, .count = 200'000, .in_flight = 1'000};
    co_await tour::insert_rows(session, many);

    tour::heading("Insert 10,000 more, all of them in flight at once");
    const tour::insert_plan at_once{.first = 200'000, .count = 10'000, .in_flight = 10'000};
    co_await tour::insert_rows(session, at_once);

    tour::heading("Stream them back, every cell read");
    co_await tour::stream_rows(session);

    tour::heading("What it knows of the cluster");
    tour::show_cluster(cluster);

    tour::heading("An error, as a program can print it");
    co_await tour::show_error(session);

    tour::heading("Close");
    co_await cluster.close();
    tour::line("in all", "%.1f s, %.1f MiB at most", tour::seconds_since(begin), tour::peak_mib());
}

}  // namespace

int main(int argc, char** argv)
{
    ac::cluster_config config = config_from(argc, argv);
    config.max_in_flight = 10'000;  // on one connection: more than a program usually wants
    return run_example(config, run);
}
