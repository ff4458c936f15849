// SPDX-License-Identifier: Apache-2.0
#include "three_nodes/data_centers.hpp"

#include <async_cassandra/async_cassandra.hpp>

#include "three_nodes/nothing_left.hpp"

#include <boost/asio/use_future.hpp>
#include <boost/core/demangle.hpp>

#include <chrono>
#include <future>
#include <iostream>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string>
#include <typeinfo>
#include <vector>

namespace async_cassandra::testing {

namespace {

namespace asio = boost::asio;

struct table_statements {
    prepared_statement insert;
    prepared_statement select;
};

/// A cluster with a thread of its own, and what it runs.
class data_center_client {
public:
    explicit data_center_client(const cluster_config& config)
        : cluster_(config), session_(cluster_.connect("", asio::use_future).get())
    {}
    data_center_client(const data_center_client&) = delete;
    data_center_client& operator=(const data_center_client&) = delete;
    ~data_center_client() = default;

    void create(const std::string& keyspace, const std::string& replication) const
    {
        execute(
            "CREATE KEYSPACE IF NOT EXISTS " + keyspace +
            " WITH replication = {'class': 'NetworkTopologyStrategy', " + replication + "}"
        );
        execute("CREATE TABLE IF NOT EXISTS " + keyspace + ".t (k bigint PRIMARY KEY, v text)");
    }

    void prepare(const std::string& keyspace)
    {
        const std::string name = keyspace + ".t";
        tables_[keyspace] = {
            session_.prepare("INSERT INTO " + name + " (k, v) VALUES (?, ?)", asio::use_future).get(),
            session_.prepare("SELECT v FROM " + name + " WHERE k = ?", asio::use_future).get()};
    }

    /// As JSON: how many were answered, how the others failed, where they were sent, when the last one had ended.
    [[nodiscard]] std::string run(const std::string& keyspace, consistency level, int requests) const
    {
        const table_statements& asked = tables_.at(keyspace);
        const auto before = sent();
        const auto begin = std::chrono::steady_clock::now();
        std::vector<std::future<result_set>> running;
        for (std::int64_t k = 0; k < requests; ++k) {
            statement what = k % 2 == 0 ? asked.insert.bind(k, "v") : asked.select.bind(k);
            running.push_back(session_.execute(std::move(what.consistency(level)), asio::use_future));
        }
        int answered = 0;
        std::map<std::string, std::uint64_t> failed;
        for (auto& each : running) {
            const std::string failure = failure_of(each);
            failure.empty() ? void(++answered) : void(++failed[failure]);
        }
        const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - begin;
        auto moved = sent();
        for (auto& [node, count] : moved)
            count -= before.contains(node) ? before.at(node) : 0;
        return "{\"answered\": " + std::to_string(answered) + ", \"failed\": " + to_json(failed) +
               ", \"sent\": " + to_json(moved) + ", \"took_ms\": " + std::to_string(took.count()) + '}';
    }

    [[nodiscard]] std::string connections() const
    {
        std::map<std::string, std::uint64_t> open;
        for (const node_stats& each : cluster_.node_stats())
            open[to_string(each.address)] = each.connections;
        return to_json(open);
    }

    /// Throws when something is left.
    void close() const
    {
        cluster_.close(asio::use_future).get();
        require_nothing_left(cluster_.stats());
    }

private:
    void execute(const std::string& cql) const { session_.execute(cql, asio::use_future).get(); }

    [[nodiscard]] std::map<std::string, std::uint64_t> sent() const
    {
        std::map<std::string, std::uint64_t> counts;
        for (const node_stats& each : cluster_.node_stats())
            counts[to_string(each.address)] = each.sent;
        return counts;
    }

    /// Its class and, of a server's error, the level that the server names. Empty: it was answered.
    [[nodiscard]] static std::string failure_of(std::future<result_set>& request)
    {
        try {
            request.get();
            return {};
        } catch (const error& e) {
            std::string text = boost::core::demangle(typeid(e).name());
            text.erase(0, text.rfind(':') + 1);
            const auto& server = e.details().server;
            return server && server->level ? text + ' ' + std::string{to_string(*server->level)} : text;
        }
    }

    [[nodiscard]] static std::string to_json(const std::map<std::string, std::uint64_t>& counts)
    {
        std::string out;
        for (const auto& [name, count] : counts)
            out += (out.empty() ? "" : ", ") + ('"' + name + "\": ") + std::to_string(count);
        return '{' + out + '}';
    }

    cluster cluster_;
    session session_;
    std::map<std::string, table_statements> tables_;
};

cluster_config settings_of(const std::string& name, cluster_config config, std::size_t nodes)
{
    config.load_balancing.local_dc = "dc1";
    if (name != "stays")
        config.load_balancing.max_nodes_per_remote_dc = static_cast<std::uint32_t>(nodes);
    config.load_balancing.remote_for_local_consistency = name == "asked";
    return config;
}

void answer(std::istringstream& words, const std::map<std::string, data_center_client>& clients)
{
    std::string what;
    std::string name;
    words >> what >> name;
    const data_center_client& client = clients.at(name);
    if (what == "connections") {
        std::cout << client.connections() << std::endl;
        return;
    }
    std::string keyspace;
    std::string level;
    int requests = 0;
    if (what != "run" || !(words >> keyspace >> level >> requests))
        throw std::invalid_argument{"not understood: " + words.str()};
    std::cout << client.run(keyspace, parse_consistency(level).value(), requests) << std::endl;
}

}  // namespace

void run_data_centers(const cluster_config& config, std::size_t nodes_per_data_center)
{
    std::map<std::string, data_center_client> clients;
    for (const char* name : {"stays", "allowed", "asked"})
        clients.try_emplace(name, settings_of(name, config, nodes_per_data_center));
    const data_center_client& any = clients.at("stays");
    const std::string each = std::to_string(nodes_per_data_center);
    const std::string twice = std::to_string(2 * nodes_per_data_center);
    any.create("both", "'dc1': " + each + ", 'dc2': " + each);
    any.create("there", "'dc2': " + each);
    any.create("unmet", "'dc1': " + twice + ", 'dc2': " + twice);
    for (auto& [name, client] : clients)
        for (const char* keyspace : {"both", "there", "unmet"})
            client.prepare(keyspace);
    for (std::string line; std::getline(std::cin, line);) {
        std::istringstream words{line};
        answer(words, clients);
    }
    for (const auto& [name, client] : clients)
        client.close();
}

}  // namespace async_cassandra::testing
