// SPDX-License-Identifier: Apache-2.0
#include "bench_arguments.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace async_cassandra::cli {

namespace {

void add_load(CLI::App& bench, bench_arguments& into)
{
    static const std::map<std::string, bench_operation> operations{
        {"select", bench_operation::select},
        {"insert", bench_operation::insert},
        {"mixed", bench_operation::mixed},
        {"stream", bench_operation::stream}};
    bench_options& options = into.options;
    bench
        .add_option(
            "--op",
            options.operation,
            "select and insert: one row of bench.kv by its key; mixed: half of each.\n"
            "stream: every cell of bench.big"
        )
        ->required()
        ->type_name("select|insert|mixed|stream")
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
        ->check(above_zero(seconds_option::longest).description(""));
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
}

void add_tables(CLI::App& bench, bench_arguments& into)
{
    bench
        .add_option(
            "--rows",
            into.rows,
            "Keys used, and rows loaded first where fewer are there\n(100000; stream 1000000)"
        )
        ->type_name("N")
        ->check(at_least_one<std::uint64_t>(1'000'000'000'000).description(""));
    CLI::Option* const replication =
        bench
            .add_option(
                "--replication",
                into.replication,
                "Replicas in keyspace bench (1). One that has others is altered, its rows\nloaded again"
            )
            ->type_name("N")
            ->check(at_least_one<std::uint32_t>(1'000).description(""));
    bench
        .add_flag(
            "--no-setup", into.no_setup, "Create and load nothing: the tables of keyspace bench are there"
        )
        ->excludes(replication);
}

}  // namespace

CLI::App& add_bench(CLI::App& app, bench_arguments& into)
{
    CLI::App& bench = *app.add_subcommand("bench", "Measure a cluster, and this client, with a simple load");
    bench.footer(
        "Failed requests are counted and do not end the run; with any, the exit code is 1.\n"
        "longest_ms of --json: the longest that one request took, failed and unsent ones\n"
        "among them; with --rate from when it should have left. errors_by_class counts\n"
        "failures by the class that the client throws."
    );
    bench_options& options = into.options;
    add_load(bench, into);
    add_consistency_option(bench, into.consistency);
    add_connection_options(bench, options.connection);
    add_tables(bench, into);
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
    options.consistency = parse_consistency(read.consistency);
    if (read.replication != 0)
        options.replication = read.replication;
    if (read.rate > 0)
        options.rate = read.rate;
    return options;
}

std::string contradiction(const bench_options& options)
{
    if (options.in_flight < options.threads)
        return fmt::format("--in-flight {} is less than --threads {}", options.in_flight, options.threads);
    if (options.rate && options.operation == bench_operation::stream)
        return "--rate: a stream asks for a page when it has read the one before, there is no schedule to "
               "keep";
    return {};
}

}  // namespace async_cassandra::cli
