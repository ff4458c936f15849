// SPDX-License-Identifier: Apache-2.0
// Results of any size with bounded memory: pages come one after the other, and the next one is on its way while you read.
// A slow reader slows the stream down, it never fills the memory.
//
//     streaming [HOST [PORT]]

#include "run_example.hpp"

namespace asio = boost::asio;
namespace ac = async_cassandra;

namespace {

constexpr auto all_columns = "SELECT keyspace_name, table_name, column_name FROM system_schema.columns";

asio::awaitable<void> streaming(ac::cluster cluster)
{
    auto session = co_await cluster.connect();

    ac::stream_config config;
    config.page_size = 100;
    auto stream = session.execute_stream(all_columns, config);
    std::size_t longest = 0;
    while (auto page = co_await stream.next_page()) {
        for (auto [keyspace, table, column] :
             page->as<std::string_view, std::string_view, std::string_view>())
            longest = std::max(longest, keyspace.size() + table.size() + column.size());
        std::cout << "page " << stream.page_number() << ": " << page->size() << " rows, " << page->byte_size()
                  << " bytes\n";
    }
    std::cout << stream.total_rows_fetched() << " columns, the longest name has " << longest
              << " characters\n";

    // A stream may be left at any time: nothing more is asked for, and its memory is given back.
    auto abandoned = session.execute_stream(all_columns, config);
    auto first = co_await abandoned.next_page();
    abandoned.close();
    std::cout << "left after " << (first ? first->size() : 0) << " rows\n";

    co_await cluster.close();
}

}  // namespace

int main(int argc, char** argv)
{
    return run_example(config_from(argc, argv), streaming);
}
