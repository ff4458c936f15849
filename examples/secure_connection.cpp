// SPDX-License-Identifier: Apache-2.0
// Logs in with a password, over TLS that verifies the node.
//
//     secure_connection HOST PORT                             in the clear, without a log-in
//     secure_connection HOST PORT USER PASSWORD-FILE CA-FILE

#include "run_example.hpp"

#include <fstream>

namespace asio = boost::asio;

namespace {

asio::awaitable<void> show_user(async_cassandra::cluster cluster)
{
    auto session = co_await cluster.connect();
    auto found = co_await session.execute("SELECT cluster_name, release_version FROM system.local");
    for (auto [name, version] : found.as<std::string_view, std::string_view>())
        std::cout << "connected to " << name << ", Cassandra " << version << '\n';
    co_await session.close();
}

void secure(async_cassandra::cluster_config& config, char** arguments)
{
    std::string password;
    std::ifstream file{arguments[1]};
    if (!std::getline(file, password))
        throw std::runtime_error{std::string{"no password in "} + arguments[1]};
    // The object may be kept, to change the password for later connections.
    config.authentication =
        std::make_shared<async_cassandra::password_authentication>(arguments[0], std::move(password));
    // Host name or address, period and authority of the node's certificate are verified: nothing needs to be said.
    config.tls.emplace().ca_file = arguments[2];
}

}  // namespace

int main(int argc, char** argv)
{
    async_cassandra::cluster_config config = config_from(argc, argv);
    try {
        if (argc > 5)
            secure(config, argv + 3);
    } catch (const std::exception& error) {
        std::cerr << error.what() << '\n';
        return 1;
    }
    return run_example(config, show_user);
}
