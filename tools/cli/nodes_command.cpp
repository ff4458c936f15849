// SPDX-License-Identifier: Apache-2.0
#include "nodes_command.hpp"

#include <async_cassandra/cluster.hpp>

#include "nodes_report.hpp"
#include "output.hpp"
#include "run_connected.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <tuple>
#include <vector>

#include <unistd.h>

namespace async_cassandra::cli {

namespace {

using namespace std::chrono_literals;

bool is_known(const node& each)
{
    return each.state != node_state::unknown;
}

/// The nodes once each was tried, or at the end of `limit`: those that the client does not use never are.
asio::awaitable<topology> look(cluster connected, std::chrono::milliseconds limit)
{
    asio::steady_timer pause{co_await asio::this_coro::executor};
    const auto end = std::chrono::steady_clock::now() + limit;
    topology found = connected.topology();
    while (!std::ranges::all_of(found.nodes(), is_known) && std::chrono::steady_clock::now() < end) {
        pause.expires_after(10ms);
        co_await pause.async_wait(asio::deferred);
        found = connected.topology();
    }
    co_return found;
}

asio::awaitable<void> print_nodes(cluster connected, const nodes_options& options)
{
    const session target = co_await connected.connect();
    const topology found = co_await look(connected, options.timeout.value_or(2s));
    std::vector<node> nodes{found.nodes().begin(), found.nodes().end()};
    std::ranges::sort(nodes, {}, [](const node& each) {
        return std::tie(each.data_center, each.rack, each.address);
    });
    output out{STDOUT_FILENO};
    append_nodes(out.buffer(), nodes, options.format);
    out.flush();
    co_await connected.close();
}

}  // namespace

void run_nodes(const nodes_options& options)
{
    run_connected(options.connection.to_config(), [&](cluster connected) {
        return print_nodes(std::move(connected), options);
    });
}

}  // namespace async_cassandra::cli
