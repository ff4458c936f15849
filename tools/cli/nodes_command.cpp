// SPDX-License-Identifier: Apache-2.0
#include "nodes_command.hpp"

#include <async_cassandra/cluster.hpp>

#include "failure_text.hpp"
#include "nodes_report.hpp"
#include "output.hpp"
#include "run_connected.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <cstdio>
#include <tuple>
#include <vector>

#include <unistd.h>

namespace async_cassandra::cli {

namespace {

void tell_problem(const std::exception_ptr& why)
{
    try {
        std::rethrow_exception(why);
    } catch (const std::exception& thrown) {
        std::fputs(failure_text(thrown).c_str(), stderr);
    }
}

/// The nodes as they are to be shown, each asked now, side by side.
asio::awaitable<std::vector<asked_node>> ask_nodes(cluster connected)
{
    const topology known = connected.topology();
    std::vector<asked_node> nodes;
    for (const node& each : known.nodes())
        nodes.push_back({each, {}});
    std::ranges::sort(nodes, {}, [](const asked_node& each) {
        return std::tie(each.about.data_center, each.about.rack, each.about.address);
    });
    std::size_t waiting = nodes.size();
    asio::steady_timer all_answered{
        co_await asio::this_coro::executor, asio::steady_timer::time_point::max()};
    for (asked_node& each : nodes)
        connected.check_host_health(
            each.about.host_id,
            [&](const std::exception_ptr& why, const host_health& found) {
                if (why)
                    tell_problem(why);
                else
                    each.latency = found.latency;
                if (--waiting == 0)
                    all_answered.cancel();
            }
        );
    boost::system::error_code cancelled;
    if (!nodes.empty())
        co_await all_answered.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
    co_return nodes;
}

asio::awaitable<void> print_nodes(cluster connected, const nodes_options& options)
{
    const session target = co_await connected.connect();
    const std::vector<asked_node> nodes = co_await ask_nodes(connected);
    output out{STDOUT_FILENO};
    append_nodes(out.buffer(), nodes, options.format);
    out.flush();
    co_await connected.close();
}

}  // namespace

void run_nodes(const nodes_options& options)
{
    cluster_config config = options.connection.to_config();
    if (options.timeout)
        config.health_check_timeout = *options.timeout;
    run_connected(config, [&](cluster connected) { return print_nodes(std::move(connected), options); });
}

}  // namespace async_cassandra::cli
