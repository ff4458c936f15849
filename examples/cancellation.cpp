// SPDX-License-Identifier: Apache-2.0
// Ending a call early, in three ways: a time limit of the statement, a race against a timer with ||, and a cancellation
// signal. A cancelled call ends with operation_aborted; its effect tells whether the server may have applied it.
//
//     cancellation [HOST [PORT]]

#include "run_example.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace asio = boost::asio;
namespace ac = async_cassandra;
using namespace asio::experimental::awaitable_operators;
using namespace std::chrono_literals;

namespace {

constexpr auto everything = "SELECT * FROM system_schema.columns";

asio::awaitable<void> cancellation(ac::cluster cluster)
{
    auto session = co_await cluster.connect();

    auto outcome = co_await session.try_execute(ac::statement{everything}.timeout(1ms));
    std::cout << (outcome.has_error() ? outcome.error()->what : "answered within 1 ms") << '\n';

    asio::steady_timer patience{co_await asio::this_coro::executor, 5s};
    auto first = co_await (
        session.execute(everything, asio::use_awaitable) || patience.async_wait(asio::use_awaitable)
    );
    std::cout << (first.index() == 0 ? "the rows were first\n" : "the timer was first\n");

    auto signal = std::make_shared<asio::cancellation_signal>();
    auto report = [signal](std::exception_ptr error, const ac::result_set&) {
        try {
            if (error)
                std::rethrow_exception(error);
            std::cout << "it was quicker than the signal\n";
        } catch (const ac::error& cancelled) {
            std::cout << cancelled.code().message() << ", effect " << to_string(cancelled.effect()) << '\n';
        }
    };
    session.execute(everything, asio::bind_cancellation_slot(signal->slot(), report));
    signal->emit(asio::cancellation_type::terminal);
    co_await cluster.close();
}

}  // namespace

int main(int argc, char** argv)
{
    return run_example(config_from(argc, argv), cancellation);
}
