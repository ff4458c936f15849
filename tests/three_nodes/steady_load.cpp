// SPDX-License-Identifier: Apache-2.0
#include "three_nodes/steady_load.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <array>
#include <cstring>

namespace async_cassandra::testing {

namespace {

/// What stands in the row of a key.
std::array<std::byte, 100> value_of(std::int64_t key)
{
    std::array<std::byte, 100> value{};
    for (std::size_t i = 0; i + sizeof(key) <= value.size(); i += sizeof(key))
        std::memcpy(value.data() + i, &key, sizeof(key));
    return value;
}

bool is_value_of(std::int64_t key, blob_view value)
{
    return std::ranges::equal(value, value_of(key));
}

}  // namespace

steady_load::steady_load(
    asio::io_context& loop,
    session target,
    std::string table,
    double per_second,
    std::function<void(const failed_request&)> on_failure
)
    : session_(std::move(target)),
      table_(std::move(table)),
      interval_(std::chrono::duration_cast<clock::duration>(std::chrono::duration<double>(1 / per_second))),
      on_failure_(std::move(on_failure)),
      timer_(loop)
{}

asio::awaitable<void> steady_load::prepare()
{
    insert_ =
        co_await session_.prepare("INSERT INTO " + table_ + " (k, v) VALUES (?, ?)", asio::use_awaitable);
    read_ = co_await session_.prepare("SELECT v FROM " + table_ + " WHERE k = ?", asio::use_awaitable);
}

void steady_load::start()
{
    begin_ = clock::now();
    send_due();
}

void steady_load::stop()
{
    stopped_ = true;
    timer_.cancel();
}

void steady_load::send_due()
{
    const auto now = clock::now();
    for (; begin_ + static_cast<std::int64_t>(next_) * interval_ <= now; ++next_) {
        const auto due = begin_ + static_cast<std::int64_t>(next_) * interval_;
        if (next_ % 2 == 0 || answered_.empty())
            insert(due);
        else
            read(due);
    }
    timer_.expires_at(begin_ + static_cast<std::int64_t>(next_) * interval_);
    timer_.async_wait([this](boost::system::error_code cancelled) {
        // It may have been due already when it was cancelled.
        if (!cancelled && !stopped_)
            send_due();
    });
}

void steady_load::insert(clock::time_point due)
{
    const auto key = static_cast<std::int64_t>(next_);
    const auto value = value_of(key);
    const auto called = clock::now();
    ++in_flight_;
    session_.execute(
        insert_.bind(key, blob_view{value}),
        [this, due, called, key](const std::exception_ptr& why, const result_set&) {
            if (!why) {
                answered_.push_back(key);
                ++figures_.inserts;
            }
            end(due, called, true, why);
        }
    );
}

void steady_load::read(clock::time_point due)
{
    const std::int64_t key = answered_[random_.between(0, answered_.size() - 1)];
    const auto called = clock::now();
    ++in_flight_;
    session_.execute(
        read_.bind(key),
        [this, due, called, key](const std::exception_ptr& why, const result_set& rows) {
            if (!why) {
                ++figures_.reads;
                const auto row = rows.one();
                if (!row || !is_value_of(key, row->get<blob_view>(0)))
                    ++figures_.wrong_reads;
            }
            end(due, called, false, why);
        }
    );
}

void steady_load::end(
    clock::time_point due, clock::time_point called, bool insert, const std::exception_ptr& why
)
{
    const auto now = clock::now();
    --in_flight_;
    figures_.longest = std::max(figures_.longest, now - due);
    if (!why)
        return;
    ++figures_.failed;
    on_failure_({due, called, now, insert, why});
}

asio::awaitable<std::uint64_t> steady_load::count_missing() const
{
    std::vector<bool> there(next_, false);
    auto pages = session_.execute_stream("SELECT k, v FROM " + table_);
    while (auto page = co_await pages.next_page(asio::use_awaitable))
        for (const auto [key, value] : page->as<std::int64_t, blob_view>())
            if (static_cast<std::uint64_t>(key) < next_ && is_value_of(key, value))
                there[static_cast<std::size_t>(key)] = true;
    co_return static_cast<std::uint64_t>(std::ranges::count_if(answered_, [&](std::int64_t key) {
        return !there[static_cast<std::size_t>(key)];
    }));
}

}  // namespace async_cassandra::testing
