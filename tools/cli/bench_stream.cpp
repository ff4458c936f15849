// SPDX-License-Identifier: Apache-2.0
#include "bench_stream.hpp"

#include "bench_checksum.hpp"
#include "bench_statements.hpp"

namespace async_cassandra::cli {

bench_stream::bench_stream(
    session target, prepared_statement prepared, closed_pacing pacing, bool again, std::uint64_t streams
)
    : session_(std::move(target)),
      prepared_(std::move(prepared)),
      pacing_(pacing),
      again_(again),
      streams_(streams)
{}

void bench_stream::start(bench_clock::time_point now, std::function<void()> finished)
{
    finished_ = std::move(finished);
    pacing_.begin(now);
    running_ = streams_.size();
    for (std::size_t i = 0; i < streams_.size(); ++i) {
        open(i);
        ask(i, now);
    }
}

void bench_stream::open(std::size_t index)
{
    stream_config config;
    config.page_size = stream_page_size;
    streams_[index].emplace(session_.execute_stream(prepared_.bind(), config));
}

void bench_stream::ask(std::size_t index, bench_clock::time_point now)
{
    if (!pacing_.take(now))
        return end(index);
    streams_[index]->next_page([this, index, now](std::exception_ptr why, std::optional<page> rows) {
        on_page(index, now, std::move(why), std::move(rows));
    });
}

void bench_stream::on_page(
    std::size_t index, bench_clock::time_point from, std::exception_ptr why, std::optional<page> rows
)
{
    const auto now = bench_clock::now();
    if (why) {
        count(from, now);
        fail(std::move(why));
        return end(index);
    }
    const bool last = !rows || !rows->has_more_pages();
    if (rows) {
        count(from, now);
        tally_.rows += rows->size();
        tally_.checksum += checksum_of(*rows);
        rows.reset();
    }
    if (last) {
        if (!again_)
            return end(index);
        open(index);
    }
    ask(index, bench_clock::now());
}

void bench_stream::end(std::size_t index)
{
    streams_[index].reset();
    if (--running_ == 0)
        std::exchange(finished_, nullptr)();
}

}  // namespace async_cassandra::cli
