// SPDX-License-Identifier: Apache-2.0
#include "bench_worker.hpp"

#include <boost/asio/co_spawn.hpp>

namespace async_cassandra::cli {

bench_worker::bench_worker(const cluster_config& config) : cluster_(context_.get_executor(), config) {}

void bench_worker::run(asio::awaitable<void> work)
{
    std::exception_ptr thrown;
    context_.restart();
    asio::co_spawn(context_, std::move(work), [&](std::exception_ptr why) {
        thrown = std::move(why);
        context_.stop();
    });
    context_.run();
    if (thrown)
        std::rethrow_exception(thrown);
}

void bench_worker::connect()
{
    run([](bench_worker& self) -> asio::awaitable<void> {
        self.session_ = co_await self.cluster_.connect();
    }(*this));
}

prepared_statement bench_worker::prepare(std::string_view cql)
{
    prepared_statement prepared;
    run([](const session& target, std::string text, prepared_statement& into) -> asio::awaitable<void> {
        into = co_await target.prepare(std::move(text));
    }(session_, std::string{cql}, prepared));
    return prepared;
}

void bench_worker::run_until_finished(bench_work& work, bench_clock::time_point begin)
{
    context_.restart();
    // As a task of the loop: calls of the client made on its own thread take the short way.
    asio::post(context_, [&] { work.start(begin, [this] { context_.stop(); }); });
    context_.run();
}

void bench_worker::close()
{
    run([](const cluster& connected) -> asio::awaitable<void> { co_await connected.close(); }(cluster_));
}

}  // namespace async_cassandra::cli
