// SPDX-License-Identifier: Apache-2.0
#include "command_line.hpp"

#include <async_cassandra/error.hpp>

#include <gmock/gmock.h>

#include <cstdlib>

namespace async_cassandra::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using namespace std::chrono_literals;

query_options query(std::vector<std::string> arguments)
{
    arguments.insert(arguments.begin(), "query");
    return std::get<query_options>(read_command_line(std::move(arguments)));
}

bench_options bench(std::vector<std::string> arguments)
{
    arguments.insert(arguments.begin(), "bench");
    return std::get<bench_options>(read_command_line(std::move(arguments)));
}

TEST(command_line, has_defaults_that_reach_a_local_node)
{
    const query_options options = query({"SELECT 1"});
    EXPECT_EQ(options.cql, "SELECT 1");
    EXPECT_THAT(options.connection.contact_points, ElementsAre("127.0.0.1"));
    EXPECT_EQ(options.connection.port, 9042);
    EXPECT_EQ(options.connection.protocol, protocol_version::v5);
    EXPECT_EQ(options.format, row_format::table);
    EXPECT_FALSE(options.consistency);
    EXPECT_FALSE(options.page_size);
    EXPECT_FALSE(options.timeout);
}

TEST(command_line, reads_how_to_compress)
{
    EXPECT_EQ(query({"SELECT 1"}).connection.compression, compression::none);
    EXPECT_EQ(query({"SELECT 1", "--compression", "lz4"}).connection.compression, compression::lz4);
    EXPECT_EQ(
        bench({"--op", "select", "--compression", "snappy"}).connection.compression, compression::snappy
    );
    EXPECT_EQ(query({"SELECT 1", "--compression=lz4"}).connection.to_config().compression, compression::lz4);
    const command_line read = read_command_line({"query", "SELECT 1", "--compression", "zip"});
    ASSERT_TRUE(std::holds_alternative<bad_usage>(read));
    EXPECT_THAT(std::get<bad_usage>(read).text, HasSubstr("--compression"));
}

TEST(command_line, reads_who_to_be_and_whom_to_trust)
{
    for (const std::string command : {"query", "bench"}) {
        std::vector<std::string> arguments{command, command == "query" ? "SELECT 1" : "--op=select"};
        for (const char* const word :
             {"--user",
              "ada",
              "--password-file",
              "p",
              "--tls",
              "--ca",
              "ca.pem",
              "--cert",
              "c.pem",
              "--key",
              "c.key",
              "--tls-danger-accept-any-certificate"})
            arguments.emplace_back(word);
        const command_line read = read_command_line(arguments);
        const connection_options& options = command == "query" ? std::get<query_options>(read).connection
                                                               : std::get<bench_options>(read).connection;
        EXPECT_EQ(options.user, "ada");
        EXPECT_EQ(options.password_file, "p");
        EXPECT_TRUE(options.tls);
        EXPECT_EQ(options.authorities, "ca.pem");
        EXPECT_EQ(options.certificate, "c.pem");
        EXPECT_EQ(options.key, "c.key");
        EXPECT_TRUE(options.accept_any_certificate);
    }
}

TEST(command_line, what_needs_tls_or_a_user_says_so)
{
    const auto complaint = [](std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), {"query", "SELECT 1"});
        return std::get<bad_usage>(read_command_line(std::move(arguments))).text;
    };
    EXPECT_THAT(complaint({"--password-file", "p"}), HasSubstr("--password-file requires --user"));
    EXPECT_THAT(complaint({"--ca", "x"}), HasSubstr("--ca requires --tls"));
    EXPECT_THAT(complaint({"--cert", "x"}), HasSubstr("--cert requires --tls"));
    EXPECT_THAT(complaint({"--tls", "--key", "x"}), HasSubstr("--key requires --cert"));
    EXPECT_THAT(complaint({"--tls-danger-accept-any-certificate"}), HasSubstr("requires --tls"));
    EXPECT_THAT(complaint({"--user", ""}), HasSubstr("the name is empty"));
    EXPECT_THAT(complaint({"--password", "s3cret"}), HasSubstr("--password")) << "never on the command line";
}

TEST(connection_options, a_password_comes_from_a_file_or_the_environment)
{
    connection_options options;
    options.user = "ada";
    ::unsetenv(password_variable);
    const auto refusal = [&] {
        try {
            static_cast<void>(options.to_config());
        } catch (const configuration_error& e) {
            return std::string{e.what()};
        }
        return std::string{"accepted"};
    };
    EXPECT_THAT(refusal(), HasSubstr("the password is missing"));
    ::setenv(password_variable, "s3cret", 1);
    EXPECT_NE(options.to_config().authentication, nullptr);
    ::unsetenv(password_variable);
    options.password_file = "/nowhere/to/be/found";
    EXPECT_THAT(refusal(), HasSubstr("/nowhere/to/be/found': No such file"));
    options.password_file = "/";
    EXPECT_THAT(refusal(), HasSubstr("Is a directory"));
    EXPECT_EQ(connection_options{}.to_config().authentication, nullptr);
    EXPECT_FALSE(connection_options{}.to_config().tls);
}

