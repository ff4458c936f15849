// SPDX-License-Identifier: Apache-2.0
#include "support/builtin_statements.hpp"
#include "support/fake_node.hpp"
#include "support/loopback_server.hpp"

#include <iostream>
#include <sstream>
#include <string>

// A node whose pages are as large as one asks for: "ROWS <count> OF <bytes>". Prints its address, ends with its input.
namespace async_cassandra::testing {
namespace {

answer generate(const request_record& request)
{
    std::istringstream text{request.query};
    std::string word;
    std::size_t count = 0;
    std::size_t bytes = 0;
    text >> word >> count >> word >> bytes;
    return reply_generated(columns_of("ks", "t", "k bigint, body blob"), count, [bytes](std::size_t i) {
        return row{
            cells::bigint(static_cast<std::int64_t>(i)), cells::blob(bytes, static_cast<std::byte>(i % 251))};
    });
}

void serve()
{
    fake_node_settings settings;
    settings.keep_log = false;
    fake_node node{settings};
    node.on_query_prefix("ROWS ").reply_with(generate);
    loopback_server server{node};
    std::cout << to_string(server.endpoint()) << std::endl;
    std::string ignored;
    while (std::getline(std::cin, ignored)) {}
}

}  // namespace
}  // namespace async_cassandra::testing

int main()
{
    async_cassandra::testing::serve();
    return 0;
}
