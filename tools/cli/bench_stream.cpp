// SPDX-License-Identifier: Apache-2.0
#include "bench_stream.hpp"

#include "bench_checksum.hpp"
#include "bench_statements.hpp"

namespace async_cassandra::cli {

bench_stream::bench_stream(
    session target, prepared_statement prepared, closed_pacing pacing, std::uint64_t side_by_side
)
    : session_(std::move(target)), prepared_(std::move(prepared)), pacing_(pacing), streams_(side_by_side)
{}

void bench_stream::start(bench_clock::time_point now, std::function<void()> finished)
{
    finished_ = std::move(finished);
    pacing_.begin(now);
    for (std::size_t i = 0; i < streams_.size(); ++i)
        begin_pass(i, now);
    finish_when_idle();
}

void bench_stream::begin_pass(std::size_t index, bench_clock::time_point now)
{
    streams_[index].reset();
    if (!pacing_.take(now))
        return;
    stream_config config;
    config.page_size = stream_page_size;
    streams_[index].emplace(session_.execute_stream(prepared_.bind(), config));
    ++running_;
    ask(index, now);
}

void bench_stream::ask(std::size_t index, bench_clock::time_point now)
{
    streams_[index]->next_page([this, index, now](std::exception_ptr why, std::optional<page> rows) {
        on_page(index, now, std::move(why), std::move(rows));
    });
}

void bench_stream::on_page(
    std::size_t index, bench_clock::time_point from, std::exception_ptr why, std::optional<page> rows
)
{
    bool more = false;
    if (why) {
        count(from, bench_clock::now());
        fail(std::move(why));
    } else if (rows) {
        count(from, bench_clock::now());
        tally_.rows += rows->size();
        tally_.checksum += checksum_of(*rows);
        more = rows->has_more_pages();
        rows.reset();
    }
    const auto now = bench_clock::now();
    if (more && !pacing_.is_time_up(now))
        return ask(index, now);
    --running_;
    begin_pass(index, now);
    finish_when_idle();
}

void bench_stream::finish_when_idle()
{
    if (running_ == 0)
        std::exchange(finished_, nullptr)();
}

}  // namespace async_cassandra::cli