TEST(command_line, reads_every_option_of_query)
{
    const query_options options = query({"--param",  "-5",
                                         "SELECT ?", "--param",
                                         "--x",      "--param",
                                         "",         "--contact-point",
                                         "a",        "--contact-point",
                                         "b:9",      "--port",
                                         "65535",    "--keyspace",
                                         "k",        "--format",
                                         "csv",      "--protocol",
                                         "4",        "--consistency",
                                         "quorum",   "--page-size",
                                         "7",        "--timeout",
                                         "0.25",     "--connect-timeout",
                                         "1.5"});
    EXPECT_EQ(options.cql, "SELECT ?");
    EXPECT_THAT(options.parameters, ElementsAre("-5", "--x", ""));
    EXPECT_THAT(options.connection.contact_points, ElementsAre("a", "b:9"));
    EXPECT_EQ(options.connection.port, 65535);
    EXPECT_EQ(options.connection.protocol, protocol_version::v4);
    EXPECT_EQ(options.keyspace, "k");
    EXPECT_EQ(options.format, row_format::csv);
    EXPECT_EQ(options.consistency, consistency::quorum);
    EXPECT_EQ(options.page_size, 7);
    EXPECT_EQ(options.timeout, 250ms);
    EXPECT_EQ(options.connection.connect_timeout, 1500ms);
    EXPECT_EQ(options.connection.to_config().connect_timeout, 1500ms);
}

TEST(command_line, reads_every_option_of_bench)
{
    const bench_options options = bench(
        {"--op",
         "insert",
         "--in-flight",
         "1024",
         "--requests",
         "3000000",
         "--threads",
         "2",
         "--protocol",
         "4",
         "--no-setup",
         "--rows",
         "5",
         "--json",
         "--rate",
         "1500.5",
         "--duration",
         "2.5",
         "--progress"}
    );
    EXPECT_EQ(options.operation, bench_operation::insert);
    EXPECT_EQ(options.in_flight, 1024U);
    EXPECT_EQ(options.requests, 3'000'000U);
    EXPECT_EQ(options.threads, 2U);
    EXPECT_EQ(options.connection.protocol, protocol_version::v4);
    EXPECT_FALSE(options.set_up);
    EXPECT_EQ(options.rows, 5U);
    EXPECT_TRUE(options.json);
    EXPECT_EQ(options.rate, 1500.5);
    EXPECT_EQ(options.duration, 2500ms);
    EXPECT_TRUE(options.progress);
}

TEST(command_line, reads_what_a_bench_does_to_a_cluster_of_several_nodes)
{
    const bench_options options = bench(
        {"--op",
         "mixed",
         "--consistency",
         "quorum",
         "--replication",
         "3",
         "--contact-point",
         "a",
         "--contact-point",
         "b:9"}
    );
    EXPECT_EQ(options.operation, bench_operation::mixed);
    EXPECT_EQ(options.consistency, consistency::quorum);
    EXPECT_EQ(options.replication, 3U);
    EXPECT_THAT(options.connection.contact_points, ElementsAre("a", "b:9"));
    EXPECT_FALSE(bench({"--op", "select"}).consistency);
    EXPECT_FALSE(bench({"--op", "select"}).replication);
}

TEST(command_line, reads_which_data_center_to_use)
{
    EXPECT_EQ(query({"SELECT 1"}).connection.to_config().load_balancing.local_dc, "");
    EXPECT_EQ(query({"SELECT 1", "--local-dc", "dc2"}).connection.to_config().load_balancing.local_dc, "dc2");
}

TEST(command_line, reads_how_to_show_nodes)
{
    const auto read = [](std::vector<std::string> arguments) {
        return std::get<nodes_options>(read_command_line(std::move(arguments)));
    };
    EXPECT_EQ(read({"nodes"}).format, row_format::table);
    EXPECT_FALSE(read({"nodes"}).timeout);
    const nodes_options options = read({"nodes", "--format", "json", "--timeout", "0.5", "--port", "9"});
    EXPECT_EQ(options.format, row_format::json);
    EXPECT_EQ(options.timeout, 500ms);
    EXPECT_EQ(options.connection.port, 9);
}

TEST(command_line, reads_of_what_to_show_the_schema)
{
    const auto read = [](std::vector<std::string> arguments) {
        return std::get<schema_options>(read_command_line(std::move(arguments)));
    };
    EXPECT_EQ(read({"schema"}).keyspace, "");
    EXPECT_EQ(read({"schema", "Shop"}).keyspace, "Shop");
    EXPECT_EQ(read({"schema", "Shop"}).table, "");
    EXPECT_EQ(read({"schema", "Shop.Users", "--port", "9"}).keyspace, "Shop");
    EXPECT_EQ(read({"schema", "Shop.Users", "--port", "9"}).table, "Users");
}

