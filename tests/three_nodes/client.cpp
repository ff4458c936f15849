// SPDX-License-Identifier: Apache-2.0
#include <async_cassandra/async_cassandra.hpp>

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
//     three_nodes_client load PER_SECOND PORT ADDRESS...      until its input ends
//     three_nodes_client replicas REQUESTS PORT ADDRESS...    how many went to a node that has the row
namespace async_cassandra::testing {
namespace {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;

struct wishes {
    bool load = true;
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

/// The pools of this many nodes are open.
asio::awaitable<void> wait_for_nodes(cluster connected, std::size_t count)
{
    for (std::size_t open = 0; open < count;) {
        co_await pause(10ms);
        const auto nodes = connected.node_stats();
        open = static_cast<std::size_t>(std::ranges::count_if(nodes, [](const node_stats& each) {
            return each.connections > 0;
        }));
    }
}

/// failed BEGUN ENDED insert|read CLASS EFFECT server|driver NODE ATTEMPT,ATTEMPT,...
void print_failure(const steady_load::failed_request& request)
{
    std::string type = "unknown";
    std::string effect = "-";
    std::string where = "-";
    std::string attempts;
    const char* whose = "driver";
    try {
        std::rethrow_exception(request.why);
    } catch (const error& e) {
        type = boost::core::demangle(typeid(e).name());
        type.erase(0, type.rfind(':') + 1);
        effect = to_string(e.effect());
        where = e.node() ? to_string(*e.node()) : "-";
        whose = e.details().server ? "server" : "driver";
        for (const attempt& each : e.attempts())
            attempts += (attempts.empty() ? "" : ",") + to_string(each.node);
    } catch (const std::exception& e) {
        type = boost::core::demangle(typeid(e).name());
    }
    std::printf(
        "failed %lld %lld %s %s %s %s %s %s\n",
        nanoseconds(request.begun),
        nanoseconds(request.ended),
        request.insert ? "insert" : "read",
        type.c_str(),
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
    co_await connected.close(asio::use_awaitable);
}

/// The node that has sent one more than before; null when none or several have.
const node_stats* find_changed(const std::vector<node_stats>& before, const std::vector<node_stats>& now)
{
    const node_stats* found = nullptr;
    for (std::size_t i = 0; i < now.size() && now.size() == before.size(); ++i) {
        if (now[i].sent == before[i].sent)
            continue;
        if (found != nullptr || now[i].sent != before[i].sent + 1)
            return nullptr;
        found = &now[i];
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
    for (int i = 0; i < requests; ++i) {
        const auto before = connected.node_stats();
        const std::int64_t key = i;
        co_await target.execute(select.bind(key), asio::use_awaitable);
        const auto now = connected.node_stats();
        const node_stats* const used = find_changed(before, now);
        const topology nodes = connected.topology();
        std::array<std::byte, 8> encoded{};
        for (std::size_t byte = 0; byte < encoded.size(); ++byte)
            encoded[byte] = static_cast<std::byte>(key >> (56 - 8 * byte));
        for (const node& each : nodes.replicas(keyspace, encoded))
            on_replica += used != nullptr && used->host_id == each.host_id ? 1 : 0;
    }
    std::printf("end {\"requests\": %d, \"on_replica\": %d}\n", requests, on_replica);
    co_await connected.close(asio::use_awaitable);
}

wishes read_wishes(int argc, char** argv)
{
    const std::vector<std::string> words{argv + 1, argv + argc};
    if (words.size() < 4 || (words[0] != "load" && words[0] != "replicas"))
        throw std::invalid_argument{"usage: three_nodes_client load|replicas AMOUNT PORT ADDRESS..."};
    wishes wanted;
    wanted.load = words[0] == "load";
    wanted.amount = std::stod(words[1]);
    wanted.config.port = static_cast<std::uint16_t>(std::stoi(words[2]));
    wanted.config.contact_points = {words.begin() + 3, words.end()};
    wanted.config.reconnect_max_delay = 1s;
    wanted.config.consistency = wanted.load ? consistency::quorum : consistency::one;
    return wanted;
}

void run(const wishes& wanted)
{
    asio::io_context loop{1};
    const cluster connected{loop.get_executor(), wanted.config};
    std::exception_ptr thrown;
    asio::co_spawn(
        loop,
        wanted.load ? run_load(loop, connected, wanted) : run_replicas(connected, wanted),
        [&](std::exception_ptr why) { thrown = std::move(why); }
    );
    loop.run();
    if (thrown)
        std::rethrow_exception(thrown);
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
