// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/session.hpp>

#include "bench_work.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

namespace async_cassandra::cli {

/// Keeps up to `in_flight` single requests on their way: `Operation` says which, `Pacing` when. A completion costs one
/// reading of the clock, and starts the next request itself.
template <class Operation, class Pacing>
class bench_load final : public bench_work {
public:
    bench_load(
        const asio::any_io_executor& loop,
        session target,
        Operation operation,
        Pacing pacing,
        std::uint64_t in_flight
    )
        : session_(std::move(target)),
          operation_(std::move(operation)),
          pacing_(pacing),
          limit_(in_flight),
          timer_(loop)
    {}

    void start(bench_clock::time_point now, std::function<void()> finished) override
    {
        finished_ = std::move(finished);
        pacing_.begin(now);
        go_on(now);
    }

private:
    struct completion {
        bench_load* load;
        bench_clock::time_point from;

        void operator()(const std::exception_ptr& why, const result_set& rows) const
        {
            const auto now = bench_clock::now();
            load->count(from, now);
            load->tally_.rows += rows.size();
            --load->in_flight_;
            if (why) [[unlikely]]
                load->fail(why);
            load->go_on(now);
        }
    };

    void go_on(bench_clock::time_point now)
    {
        while (in_flight_ < limit_) {
            const auto from = pacing_.take(now);
            if (!from)
                break;
            ++in_flight_;
            session_.execute(operation_.next(), completion{this, *from});
        }
        if (pacing_.is_over(now)) [[unlikely]]
            return finish_when_idle();
        if constexpr (Pacing::scheduled)
            wait_for_next();
    }

    void wait_for_next()
    {
        if (timer_set_ || in_flight_ == limit_)
            return;
        timer_set_ = true;
        timer_.expires_at(pacing_.next_due());
        timer_.async_wait([this](boost::system::error_code cancelled) {
            if (cancelled)
                return;
            timer_set_ = false;
            if (finished_)
                go_on(bench_clock::now());
        });
    }

    void finish_when_idle()
    {
        if (in_flight_ != 0 || !finished_)
            return;
        if constexpr (Pacing::scheduled)
            while (const auto waited = pacing_.take_unsent()) {
                tally_.latencies.record(*waited);
                ++tally_.unsent;
            }
        std::exchange(finished_, nullptr)();
    }

    session session_;
    Operation operation_;
    Pacing pacing_;
    std::uint64_t limit_;
    std::uint64_t in_flight_ = 0;
    bool timer_set_ = false;
    asio::steady_timer timer_;
    std::function<void()> finished_;
};

}  // namespace async_cassandra::cli
