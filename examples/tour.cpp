// SPDX-License-Identifier: Apache-2.0
// What this client does, one part after the other, against one node: the program of `make demo`. One thread does it all.
// Each part is a file of its own in tour/.
//
//     tour [HOST [PORT [DATA-CENTER]]]

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

double milliseconds(std::chrono::nanoseconds time)
{
    return std::chrono::duration<double, std::milli>{time}.count();
}

bool serves_requests(const ac::node_identity& node)
{
    return node.rack != "reports";
}

/// Only nodes of this data center get requests while one of them is up, and of all none of the rack "reports".
void stay_in(ac::cluster_config& config, const std::string& data_center)
{
    config.load_balancing.local_dc = data_center;
    config.load_balancing.max_nodes_per_remote_dc = 2;  // of each other one, when all of it is down
    config.load_balancing.filter = serves_requests;
}

asio::awaitable<void> ask_nodes(ac::cluster cluster)
{
    for (const ac::node_stats& each : cluster.node_stats()) {
        try {
            const ac::host_health health = co_await cluster.check_host_health(each.host_id);
            tour::line(
                "lives", "%s, %.2f ms", to_string(health.address).c_str(), milliseconds(health.latency)
            );
        } catch (const ac::error& error) {
            tour::line("no answer", "%s", error.what());  // which node, and why
        }
        tour::line(
            "requests",
            "%llu sent, %llu failed, %.2f ms until an answer",
            static_cast<unsigned long long>(each.sent),
            static_cast<unsigned long long>(each.failed),
            milliseconds(each.latency)
        );
    }
    const ac::cluster_stats held = cluster.stats();
    tour::line(
        "now", "%zu connections, %zu requests, %zu timers", held.connections, held.requests, held.timers
    );
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

    tour::heading("Whether the nodes live, and what they did");
    co_await ask_nodes(cluster);

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
    if (argc > 3)
        stay_in(config, argv[3]);
    return run_example(config, run);
}
