// SPDX-License-Identifier: Apache-2.0
// Many requests at a time, without a coroutine for each: every answer starts the next request.

#include "parts.hpp"
#include "terminal.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <vector>

namespace tour {

namespace {

using clock = std::chrono::steady_clock;

class insert_load {
public:
    insert_load(ac::session session, ac::prepared_statement insert, insert_plan plan, asio::steady_timer& end)
        : session_(std::move(session)), insert_(std::move(insert)), plan_(plan), end_(end)
    {
        latencies_ms_.reserve(static_cast<std::size_t>(plan.count));
    }

    void start()
    {
        for (int i = 0; i < plan_.in_flight; ++i)
            insert_next();
    }

    void report() const
    {
        const double seconds = seconds_since(begin_);
        line(
            "inserted",
            "%s rows in %.2f s, %s a second",
            grouped(plan_.count).c_str(),
            seconds,
            grouped(plan_.count / seconds).c_str()
        );
        std::vector<double> sorted = latencies_ms_;
        std::ranges::sort(sorted);
        const auto at = [&](double part) {
            return sorted[static_cast<std::size_t>(part * double(sorted.size() - 1))];
        };
        line("latency", "p50 %.1f ms, p99 %.1f ms, longest %.1f ms", at(0.5), at(0.99), at(1));
        if (failed_ != 0)
            line("failed", "%d, the first: %s", failed_, first_failure_.c_str());
    }

private:
    void insert_next()
    {
        const int row = plan_.first + started_++;
        const ac::timestamp at{std::chrono::milliseconds{1'700'000'000'000 + row}};
        session_.execute(
            insert_.bind(row % 256, at, row / 4.0, "a reading like many others"),
            [this, from = clock::now()](std::exception_ptr error, const ac::result_set&) {
                on_answer(from, error);
            }
        );
    }

    void on_answer(clock::time_point from, const std::exception_ptr& error)
    {
        latencies_ms_.push_back(seconds_since(from) * 1e3);
        if (error)
            count_failure(error);
        if (latencies_ms_.size() % 1'000 == 0)
            progress("inserting", double(latencies_ms_.size()) / plan_.count);
        if (started_ < plan_.count)
            insert_next();
        else if (latencies_ms_.size() == static_cast<std::size_t>(plan_.count))
            end_.cancel();
    }

    void count_failure(const std::exception_ptr& error)
    {
        try {
            std::rethrow_exception(error);
        } catch (const std::exception& why) {
            if (failed_++ == 0)
                first_failure_ = why.what();
        }
    }

    ac::session session_;
    ac::prepared_statement insert_;
    insert_plan plan_;
    asio::steady_timer& end_;
    clock::time_point begin_ = clock::now();
    int started_ = 0;
    int failed_ = 0;
    std::string first_failure_;
    std::vector<double> latencies_ms_;
};

}  // namespace

asio::awaitable<void> insert_rows(ac::session session, insert_plan plan)
{
    auto insert =
        co_await session.prepare("INSERT INTO examples.readings (sensor, at, value, note) VALUES (?, ?, ?, ?)"
        );
    asio::steady_timer end{co_await asio::this_coro::executor, asio::steady_timer::time_point::max()};
    insert_load load{session, insert, plan, end};
    load.start();
    co_await end.async_wait(asio::as_tuple(asio::use_awaitable));
    load.report();
}

}  // namespace tour
