// SPDX-License-Identifier: Apache-2.0
// What one thread's pools and plan table take for a cluster of many nodes, each with one connection.
#include "base/asio_environment.hpp"
#include "cluster/plan_table.hpp"
#include "cluster/shard_node.hpp"
#include "net/shard_call.hpp"

#include <benchmark/benchmark.h>

#include <array>
#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <arpa/inet.h>
#include <malloc.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

namespace {

using namespace async_cassandra;
using namespace async_cassandra::detail;

/// Takes connections and says nothing: those who connect have sent their first request, and wait.
class silent_server {
public:
    silent_server() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0))
    {
        sockaddr_in at{};
        at.sin_family = AF_INET;
        at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof at;
        auto* const any = reinterpret_cast<sockaddr*>(&at);  // NOLINT: as POSIX wants it
        if (socket_ < 0 || ::bind(socket_, any, size) != 0 || ::listen(socket_, 4096) != 0 ||
            ::getsockname(socket_, any, &size) != 0)
            throw std::runtime_error{"cannot listen"};
        port_ = ntohs(at.sin_port);
    }
    silent_server(const silent_server&) = delete;
    silent_server& operator=(const silent_server&) = delete;
    ~silent_server() { ::close(socket_); }

    [[nodiscard]] endpoint address() const
    {
        return {inet{std::array<std::uint8_t, 4>{127, 0, 0, 1}}, port_};
    }

private:
    int socket_;
    std::uint16_t port_ = 0;
};

std::size_t heap_in_use()
{
    const struct mallinfo2 now = ::mallinfo2();
    return now.uordblks + now.hblkhd;
}

void on_shard(net::shard& home, const std::function<void()>& work)
{
    std::promise<void> done;
    net::run_on(home, [&] {
        work();
        done.set_value();
    });
    done.get_future().wait();
}

void hold_pools(benchmark::State& state)
{
    const auto count = static_cast<std::size_t>(state.range(0));
    ::mallopt(M_ARENA_MAX, 1);  // mallinfo2 tells of one only
    rlimit files{};
    ::getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &files);
    const silent_server server;
    const base::io_thread thread;
    const auto home = net::shard::create(base::make_asio_environment(thread.executor(), thread.context()));
    cluster_config config;
    config.handshake_timeout = std::chrono::minutes{10};
    const pool_settings settings{
        std::make_shared<const cluster_config>(config), 1, 1, std::make_shared<handshake_turns>(count)};
    double pool_bytes = 0;
    double table_bytes = 0;
    for (auto _ : state) {
        std::vector<std::unique_ptr<shard_node>> nodes;
        nodes.reserve(count);
        const std::size_t before = heap_in_use();
        on_shard(*home, [&] {
            for (std::size_t i = 0; i < count; ++i) {
                nodes.push_back(std::make_unique<shard_node>(
                    home,
                    settings,
                    shard_node::identity{
                        uuid::random(i << 32U, 0), server.address(), {}, protocol_version::v5}
                ));
                nodes.back()->open({}, [](const net::close_reason*) {});
            }
        });
        std::this_thread::sleep_for(std::chrono::seconds{1});
        on_shard(*home, [&] {
            pool_bytes = static_cast<double>(heap_in_use() - before);
            std::vector<plan_table::entry> entries;
            for (const auto& node : nodes)
                entries.push_back({{node->who().host_id, node->who().address, "dc1", "rack1"}, node->facts()}
                );
            const std::size_t without = heap_in_use() - entries.capacity() * sizeof(plan_table::entry);
            const boost::intrusive_ptr<plan_table> table{
                new plan_table{std::move(entries), nullptr, config.load_balancing, "dc1", 0}};
            table_bytes = static_cast<double>(heap_in_use() - without);
        });
        if (home->held().connections != count)
            state.SkipWithError("some connections were refused");
        on_shard(*home, [&] { nodes.clear(); });
    }
    state.counters["pools_bytes"] = pool_bytes;
    state.counters["plan_table_bytes"] = table_bytes;
}
BENCHMARK(hold_pools)->Arg(1000)->Iterations(1)->Unit(benchmark::kMillisecond);

}  // namespace
