// SPDX-License-Identifier: Apache-2.0
#include "three_nodes/questions.hpp"

#include <async_cassandra/async_cassandra.hpp>

#include "three_nodes/nothing_left.hpp"

#include <boost/asio/use_future.hpp>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <future>
#include <stdexcept>
#include <string>

namespace async_cassandra::testing {

namespace {

namespace asio = boost::asio;

constexpr const char* own_keyspace = "questions";

/// A cluster with a thread of its own, a session, and a keyspace that is on every node.
class questioner {
public:
    explicit questioner(const cluster_config& config)
        : nodes(config), opened(nodes.connect("", asio::use_future).get())
    {
        ask(std::string{"CREATE KEYSPACE IF NOT EXISTS "} + own_keyspace +
            " WITH replication = {'class': 'NetworkTopologyStrategy', 'replication_factor': " +
            std::to_string(config.contact_points.size()) + "}");
    }

    result_set ask(statement what) const { return opened.execute(std::move(what), asio::use_future).get(); }

    void close() const
    {
        nodes.close(asio::use_future).get();
        require_nothing_left(nodes.stats());
    }

    cluster nodes;
    session opened;
};

/// What the nodes themselves say, each asked alone.
bool every_node_has(const questioner& client, const std::string& table, bool there)
{
    const std::string text =
        std::string{"SELECT table_name FROM system_schema.tables WHERE keyspace_name = '"} + own_keyspace +
        "' AND table_name = '" + table + '\'';
    const topology all = client.nodes.topology();
    for (const node& each : all.nodes())
        if (client.ask(statement{text}.node(each.host_id)).empty() == there)
            return false;
    return true;
}

struct changes {
    int agreed = 0;
    int known = 0;
    int everywhere = 0;

    void add(const questioner& client, const result_set& result, const std::string& table, bool there)
    {
        const schema now = client.nodes.schema();
        known += (now.find(own_keyspace, table) != nullptr) == there ? 1 : 0;
        agreed += result.schema_in_agreement() ? 1 : 0;
        everywhere += every_node_has(client, table, there) ? 1 : 0;
    }
};

double most_resident_mib()
{
    std::ifstream status{"/proc/self/status"};
    for (std::string word; status >> word;) {
        double kib = 0;
        if (word == "VmHWM:" && status >> kib)
            return kib / 1024;
    }
    throw std::runtime_error{"/proc/self/status names no VmHWM"};
}

/// Counts down to the end of all requests.
struct burst {
    explicit burst(int requests) : waiting(requests) {}

    std::atomic<int> waiting;
    std::atomic<int> failed = 0;
    std::promise<void> ended;

    void end(bool well)
    {
        failed += well ? 0 : 1;
        if (--waiting == 0)
            ended.set_value();
    }
};

}  // namespace

void run_ddl(const cluster_config& config, int tables)
{
    const questioner client{config};
    changes seen;
    const auto run = std::to_string(std::chrono::system_clock::now().time_since_epoch().count());
    for (int i = 0; i < tables; ++i) {
        const std::string name = "t_" + run + '_' + std::to_string(i);
        const std::string full = std::string{own_keyspace} + '.' + name;
        const auto made = client.ask("CREATE TABLE " + full + " (k int PRIMARY KEY, v text)");
        seen.add(client, made, name, true);
        const auto dropped = client.ask("DROP TABLE " + full);
        seen.add(client, dropped, name, false);
    }
    client.close();
    std::printf(
        "end {\"changes\": %d, \"agreed\": %d, \"known\": %d, \"everywhere\": %d}\n",
        2 * tables,
        seen.agreed,
        seen.known,
        seen.everywhere
    );
}

void run_burst(cluster_config config, int requests)
{
    // How soon the node has answered them all is its own affair.
    config.request_timeout = std::chrono::minutes{1};
    const questioner client{config};
    const std::string table = std::string{own_keyspace} + ".burst";
    client.ask("CREATE TABLE IF NOT EXISTS " + table + " (k int PRIMARY KEY, v text)");
    client.ask("INSERT INTO " + table + " (k, v) VALUES (1, 'one')");
    const auto select =
        client.opened.prepare("SELECT v FROM " + table + " WHERE k = ?", asio::use_future).get();
    const topology all = client.nodes.topology();
    const uuid node = all.nodes().front().host_id;
    client.ask(select.bind(1).node(node));
    const double before = most_resident_mib();
    const auto begin = std::chrono::steady_clock::now();
    burst running{requests};
    for (int i = 0; i < requests; ++i)
        client.opened.execute(
            select.bind(1).node(node),
            [&running](const std::exception_ptr& why, const result_set& rows) {
                running.end(!why && rows.size() == 1);
            }
        );
    const auto at_once = client.nodes.stats().requests;
    running.ended.get_future().wait();
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - begin;
    const double grown = most_resident_mib() - before;
    client.close();
    std::printf(
        "end {\"requests\": %d, \"at_once\": %zu, \"failed\": %d, \"took_ms\": %.1f, \"grown_mib\": %.1f}\n",
        requests,
        at_once,
        running.failed.load(),
        took.count(),
        grown
    );
}

}  // namespace async_cassandra::testing
