// SPDX-License-Identifier: Apache-2.0
#include "bench_report.hpp"

#include <fmt/format.h>

#include <cmath>
#include <iterator>

namespace async_cassandra::cli {

namespace {

double ratio(double amount, double by)
{
    return by > 0 ? amount / by : 0;
}

double percentile_us(const bench_tally& tally, double fraction)
{
    return static_cast<double>(tally.latencies.percentile(fraction).count()) / 1e3;
}

double max_us(const bench_tally& tally)
{
    return static_cast<double>(tally.latencies.max().count()) / 1e3;
}

std::string duration_text(double us)
{
    if (us < 1e3)
        return fmt::format("{:.1f} us", us);
    return us < 1e6 ? fmt::format("{:.2f} ms", us / 1e3) : fmt::format("{:.2f} s", us / 1e6);
}

std::string rate_text(double per_second)
{
    return grouped(static_cast<std::uint64_t>(std::llround(per_second)));
}

bool is_stream(const bench_options& options)
{
    return options.operation == bench_operation::stream;
}

}  // namespace

std::string grouped(std::uint64_t number)
{
    std::string digits = std::to_string(number);
    for (std::size_t end = digits.size(); end > 3; end -= 3)
        digits.insert(end - 3, 1, ',');
    return digits;
}

std::string to_json(const bench_options& options, const bench_figures& figures)
{
    const bench_tally& tally = figures.tally;
    const auto requests = static_cast<double>(tally.requests);
    const auto rows = static_cast<double>(tally.rows);
    std::string out;
    const auto add = [&]<class... Args>(fmt::format_string<Args...> text, Args&&... args) {
        fmt::format_to(std::back_inserter(out), text, std::forward<Args>(args)...);
    };
    add(R"({{"op": "{}", "protocol": {}, "threads": {}, "in_flight": {}, "requests": {}, "errors": {}, )",
        name_of(options.operation),
        static_cast<int>(figures.protocol),
        options.threads,
        options.in_flight,
        tally.requests,
        tally.errors);
    add(R"("seconds": {:.6f}, "requests_per_second": {:.1f}, "cpu_us_per_request": {:.5f}, )",
        figures.seconds,
        ratio(requests, figures.seconds),
        ratio(figures.cpu_us, requests));
    add(R"("errors_by_class": {{)");
    for (const char* separator = ""; const auto& [name, count] : tally.errors_by_class) {
        add(R"({}"{}": {})", separator, name, count);
        separator = ", ";
    }
    add(R"(}}, "longest_ms": {:.3f}, )", max_us(tally) / 1e3);
    add(R"("latency_us": {{"p50": {:.1f}, "p90": {:.1f}, "p99": {:.1f}, "p999": {:.1f}, "max": {:.1f}}}, )",
        percentile_us(tally, 0.5),
        percentile_us(tally, 0.9),
        percentile_us(tally, 0.99),
        percentile_us(tally, 0.999),
        max_us(tally));
    if (options.rate)
        add(R"("rate": {}, "unsent": {}, )", *options.rate, tally.unsent);
    if (figures.mib_at_tenth)
        add(R"("rss_mib_at_tenth": {:.1f}, )", *figures.mib_at_tenth);
    add(R"("rss_mib": {:.1f}, "peak_rss_mib": {:.1f})", figures.mib_at_end, figures.peak_mib);
    if (options.operation != bench_operation::insert)
        add(R"(, "rows": {})", tally.rows);
    if (is_stream(options)) {
        add(R"(, "rows_per_second": {:.1f}, "cpu_us_per_row": {:.6f}, "checksum": "{:016x}")",
            ratio(rows, figures.seconds),
            ratio(figures.cpu_us, rows),
            tally.checksum);
    }
    out += "}\n";
    return out;
}

std::string to_text(const bench_options& options, const bench_figures& figures)
{
    const bench_tally& tally = figures.tally;
    const auto requests = static_cast<double>(tally.requests);
    const auto rows = static_cast<double>(tally.rows);
    std::string out;
    const auto line =
        [&]<class... Args>(std::string_view name, fmt::format_string<Args...> text, Args&&... args) {
            fmt::format_to(std::back_inserter(out), "{:<10}", name);
            fmt::format_to(std::back_inserter(out), text, std::forward<Args>(args)...);
            out += '\n';
        };
    const std::string loop = options.rate ? fmt::format("{:g} a second", *options.rate) : "closed loop";
    line(
        name_of(options.operation),
        "{}, {} in flight, {} {}, protocol v{}",
        loop,
        grouped(options.in_flight),
        options.threads,
        options.threads == 1 ? "thread" : "threads",
        static_cast<int>(figures.protocol)
    );
    line(
        is_stream(options) ? "pages" : "requests",
        "{} in {:.2f} s: {} a second, {} failed",
        grouped(tally.requests),
        figures.seconds,
        rate_text(ratio(requests, figures.seconds)),
        tally.errors
    );
    for (const auto& [name, count] : tally.errors_by_class)
        line("failed", "{} {}", grouped(count), name);
    if (options.rate)
        line("unsent", "{} were due and never left", grouped(tally.unsent));
    if (options.operation != bench_operation::insert)
        line("rows", "{}: {} a second", grouped(tally.rows), rate_text(ratio(rows, figures.seconds)));
    line(
        "latency",
        "p50 {}, p90 {}, p99 {}, p99.9 {}, max {}",
        duration_text(percentile_us(tally, 0.5)),
        duration_text(percentile_us(tally, 0.9)),
        duration_text(percentile_us(tally, 0.99)),
        duration_text(percentile_us(tally, 0.999)),
        duration_text(max_us(tally))
    );
    line("cpu", "{:.3f} us a request", ratio(figures.cpu_us, requests));
    if (is_stream(options))
        line("", "{:.4f} us a row, checksum {:016x}", ratio(figures.cpu_us, rows), tally.checksum);
    const std::string before =
        figures.mib_at_tenth ? fmt::format("{:.1f} MiB after a tenth, ", *figures.mib_at_tenth) : "";
    line("memory", "{}{:.1f} MiB at the end, peak {:.1f} MiB", before, figures.mib_at_end, figures.peak_mib);
    return out;
}

}  // namespace async_cassandra::cli
