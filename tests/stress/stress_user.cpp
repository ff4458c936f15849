// SPDX-License-Identifier: Apache-2.0
#include "stress/stress_user.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <utility>

namespace async_cassandra::testing {

using namespace std::chrono_literals;

stress_tally stress_user::run()
{
    spawn(act());
    loop_.run();
    return tally_;
}

void stress_user::spawn(asio::awaitable<void> work)
{
    ++tally_.begun;
    asio::co_spawn(loop_, std::move(work), [this](const std::exception_ptr& failed) {
        ++tally_.ended;
        if (failed) {
            note(failed);
        }
    });
}

void stress_user::note(const std::exception_ptr& failed)
{
    try {
        std::rethrow_exception(failed);
    } catch (const operation_timed_out&) {
        ++tally_.timed_out;
    } catch (const connection_error&) {
        ++tally_.lost;
    } catch (const error& e) {
        ++(e.code() == asio::error::operation_aborted ? tally_.cancelled : tally_.wrong);
    }
}

void stress_user::execute(const session& s, const prepared_statement& select, bool cancel)
{
    const std::int64_t key = next_key_++;
    statement bound = select.bind(key);
    if (random_.chance(1, 10)) {
        bound.timeout(std::chrono::milliseconds{random_.between(1, 5)});
    }
    signals_.emplace_back();
    const auto signal = std::prev(signals_.end());
    ++tally_.begun;
    const auto ended = [this, key, signal](const std::exception_ptr& failed, const result_set& r) {
        ++tally_.ended;
        signals_.erase(signal);
        if (failed) {
            note(failed);
        } else if (const auto row = r.one(); r.size() == 1 && row->get<std::int64_t>(0) == key) {
            ++tally_.answered;
        } else {
            ++tally_.wrong;
        }
    };
    s.execute(
        std::move(bound), asio::bind_executor(loop_, asio::bind_cancellation_slot(signal->slot(), ended))
    );
    if (cancel) {
        static constexpr asio::cancellation_type types[] = {
            asio::cancellation_type::terminal,
            asio::cancellation_type::partial,
            asio::cancellation_type::total};
        signal->emit(types[random_.between(0, 2)]);
    }
}

asio::awaitable<void> stress_user::read_stream(session s, std::size_t pages)
{
    stream_config config;
    config.pages_ahead = random_.between(0, 3);
    config.page_size = 50;
    auto stream = s.execute_stream(stress_scan, config);
    std::int64_t next = 0;
    for (std::size_t i = 0; i < pages; ++i) {
        const auto page = co_await stream.next_page(asio::use_awaitable);
        if (!page) {
            break;
        }
        ++tally_.pages;
        for (const auto row : *page) {
            tally_.wrong += row.get<std::int64_t>(0) == next++ ? 0U : 1U;
        }
    }
}

asio::awaitable<void> stress_user::use_another_session()
{
    const session s = co_await client_.connect("", asio::use_awaitable);
    const prepared_statement select = co_await s.prepare(stress_select, asio::use_awaitable);
    for (int i = 0; i < 20; ++i) {
        execute(s, select, false);
    }
    spawn(read_stream(s, 5));
    if (random_.chance(1, 2)) {
        co_await s.close(asio::use_awaitable);
    }
}

asio::awaitable<void> stress_user::act()
{
    const session s = co_await client_.connect("", asio::use_awaitable);
    const prepared_statement select = co_await s.prepare(stress_select, asio::use_awaitable);
    for (std::size_t i = 0; i < actions_; ++i) {
        const std::uint64_t what = random_.between(0, 99);
        if (what < 1) {
            spawn(use_another_session());
        } else if (what < 4) {
            spawn(read_stream(s, random_.between(1, 30)));
        } else {
            execute(s, select, what < 14);
        }
        // Handlers run when there is enough to do.
        while (tally_.begun - tally_.ended > at_once_) {
            co_await asio::post(loop_, asio::use_awaitable);
        }
    }
}

}  // namespace async_cassandra::testing
