// SPDX-License-Identifier: Apache-2.0
// Pages by hand, as a web page with "next" needs them: execute_page gives one page and a state; the state continues the
// query later, in another process too, with the same statement and values.
//
//     paging [HOST [PORT]]

#include "run_example.hpp"

namespace asio = boost::asio;
namespace ac = async_cassandra;

namespace {

constexpr auto all_columns =
    "SELECT table_name, column_name FROM system_schema.columns WHERE keyspace_name = 'system'";

/// What a request of a visitor does: it shows ten rows and hands out what the link "next" carries.
asio::awaitable<std::vector<std::byte>> show(ac::session session, ac::paging_state from)
{
    const ac::statement columns = ac::statement{all_columns}.page_size(10);
    const auto rows = co_await session.execute_page(columns, from);
    for (const auto& [table, column] : rows.as<std::string_view, std::string_view>())
        std::cout << "  " << table << '.' << column << '\n';
    const ac::paging_state next = rows.paging_state();
    co_return std::vector<std::byte>{next.bytes().begin(), next.bytes().end()};
}

asio::awaitable<void> paging(ac::cluster cluster)
{
    auto session = co_await cluster.connect();
    std::vector<std::byte> link;
    for (int number = 1; number <= 3; ++number) {
        std::cout << "page " << number << '\n';
        link = co_await show(session, ac::paging_state{link});
        std::cout << "  next: a state of " << link.size() << " bytes\n";
    }
    co_await cluster.close();
}

}  // namespace

int main(int argc, char** argv)
{
    return run_example(config_from(argc, argv), paging);
}