TEST(command_line, bounds_a_bench_that_is_not_told_how_long)
{
    EXPECT_EQ(bench({"--op", "select"}).requests, 100'000U);
    EXPECT_EQ(bench({"--op", "select", "--duration", "1"}).requests, std::nullopt);
    EXPECT_EQ(bench({"--op", "stream"}).requests, 1U);
    EXPECT_EQ(bench({"--op", "stream", "--in-flight", "3"}).requests, 3U);
    EXPECT_EQ(bench({"--op", "stream", "--threads", "4"}).in_flight, 4U);
}

TEST(command_line, refuses_what_no_option_takes_and_names_it)
{
    struct bad_case {
        std::vector<std::string> arguments;
        std::string named;
    };
    const std::vector<bad_case> cases{
        {{}, "subcommand"},
        {{"fly"}, "fly"},
        {{"query"}, "cql"},
        {{"query", "a", "b"}, "b"},
        {{"query", "a", "--fromat", "csv"}, "--fromat"},
        {{"query", "a", "--format", "xml"}, "xml"},
        {{"query", "a", "--format"}, "--format"},
        {{"query", "a", "--port", "0"}, "--port"},
        {{"query", "a", "--port", "65536"}, "--port"},
        {{"query", "a", "--port", "x"}, "--port"},
        {{"query", "a", "--protocol", "3"}, "--protocol"},
        {{"query", "a", "--consistency", "most"}, "most"},
        {{"query", "a", "--page-size", "0"}, "--page-size"},
        {{"query", "a", "--page-size", "5000000000"}, "--page-size"},
        {{"query", "a", "--timeout", "0"}, "--timeout"},
        {{"query", "a", "--timeout", "-1"}, "--timeout"},
        {{"query", "a", "--timeout", "nan"}, "--timeout"},
        {{"query", "a", "--connect-timeout", "0"}, "--connect-timeout"},
        {{"query", "a", "--connect-timeout", "86401"}, "--connect-timeout"},
        {{"bench"}, "--op"},
        {{"bench", "--op", "delete"}, "delete"},
        {{"bench", "--op", "select", "--in-flight", "0"}, "--in-flight"},
        {{"bench", "--op", "select", "--in-flight", "-1"}, "--in-flight"},
        {{"bench", "--op", "select", "--requests", "0"}, "--requests"},
        {{"bench", "--op", "select", "--threads", "129"}, "--threads"},
        {{"bench", "--op", "select", "--threads", "2", "--in-flight", "1"}, "--threads"},
        {{"bench", "--op", "select", "--rows", "0"}, "--rows"},
        {{"bench", "--op", "select", "--rate", "0"}, "--rate"},
        {{"bench", "--op", "stream", "--rate", "5"}, "--rate"},
        {{"bench", "--op", "select", "--duration", "0"}, "--duration"},
        {{"bench", "--op", "select", "--consistency", "most"}, "most"},
        {{"bench", "--op", "select", "--replication", "0"}, "--replication"},
        {{"bench", "--op", "select", "--replication", "3", "--no-setup"}, "--replication"},
        {{"nodes", "here"}, "here"},
        {{"nodes", "--format", "xml"}, "xml"},
        {{"nodes", "--timeout", "0"}, "--timeout"},
        {{"schema", "a.b", "c"}, "c"},
        {{"schema", ""}, "KEYSPACE"},
        {{"schema", "a."}, "'a.'"},
        {{"schema", ".b"}, "'.b'"},
    };
    for (const bad_case& each : cases) {
        const command_line read = read_command_line(each.arguments);
        const auto* const wrong = std::get_if<bad_usage>(&read);
        ASSERT_NE(wrong, nullptr) << ::testing::PrintToString(each.arguments);
        EXPECT_THAT(wrong->text, HasSubstr(each.named));
        EXPECT_THAT(wrong->text, HasSubstr("--help"));
    }
}

TEST(command_line, explains_itself)
{
    const auto help = [](std::vector<std::string> arguments) {
        return std::get<information>(read_command_line(std::move(arguments))).text;
    };
    EXPECT_THAT(help({"--help"}), HasSubstr("bench"));
    EXPECT_THAT(help({"query", "--help"}), HasSubstr("--param"));
    EXPECT_THAT(help({"query", "--help"}), HasSubstr("async-cassandra query"));
    EXPECT_THAT(help({"bench", "--help"}), HasSubstr("--rate"));
    EXPECT_THAT(help({"bench", "--help"}), HasSubstr("longest_ms"));
    EXPECT_THAT(help({"nodes", "--help"}), HasSubstr("--format"));
    EXPECT_THAT(help({"schema", "--help"}), HasSubstr("KEYSPACE[.TABLE]"));
    EXPECT_THAT(help({"--version"}), HasSubstr("async-cassandra "));
}

}  // namespace
}  // namespace async_cassandra::cli
