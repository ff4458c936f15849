// SPDX-License-Identifier: Apache-2.0
#include <async_cassandra/async_cassandra.hpp>

#include "three_nodes/data_centers.hpp"
#include "three_nodes/nothing_left.hpp"
#include "three_nodes/questions.hpp"
#include "three_nodes/steady_load.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/core/demangle.hpp>

#include <algorithm>
#include <array>
#include <cstdio>
#include <stdexcept>
#include <string>
#include <typeinfo>
#include <vector>

#include <unistd.h>

// A program under steady load on several nodes, which says what becomes of its requests, for whoever does faults to the
// nodes meanwhile (tools/three_nodes.py). Times are nanoseconds of the monotonic clock of this machine.
//
//     three_nodes_client load PER_SECOND PORT ADDRESS...        until its input ends
//     three_nodes_client replicas REQUESTS PORT ADDRESS...      how many went to a node that has the row
//     three_nodes_client ddl TABLES PORT ADDRESS...             what is known of changes of the schema when they end
//     three_nodes_client burst REQUESTS PORT ADDRESS...         all at once on one connection
//     three_nodes_client data_centers NODES_OF_EACH PORT ADDRESS...    as its input says
namespace async_cassandra::testing {
namespace {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;

struct wishes {
    std::string what;
    double amount = 0;
    cluster_config config;
};

long long nanoseconds(clock::time_point time)
{
    return std::chrono::duration_cast<std::chrono::nanoseconds>(time.time_since_epoch()).count();
}

double milliseconds(clock::duration time)
{
    return std::chrono::duration<double, std::milli>(time).count();
}

asio::awaitable<void> pause(std::chrono::milliseconds time)
{
    asio::steady_timer timer{co_await asio::this_coro::executor, time};
    co_await timer.async_wait(asio::use_awaitable);
}

/// In a keyspace of its own. Returns its full name.
asio::awaitable<std::string> create_table(session target, std::string keyspace, int replicas)
{
    const std::string table = keyspace + ".t_" + std::to_string(nanoseconds(clock::now()));
    co_await target.execute(
        "CREATE KEYSPACE IF NOT EXISTS " + keyspace +
            " WITH replication = {'class': 'NetworkTopologyStrategy', 'replication_factor': " +
            std::to_string(replicas) + "}",
        asio::use_awaitable
    );
    co_await target.execute("CREATE TABLE " + table + " (k bigint PRIMARY KEY, v blob)", asio::use_awaitable);
    co_return table;
}

/// The pools of this many nodes are open. Throws when that takes too long.
asio::awaitable<void> wait_for_nodes(cluster connected, std::size_t count)
{
    const auto begin = clock::now();
    for (std::size_t open = 0; open < count;) {
        if (clock::now() - begin > 1min)
            throw std::runtime_error{"only " + std::to_string(open) + " nodes are connected to"};
        co_await pause(10ms);
        const auto nodes = connected.node_stats();
        open = static_cast<std::size_t>(std::ranges::count_if(nodes, [](const node_stats& each) {
            return each.connections > 0;
        }));
    }
}

asio::awaitable<void> close(cluster connected)
{
    co_await connected.close(asio::use_awaitable);
    require_nothing_left(connected.stats());
}

/// failed DUE CALLED ENDED insert|read CLASS CAUSE EFFECT server|driver NODE ATTEMPT,ATTEMPT,...
void print_failure(const steady_load::failed_request& request)
{
    std::string type = "unknown";
    std::string cause = "-";
    std::string effect = "-";
    std::string where = "-";
    std::string attempts;
    const char* whose = "driver";
    try {
        std::rethrow_exception(request.why);
    } catch (const error& e) {
        type = boost::core::demangle(typeid(e).name());
        type.erase(0, type.rfind(':') + 1);
        cause = e.code().message();
        std::ranges::replace(cause, ' ', '_');
        effect = to_string(e.effect());
        where = e.node() ? to_string(*e.node()) : "-";
        whose = e.details().server ? "server" : "driver";
        for (const attempt& each : e.attempts())
            attempts += (attempts.empty() ? "" : ",") + to_string(each.node);
    } catch (const std::exception& e) {
        type = boost::core::demangle(typeid(e).name());
    }
    std::printf(
        "failed %lld %lld %lld %s %s %s %s %s %s %s\n",
        nanoseconds(request.due),
        nanoseconds(request.called),
        nanoseconds(request.ended),
        request.insert ? "insert" : "read",
        type.c_str(),
        cause.c_str(),
        effect.c_str(),
        whose,
        where.c_str(),
        attempts.empty() ? "-" : attempts.c_str()
    );
}

/// sample TIME NODE=SENT ... until the input ends.
asio::awaitable<void> print_samples(cluster connected, const bool& ended)
{
    while (!ended) {
        std::string line = "sample " + std::to_string(nanoseconds(clock::now()));
        for (const node_stats& each : connected.node_stats())
            line += ' ' + to_string(each.address) + '=' + std::to_string(each.sent);
        std::puts(line.c_str());
        std::fflush(stdout);
        co_await pause(5ms);
    }
}

asio::awaitable<void> wait_for_end_of_input(bool& ended)
{
    asio::posix::stream_descriptor input{co_await asio::this_coro::executor, ::dup(STDIN_FILENO)};
    std::array<char, 64> ignored{};
    boost::system::error_code end;
    while (!end)
        co_await input.async_read_some(asio::buffer(ignored), asio::redirect_error(asio::use_awaitable, end));
    ended = true;
}

asio::awaitable<void> run_load(asio::io_context& loop, cluster connected, const wishes& wanted)
{
    const session target = co_await connected.connect("", asio::use_awaitable);
    const std::string table = co_await create_table(target, "three_nodes", 3);
    steady_load load{loop, target, table, wanted.amount, print_failure};
    co_await load.prepare();
    co_await wait_for_nodes(connected, wanted.config.contact_points.size());
    bool ended = false;
    asio::co_spawn(loop, wait_for_end_of_input(ended), asio::detached);
    load.start();
    co_await print_samples(connected, ended);
    load.stop();
    while (load.in_flight() != 0)
        co_await pause(1ms);
    const std::uint64_t missing = co_await load.count_missing();
    const steady_load::figures& figures = load.so_far();
    std::printf(
        "end {\"inserts\": %llu, \"reads\": %llu, \"failed\": %llu, \"wrong_reads\": %llu, \"missing\": "
        "%llu, "
        "\"longest_ms\": %.1f}\n",
        static_cast<unsigned long long>(figures.inserts),
        static_cast<unsigned long long>(figures.reads),
        static_cast<unsigned long long>(figures.failed),
        static_cast<unsigned long long>(figures.wrong_reads),
        static_cast<unsigned long long>(missing),
        milliseconds(figures.longest)
    );
    co_await close(connected);
}

struct used_node {
    const node_stats* node = nullptr;  ///< Null when none or several were sent something.
    std::uint64_t requests = 0;
};

/// What was sent between the two. A node that does not know a statement yet is sent three requests for one: EXECUTE, PREPARE,
/// and EXECUTE again.
used_node find_used(const std::vector<node_stats>& before, const std::vector<node_stats>& now)
{
    used_node found;
    for (std::size_t i = 0; i < now.size() && now.size() == before.size(); ++i) {
        if (now[i].sent == before[i].sent)
            continue;
        if (found.node != nullptr)
            return {};
        found = {&now[i], now[i].sent - before[i].sent};
    }
    return found;
}

/// One request after the other, each found again in the counters.
asio::awaitable<void> run_replicas(cluster connected, const wishes& wanted)
{
    const std::string keyspace = "one_replica";
    const session target = co_await connected.connect("", asio::use_awaitable);
    const std::string table = co_await create_table(target, keyspace, 1);
    const auto select =
        co_await target.prepare("SELECT v FROM " + table + " WHERE k = ?", asio::use_awaitable);
    co_await wait_for_nodes(connected, wanted.config.contact_points.size());
    const int requests = static_cast<int>(wanted.amount);
    int on_replica = 0;
    int prepared_there = 0;
    for (int i = 0; i < requests; ++i) {
        const auto before = connected.node_stats();
        const std::int64_t key = i;
        co_await target.execute(select.bind(key), asio::use_awaitable);
        const auto now = connected.node_stats();
        const used_node used = find_used(before, now);
        prepared_there += used.requests == 3 ? 1 : 0;
        const topology nodes = connected.topology();
        std::array<std::byte, 8> encoded{};
        for (std::size_t byte = 0; byte < encoded.size(); ++byte)
            encoded[byte] = static_cast<std::byte>(key >> (56 - 8 * byte));
        for (const node& each : nodes.replicas(keyspace, encoded))
            on_replica += used.node != nullptr && used.node->host_id == each.host_id ? 1 : 0;
    }
    std::printf(
        "end {\"requests\": %d, \"on_replica\": %d, \"prepared_there\": %d}\n",
        requests,
        on_replica,
        prepared_there
    );
    co_await close(connected);
}

wishes read_wishes(int argc, char** argv)
{
    const std::vector<std::string> words{argv + 1, argv + argc};
    if (words.size() < 4)
        throw std::invalid_argument{
            "usage: three_nodes_client load|replicas|ddl|burst|data_centers AMOUNT PORT ADDRESS..."};
    wishes wanted;
    wanted.what = words[0];
    wanted.amount = std::stod(words[1]);
    wanted.config.port = static_cast<std::uint16_t>(std::stoi(words[2]));
    wanted.config.contact_points = {words.begin() + 3, words.end()};
    wanted.config.reconnect_max_delay = 1s;
    wanted.config.consistency = wanted.what == "load" ? consistency::quorum : consistency::one;
    return wanted;
}

void run_on_own_loop(const wishes& wanted)
{
    asio::io_context loop{1};
    const cluster connected{loop.get_executor(), wanted.config};
    std::exception_ptr thrown;
    asio::co_spawn(
        loop,
        wanted.what == "load" ? run_load(loop, connected, wanted) : run_replicas(connected, wanted),
        [&](std::exception_ptr why) { thrown = std::move(why); }
    );
    loop.run();
    if (thrown)
        std::rethrow_exception(thrown);
}

void run(const wishes& wanted)
{
    if (wanted.what == "load" || wanted.what == "replicas")
        run_on_own_loop(wanted);
    else if (wanted.what == "ddl")
        run_ddl(wanted.config, static_cast<int>(wanted.amount));
    else if (wanted.what == "burst")
        run_burst(wanted.config, static_cast<int>(wanted.amount));
    else if (wanted.what == "data_centers")
        run_data_centers(wanted.config, static_cast<std::size_t>(wanted.amount));
    else
        throw std::invalid_argument{"three_nodes_client does not know " + wanted.what};
}

}  // namespace
}  // namespace async_cassandra::testing

int main(int argc, char** argv)
{
    try {
        async_cassandra::testing::run(async_cassandra::testing::read_wishes(argc, argv));
        return 0;
    } catch (const async_cassandra::error& e) {
        std::fprintf(stderr, "three_nodes_client: %s\n", e.details().describe().c_str());
    } catch (const std::exception& e) {
        std::fprintf(stderr, "three_nodes_client: %s\n", e.what());
    }
    return 1;
}
