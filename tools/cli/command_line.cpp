// SPDX-License-Identifier: Apache-2.0
#include "command_line.hpp"

#include <async_cassandra/version.hpp>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace async_cassandra::cli {

namespace {

constexpr std::int64_t longest_seconds = 1'000'000;
constexpr std::int64_t longest_connect_seconds = 86'400;

/// Seconds as typed, fractions allowed.
struct seconds_option {
    double value = 0;

    template <class Duration>
    [[nodiscard]] Duration as() const
    {
        return std::chrono::ceil<Duration>(std::chrono::duration<double>{value});
    }
};

CLI::Validator above_zero(double highest)
{
    const auto check = [highest](const std::string& text) -> std::string {
        double value = 0;
        if (!CLI::detail::lexical_cast(text, value) || !(value > 0) || value > highest)
            return fmt::format("'{}' is not a number above 0 and up to {}", text, highest);
        return {};
    };
    return CLI::Validator{check, "NUMBER"};
}

template <class Integer>
CLI::Range at_least_one(Integer highest = std::numeric_limits<Integer>::max())
{
    return CLI::Range{Integer{1}, highest};
}

void add_security_options(CLI::App& app, connection_options& options)
{
    CLI::Option* const user =
        app.add_option("--user", options.user, "Log in as this user")
            ->type_name("NAME")
            ->check(CLI::Validator{
                [](const std::string& text) { return text.empty() ? std::string{"the name is empty"} : ""; },
                ""});
    app.add_option(
           "--password-file",
           options.password_file,
           fmt::format(
               "File with the password in its first line. Without it, the environment\n"
               "variable {} holds the password",
               password_variable
           )
    )
        ->type_name("FILE")
        ->needs(user);
    CLI::Option* const tls = app.add_flag("--tls", options.tls, "Encrypt, and verify who the nodes are");
    app.add_option("--ca", options.authorities, "PEM file of the authorities to trust (the system's)")
        ->type_name("FILE")
        ->needs(tls);
    CLI::Option* const certificate =
        app.add_option(
               "--cert", options.certificate, "PEM file of the certificate to show to nodes that want one"
        )
            ->type_name("FILE")
            ->needs(tls);
    app.add_option("--key", options.key, "PEM file of its private key (in the file of --cert)")
        ->type_name("FILE")
        ->needs(certificate);
    app.add_flag(
           "--tls-danger-accept-any-certificate",
           options.accept_any_certificate,
           "Do not verify the nodes: anybody on the way can read and change everything"
    )
        ->needs(tls);
}

void add_connection_options(CLI::App& app, connection_options& options)
{
    static const std::map<std::string, protocol_version> versions{
        {"4", protocol_version::v4}, {"5", protocol_version::v5}};
    app.add_option(
           "--contact-point",
           options.contact_points,
           "Host, host:port or address; may be repeated (127.0.0.1)"
    )
        ->type_name("HOST")
        ->allow_extra_args(false);
    app.add_option("--port", options.port, "Port of contact points that name none (9042)")
        ->type_name("PORT")
        ->check(at_least_one<std::uint16_t>().description(""));
    app.add_option("--protocol", options.protocol, "Highest native protocol version to speak (5)")
        ->type_name("4|5")
        ->transform(CLI::Transformer(versions).description(""))
        ->check(CLI::IsMember({4, 5}).description(""));
    app.add_option_function<double>(
           "--connect-timeout",
           [&options](double seconds) {
               options.connect_timeout = seconds_option{seconds}.as<std::chrono::milliseconds>();
           },
           "How long a cluster that cannot be reached is tried again (5)"
    )
        ->type_name("SECONDS")
        ->check(above_zero(longest_connect_seconds).description(""));
    app.add_option_function<std::string>(
           "--compression",
           [&options](const std::string& name) { options.compression = parse_compression(name).value(); },
           "How messages are compressed on their way (none); snappy with --protocol 4"
    )
        ->type_name("none|lz4|snappy")
        ->check(CLI::IsMember({"none", "lz4", "snappy"}).description(""));
    add_security_options(app, options);
}

/// What CLI11 fills in before it becomes query_options.
struct query_arguments {
    query_options options;
    std::string consistency;
    seconds_option timeout;
    std::int32_t page_size = 0;
};

CLI::App& add_query(CLI::App& app, query_arguments& into)
{
    static const std::map<std::string, row_format> formats{
        {"table", row_format::table}, {"json", row_format::json}, {"csv", row_format::csv}};
    CLI::App& query = *app.add_subcommand("query", "Run one CQL statement and print its rows as they come");
    query_options& options = into.options;
    query.add_option("cql", options.cql, "The statement")->required()->type_name("CQL");
    query
        .add_option(
            "--param",
            options.parameters,
            "Value of the next ? of the statement, as a CQL literal; may be repeated.\n"
            "For text the bare text; null is null"
        )
        ->type_name("VALUE")
        ->allow_extra_args(false);
    add_connection_options(query, options.connection);
    query.add_option("--keyspace", options.keyspace, "Keyspace of tables without one")->type_name("NAME");
    query.add_option("--format", options.format, "How rows are printed (table); json is one object a line")
        ->type_name("table|json|csv")
        ->transform(CLI::CheckedTransformer(formats).description(""));
    query.add_option("--consistency", into.consistency, "Consistency level (LOCAL_QUORUM)")
        ->type_name("LEVEL")
        ->check(CLI::Validator{
            [](const std::string& text) -> std::string {
                return parse_consistency(text) ? "" : "'" + text + "' is no consistency level";
            },
            ""});
    query.add_option("--page-size", into.page_size, "Rows fetched at a time (5000)")
        ->type_name("ROWS")
        ->check(at_least_one<std::int32_t>().description(""));
    query.add_option("--timeout", into.timeout.value, "Time limit of each page (10)")
        ->type_name("SECONDS")
        ->check(above_zero(longest_seconds).description(""));
    return query;
}

query_options finish(query_arguments&& read)
{
    query_options options = std::move(read.options);
    options.consistency = parse_consistency(read.consistency);
    if (read.page_size != 0)
        options.page_size = read.page_size;
    if (read.timeout.value > 0)
        options.timeout = read.timeout.as<std::chrono::milliseconds>();
    return options;
}

struct bench_arguments {
    bench_options options;
    std::uint64_t in_flight = 0;
    std::uint64_t requests = 0;
    std::uint64_t rows = 0;
    double rate = 0;
    seconds_option duration;
    bool no_setup = false;
};

CLI::App& add_bench(CLI::App& app, bench_arguments& into)
{
    static const std::map<std::string, bench_operation> operations{
        {"select", bench_operation::select},
        {"insert", bench_operation::insert},
        {"stream", bench_operation::stream}};
    CLI::App& bench = *app.add_subcommand("bench", "Measure a cluster, and this client, with a simple load");
    bench_options& options = into.options;
    bench
        .add_option(
            "--op",
            options.operation,
            "select and insert: one row of bench.kv by its key.\nstream: every cell of bench.big"
        )
        ->required()
        ->type_name("select|insert|stream")
        ->transform(CLI::CheckedTransformer(operations).description(""));
    bench.add_option("--in-flight", into.in_flight, "Requests at a time (128), or streams side by side (1)")
        ->type_name("N")
        ->check(at_least_one<std::uint64_t>(10'000'000).description(""));
    bench
        .add_option(
            "--requests",
            into.requests,
            "Requests in all (100000), or readings of the whole table (one a stream).\n"
            "No limit when only --duration is given"
        )
        ->type_name("N")
        ->check(at_least_one<std::uint64_t>(1'000'000'000'000).description(""));
    bench.add_option("--duration", into.duration.value, "Stop after this time")
        ->type_name("SECONDS")
        ->check(above_zero(longest_seconds).description(""));
    bench
        .add_option(
            "--rate",
            into.rate,
            "Requests a second that leave on schedule, whatever the answers do; latency\n"
            "counts from the schedule. Without it, each answer starts the next request"
        )
        ->type_name("R")
        ->check(above_zero(1e9).description(""));
    bench
        .add_option(
            "--threads", options.threads, "Event loops, each with a thread and connections of its own (1)"
        )
        ->type_name("T")
        ->check(at_least_one<std::uint64_t>(128).description(""));
    add_connection_options(bench, options.connection);
    bench
        .add_option(
            "--rows",
            into.rows,
            "Keys used, and rows loaded first where fewer are there\n(100000; stream 1000000)"
        )
        ->type_name("N")
        ->check(at_least_one<std::uint64_t>(1'000'000'000'000).description(""));
    bench.add_flag(
        "--no-setup", into.no_setup, "Create and load nothing: the tables of keyspace bench are there"
    );
    bench.add_flag("--json", options.json, "Print one JSON object");
    bench.add_flag("--progress", options.progress, "Show progress also where standard error is no terminal");
    return bench;
}

bench_options finish(bench_arguments&& read)
{
    constexpr std::uint64_t default_requests = 100'000;
    bench_options options = std::move(read.options);
    const bool stream = options.operation == bench_operation::stream;
    options.in_flight = read.in_flight;
    if (options.in_flight == 0)
        options.in_flight = std::max<std::uint64_t>(stream ? 1 : 128, options.threads);
    options.rows = read.rows != 0 ? read.rows : (stream ? 1'000'000 : 100'000);
    options.set_up = !read.no_setup;
    if (read.duration.value > 0)
        options.duration = read.duration.as<std::chrono::nanoseconds>();
    if (read.requests != 0)
        options.requests = read.requests;
    else if (!options.duration)
        options.requests = stream ? options.in_flight : default_requests;
    if (read.rate > 0)
        options.rate = read.rate;
    return options;
}

/// What no single option shows.
std::string contradiction(const bench_options& options)
{
    if (options.in_flight < options.threads)
        return fmt::format("--in-flight {} is less than --threads {}", options.in_flight, options.threads);
    if (options.rate && options.operation == bench_operation::stream)
        return "--rate: a stream asks for a page when it has read the one before, there is no schedule to "
               "keep";
    return {};
}

bad_usage complain(const CLI::App& command, const std::string& what)
{
    const std::string name = command.get_parent() == nullptr ? "" : " " + command.get_name();
    return {fmt::format(
        "async-cassandra{}: {}\nRun async-cassandra{} --help for more information.\n", name, what, name
    )};
}

const CLI::App& chosen(const CLI::App& app)
{
    const auto commands = app.get_subcommands();
    return commands.empty() ? app : *commands.front();
}

std::string unknown_command(const CLI::App& app, const std::vector<std::string>& arguments)
{
    if (arguments.empty() || arguments.front().starts_with('-'))
        return {};
    for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; }))
        if (command->get_name() == arguments.front())
            return {};
    return fmt::format("there is no command '{}', only query and bench", arguments.front());
}

}  // namespace

command_line read_command_line(std::vector<std::string> arguments)
{
    CLI::App app{"Asynchronous Apache Cassandra client", "async-cassandra"};
    app.set_version_flag("--version", "async-cassandra " ASYNC_CASSANDRA_VERSION);
    app.require_subcommand(1);
    query_arguments query;
    bench_arguments bench;
    const CLI::App& query_app = add_query(app, query);
    add_bench(app, bench);
    if (const std::string what = unknown_command(app, arguments); !what.empty())
        return complain(app, what);
    try {
        std::ranges::reverse(arguments);  // CLI11 takes them from the back
        app.parse(std::move(arguments));
    } catch (const CLI::CallForHelp&) {
        return information{app.help()};
    } catch (const CLI::CallForVersion& version) {
        return information{std::string{version.what()} + "\n"};
    } catch (const CLI::ParseError& error) {
        return complain(chosen(app), error.what());
    }
    if (query_app.parsed())
        return finish(std::move(query));
    bench_options options = finish(std::move(bench));
    if (const std::string what = contradiction(options); !what.empty())
        return complain(chosen(app), what);
    return options;
}

}  // namespace async_cassandra::cli
