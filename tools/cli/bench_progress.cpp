// SPDX-License-Identifier: Apache-2.0
#include "bench_progress.hpp"

#include "bench_report.hpp"
#include "process_usage.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace async_cassandra::cli {

namespace {

constexpr std::chrono::milliseconds look_interval{100};
constexpr std::chrono::milliseconds show_interval{500};

}  // namespace

bench_progress::bench_progress(
    const asio::any_io_executor& loop,
    std::string title,
    std::optional<std::uint64_t> requests,
    std::optional<std::chrono::nanoseconds> duration,
    std::vector<const bench_work*> works,
    progress_line& line
)
    : timer_(loop),
      title_(std::move(title)),
      requests_(requests),
      duration_(duration),
      works_(std::move(works)),
      line_(line)
{
    wait();
}

void bench_progress::stop()
{
    alive_.reset();
    timer_.cancel();
    line_.clear();
}

void bench_progress::wait()
{
    timer_.expires_after(look_interval);
    // The time may have passed already when it is stopped: then it is called once more, uncancelled.
    timer_.async_wait([this, alive = std::weak_ptr<const bool>{alive_}](boost::system::error_code cancelled) {
        if (!cancelled && !alive.expired())
            look();
    });
}

void bench_progress::look()
{
    std::uint64_t done = 0;
    for (const bench_work* work : works_)
        done += work->done();
    const auto now = bench_clock::now();
    const double seconds = std::chrono::duration<double>(now - begin_).count();
    if (!mib_at_tenth_ && fraction(done, seconds) >= 0.1)
        mib_at_tenth_ = resident_mib();
    if (line_.is_shown() && now - last_shown_ >= show_interval) {
        show(done, std::chrono::duration<double>(now - last_shown_).count());
        last_shown_ = now;
        last_done_ = done;
    }
    wait();
}

double bench_progress::fraction(std::uint64_t done, double seconds) const noexcept
{
    double most = 0;
    if (requests_)
        most = static_cast<double>(done) / static_cast<double>(*requests_);
    if (duration_)
        most = std::max(most, seconds / std::chrono::duration<double>(*duration_).count());
    return most;
}

void bench_progress::show(std::uint64_t done, double seconds)
{
    const double elapsed = std::chrono::duration<double>(bench_clock::now() - begin_).count();
    const double rate = static_cast<double>(done - last_done_) / seconds;
    std::string text = fmt::format("{}  ", title_);
    if (requests_ || duration_)
        text += fmt::format("{:3.0f} %  ", 100 * std::min(1.0, fraction(done, elapsed)));
    text += fmt::format("{} done", grouped(done));
    if (requests_)
        text += fmt::format(" of {}", grouped(*requests_));
    text += fmt::format("  {}/s  {:.0f} s", grouped(static_cast<std::uint64_t>(rate)), elapsed);
    line_.show(text);
}

}  // namespace async_cassandra::cli
