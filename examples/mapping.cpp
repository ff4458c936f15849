// SPDX-License-Identifier: Apache-2.0
// Rows as C++ values: as tuples for structured bindings, as a plain struct by position, as a described struct by name.
// Count, names and types are checked once per result; std::optional takes columns that may be null.
//
//     mapping [HOST [PORT]]

#include "run_example.hpp"

#include <boost/describe/class.hpp>

namespace asio = boost::asio;
namespace ac = async_cassandra;

/// By position: the members take the columns in the order of the SELECT.
struct table_size {
    std::string name;
    std::optional<std::string> comment;
};

/// By name: the order does not matter.
struct table_options {
    std::string table_name;
    int gc_grace_seconds = 0;
    double crc_check_chance = 0;
};
BOOST_DESCRIBE_STRUCT(table_options, (), (table_name, gc_grace_seconds, crc_check_chance))

namespace {

constexpr auto where = " FROM system_schema.tables WHERE keyspace_name = 'system' LIMIT 3";

asio::awaitable<void> mapping(ac::cluster cluster)
{
    auto session = co_await cluster.connect();
    auto names = co_await session.execute(std::string{"SELECT table_name, comment"} + where);
    for (auto [name, comment] : names.as<std::string_view, std::optional<std::string_view>>())
        std::cout << name << ": " << comment.value_or("nothing said") << '\n';
    for (const table_size& each : names.as<table_size>())
        std::cout << each.name << ": " << (each.comment ? each.comment->size() : 0) << " characters\n";

    auto options = co_await session.execute(
        std::string{"SELECT crc_check_chance, gc_grace_seconds, table_name"} + where
    );
    for (const table_options& each : options.as<table_options>())
        std::cout << each.table_name << " keeps tombstones " << each.gc_grace_seconds << " s\n";
    try {
        (void)names.as<table_options>();
    } catch (const ac::query_error& error) {
        std::cout << error.what() << '\n';
    }
    co_await cluster.close();
}

}  // namespace

int main(int argc, char** argv)
{
    return run_example(config_from(argc, argv), mapping);
}
