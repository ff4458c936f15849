// SPDX-License-Identifier: Apache-2.0
// What a failure tells: its class, what the request may have done on the servers (effect: whether it is safe to send it
// again), the node, and every attempt. Thrown by execute; handed over unthrown by try_execute.
//
//     errors [HOST [PORT]]

#include "run_example.hpp"

namespace asio = boost::asio;
namespace ac = async_cassandra;

namespace {

asio::awaitable<void> errors(ac::cluster cluster)
{
    auto session = co_await cluster.connect();

    try {
        co_await session.execute("SELEKT name FROM nowhere");
    } catch (const ac::syntax_error& error) {
        std::cout << "typed: " << error.what() << '\n';
    }

    try {
        co_await session.execute(
            "CREATE KEYSPACE system WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}"
        );
    } catch (const ac::server_error& error) {  // the class of every answer of kind ERROR
        std::cout << "server: " << to_string(error.server().code) << ", effect " << to_string(error.effect())
                  << '\n';
        for (const ac::attempt& tried : error.attempts())
            std::cout << "  " << to_string(tried.node) << " after " << tried.duration.count() << " us\n";
    }

    auto outcome = co_await session.try_execute("SELECT * FROM system.no_such_table");
    if (outcome.has_error()) {
        const ac::failure& why = *outcome.error();
        if (why.effect != ac::request_effect::maybe_applied)
            std::cout << "nothing was changed, it may be sent again\n";
        std::cout << "in full: " << why.describe() << '\n';
    }

    auto version = co_await session.try_execute("SELECT release_version FROM system.local");
    std::cout << "rows: " << version.value().size() << '\n';  // value() throws what execute would have thrown
    co_await cluster.close();
}

}  // namespace

int main(int argc, char** argv)
{
    return run_example(config_from(argc, argv), errors);
}
