// SPDX-License-Identifier: Apache-2.0
#include "bench_command.hpp"

#include "bench_load.hpp"
#include "bench_progress.hpp"
#include "bench_report.hpp"
#include "bench_setup.hpp"
#include "bench_statements.hpp"
#include "bench_stream.hpp"
#include "bench_worker.hpp"
#include "failure_text.hpp"
#include "output.hpp"
#include "process_usage.hpp"

#include <algorithm>
#include <cstdio>
#include <deque>
#include <thread>

#include <unistd.h>

namespace async_cassandra::cli {

namespace {

using bench_workers = std::deque<bench_worker>;

/// The connection shall take what is asked for: requests in flight are meant to be in flight, not in a queue.
cluster_config config_of(const bench_options& options)
{
    cluster_config config = options.connection.to_config();
    const std::uint64_t each = options.in_flight / options.threads + 1;
    constexpr std::uint64_t most_streams = 32'767;
    config.max_in_flight =
        static_cast<std::uint16_t>(std::clamp<std::uint64_t>(each, config.max_in_flight, most_streams));
    config.max_queued_requests = std::max<std::size_t>(config.max_queued_requests, each);
    if (options.consistency)
        config.consistency = *options.consistency;
    return config;
}

std::optional<std::uint64_t> share_of_requests(const bench_options& options, std::uint64_t part)
{
    if (!options.requests)
        return std::nullopt;
    return share_of(*options.requests, part, options.threads);
}

template <class Operation>
std::unique_ptr<bench_work> make_load(
    bench_worker& worker, const bench_options& options, std::uint64_t part, Operation operation
)
{
    const asio::any_io_executor loop = worker.context().get_executor();
    const std::uint64_t in_flight = share_of(options.in_flight, part, options.threads);
    if (options.rate) {
        const open_schedule pacing{
            {*options.rate, options.requests, options.duration}, part, options.threads};
        return std::make_unique<bench_load<Operation, open_schedule>>(
            loop, worker.target(), std::move(operation), pacing, in_flight
        );
    }
    const closed_pacing pacing{share_of_requests(options, part), options.duration};
    return std::make_unique<bench_load<Operation, closed_pacing>>(
        loop, worker.target(), std::move(operation), pacing, in_flight
    );
}

std::unique_ptr<bench_work> make_work(bench_worker& worker, const bench_options& options, std::uint64_t part)
{
    const key_sequence keys{options.rows / options.threads * part, options.rows};
    switch (options.operation) {
    case bench_operation::select:
        return make_load(worker, options, part, select_operation{worker.prepare(select_text), keys});
    case bench_operation::insert:
        return make_load(worker, options, part, insert_operation{worker.prepare(insert_text), keys});
    case bench_operation::mixed: {
        const key_sequence half_way{options.rows / options.threads * part + options.rows / 2, options.rows};
        mixed_operation both{
            select_operation{worker.prepare(select_text), keys},
            insert_operation{worker.prepare(insert_text), half_way}};
        return make_load(worker, options, part, std::move(both));
    }
    case bench_operation::stream: break;
    }
    return std::make_unique<bench_stream>(
        worker.target(),
        worker.prepare(stream_text),
        closed_pacing{share_of_requests(options, part), options.duration},
        share_of(options.in_flight, part, options.threads)
    );
}

/// How many requests there will be, for the progress; of a duration, nobody knows.
std::optional<std::uint64_t> expected_requests(const bench_options& options)
{
    if (!options.requests || options.operation != bench_operation::stream)
        return options.requests;
    const std::uint64_t pages = options.rows / static_cast<std::uint64_t>(stream_page_size);
    return std::max<std::uint64_t>(1, pages) * *options.requests;
}

/// Runs every worker on a thread of its own, the first on this one. Throws what a worker throws.
void run_all(bench_workers& workers, bench_clock::time_point begin)
{
    std::vector<std::exception_ptr> thrown(workers.size());
    const auto run = [&](std::size_t part) noexcept {
        try {
            workers[part].run_work(begin);
        } catch (...) {
            thrown[part] = std::current_exception();
        }
    };
    std::vector<std::thread> threads;
    for (std::size_t part = 1; part < workers.size(); ++part)
        threads.emplace_back(run, part);
    run(0);
    for (std::thread& each : threads)
        each.join();
    for (const std::exception_ptr& each : thrown)
        if (each)
            std::rethrow_exception(each);
}

bench_figures measure(bench_workers& workers, const bench_options& options, progress_line& line)
{
    std::vector<const bench_work*> works;
    for (bench_worker& each : workers)
        works.push_back(&each.work());
    bench_progress progress{
        workers.front().context().get_executor(),
        std::string{name_of(options.operation)},
        expected_requests(options),
        options.duration,
        works,
        line};
    bench_figures figures;
    const auto cpu_before = cpu_time();
    const auto begin = bench_clock::now();
    run_all(workers, begin);
    figures.seconds = std::chrono::duration<double>(bench_clock::now() - begin).count();
    figures.cpu_us = static_cast<double>((cpu_time() - cpu_before).count());
    figures.mib_at_end = resident_mib();
    figures.peak_mib = peak_resident_mib();
    figures.mib_at_tenth = progress.mib_at_tenth();
    figures.protocol = workers.front().target().protocol();
    for (const bench_work* each : works)
        figures.tally.merge(each->tally());
    return figures;
}

void tell_first_error(const bench_tally& tally)
{
    if (!tally.first_error)
        return;
    try {
        std::rethrow_exception(tally.first_error);
    } catch (const std::exception& thrown) {
        std::fprintf(
            stderr,
            "%s(the first of %llu)\n",
            failure_text(thrown).c_str(),
            static_cast<unsigned long long>(tally.errors)
        );
    }
}

}  // namespace

bool run_bench(const bench_options& options)
{
    progress_line line{options.progress};
    bench_workers workers;
    for (std::uint64_t part = 0; part < options.threads; ++part)
        workers.emplace_back(config_of(options));
    for (bench_worker& each : workers)
        each.connect();
    if (options.set_up)
        set_up_bench(workers.front(), options, line);
    for (std::uint64_t part = 0; part < options.threads; ++part)
        workers[part].take(make_work(workers[part], options, part));

    const bench_figures figures = measure(workers, options, line);
    for (bench_worker& each : workers)
        each.close();
    output out{STDOUT_FILENO};
    out.buffer() = options.json ? to_json(options, figures) : to_text(options, figures);
    out.flush();
    tell_first_error(figures.tally);
    return figures.tally.errors == 0;
}

}  // namespace async_cassandra::cli
