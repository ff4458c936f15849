// SPDX-License-Identifier: Apache-2.0
#include "run_connected.hpp"

#include "ask_cluster.hpp"
#include "failure_text.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <stdexcept>
#include <tuple>

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

asio::awaitable<std::vector<asked_node>> ask_each(cluster connected)
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

// Connecting does not wait for it for ever. No server is without keyspaces.
asio::awaitable<schema> read_known(cluster connected, std::chrono::milliseconds limit)
{
    constexpr std::chrono::milliseconds pause{50};
    asio::steady_timer timer{co_await asio::this_coro::executor};
    for (std::chrono::milliseconds waited{0}; waited <= limit; waited += pause) {
        schema known = connected.schema();
        if (!known.keyspaces().empty())
            co_return known;
        timer.expires_after(pause);
        co_await timer.async_wait(asio::use_awaitable);
    }
    throw std::runtime_error{"the schema could not be read in time"};
}

}  // namespace

void run_connected(const cluster_config& config, const std::function<asio::awaitable<void>(cluster)>& work)
{
    asio::io_context context{1};
    const cluster connected{context.get_executor(), config};
    std::exception_ptr thrown;
    asio::co_spawn(context, work(connected), [&](std::exception_ptr why) {
        thrown = std::move(why);
        context.stop();
    });
    context.run();
    if (thrown)
        std::rethrow_exception(thrown);
}

described_schema read_schema(const cluster_config& config)
{
    described_schema found;
    run_connected(config, [&](cluster connected) -> asio::awaitable<void> {
        const session opened = co_await connected.connect();
        found.known = co_await read_known(connected, config.connect_timeout);
        for (const char* each : {"SELECT * FROM system_schema.tables", "SELECT * FROM system_schema.views"}) {
            auto pages = opened.execute_stream(each);
            while (const auto page = co_await pages.next_page())
                for (const row from : *page)
                    add_table_options(found.options, from);
        }
        co_await connected.close();
    });
    return found;
}

std::vector<asked_node> ask_nodes(const cluster_config& config)
{
    std::vector<asked_node> nodes;
    run_connected(config, [&](cluster connected) -> asio::awaitable<void> {
        co_await connected.connect();
        nodes = co_await ask_each(connected);
        co_await connected.close();
    });
    return nodes;
}

}  // namespace async_cassandra::cli
