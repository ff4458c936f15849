// SPDX-License-Identifier: Apache-2.0
#include "integration/real_node.hpp"

#include "support/print_stats.hpp"

#include <boost/asio/use_future.hpp>

#include <cstdlib>
#include <fstream>
#include <stdexcept>

#include <unistd.h>

namespace async_cassandra::integration {

namespace {

std::string setting(const char* name)
{
    const char* const value = std::getenv(name);
    if (value == nullptr || *value == '\0')
        throw std::runtime_error{
            std::string{name} +
            " is not set. AC_CONTACT_POINT and AC_PORT name the Cassandra to test on: "
            "start one with tools/local-cassandra, or run make test."};
    return value;
}

}  // namespace

cluster_config node_config(protocol_version version)
{
    cluster_config config;
    config.contact_points = {setting("AC_CONTACT_POINT")};
    config.port = static_cast<std::uint16_t>(std::stoi(setting("AC_PORT")));
    config.protocol = version;
    return config;
}

endpoint node_endpoint()
{
    const cluster_config config = node_config(protocol_version::v5);
    return {inet::parse(config.contact_points.front()).value(), config.port};
}

closed_cluster::~closed_cluster()
{
    close(asio::use_future).wait();
    EXPECT_EQ(stats(), cluster_stats{}) << "something is left after close";
}

blocking_client::blocking_client(const cluster_config& config, const std::string& keyspace)
    : cluster_(config), session_(connect(cluster_, keyspace))
{}

result_set blocking_client::execute(statement what) const
{
    return session_.execute(std::move(what), asio::use_future).get();
}

std::future<result_set> blocking_client::begin_execute(statement what) const
{
    return session_.execute(std::move(what), asio::use_future);
}

result_set blocking_client::execute_page(statement what, paging_state from) const
{
    return session_.execute_page(std::move(what), std::move(from), asio::use_future).get();
}

result<result_set> blocking_client::try_execute(statement what) const
{
    return session_.try_execute(std::move(what), asio::use_future).get();
}

prepared_statement blocking_client::prepare(std::string cql) const
{
    return session_.prepare(std::move(cql), asio::use_future).get();
}

void blocking_client::close() const
{
    session_.close(asio::use_future).get();
}

session connect(const cluster& where, const std::string& keyspace)
{
    return where.connect(keyspace, asio::use_future).get();
}

std::optional<page> next_page(streaming_result_set& stream)
{
    return stream.next_page(asio::use_future).get();
}

void real_node_test::SetUp()
{
    const std::string replication = "WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}";
    const blocking_client first{config()};
    const auto there = first.execute(
        "SELECT keyspace_name FROM system_schema.keyspaces WHERE keyspace_name = '" +
        std::string{keyspace_name} + "'"
    );
    if (there.empty())
        first.execute("CREATE KEYSPACE IF NOT EXISTS " + std::string{keyspace_name} + " " + replication);
    db_.emplace(config(), keyspace_name);
}

std::string real_node_test::unique_name(std::string_view begin)
{
    static const auto since = std::chrono::system_clock::now().time_since_epoch().count();
    static int count = 0;
    return std::string{begin} + "_" + std::to_string(since) + "_" + std::to_string(getpid()) + "_" +
           std::to_string(++count);
}

std::string real_node_test::new_table(std::string_view columns) const
{
    const std::string name = unique_name("t");
    db().execute("CREATE TABLE " + name + " (" + std::string{columns} + ")");
    return name;
}

std::string version_name(const testing::TestParamInfo<protocol_version>& info)
{
    return "v" + std::to_string(static_cast<int>(info.param));
}

double resident_mib()
{
    std::size_t total = 0;
    std::size_t resident = 0;
    std::ifstream{"/proc/self/statm"} >> total >> resident;
    return static_cast<double>(resident) * static_cast<double>(sysconf(_SC_PAGESIZE)) / (1024.0 * 1024.0);
}

}  // namespace async_cassandra::integration
