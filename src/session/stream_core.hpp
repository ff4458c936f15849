// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/streaming.hpp>

#include "net/operation.hpp"
#include "session/page_request.hpp"

#include <atomic>
#include <deque>
#include <memory>
#include <string>

namespace async_cassandra::detail {

class next_page_operation;
struct waiting_tag;

/// One stream: pages that arrived, calls that wait for one, and the request that is under way. On the thread of its
/// shard, but for the two counters.
class stream_core final : public std::enable_shared_from_this<stream_core>,
                          public base::list_hook<stream_tag> {
public:
    /// \param keyspace of all pages, whatever the session's becomes.
    stream_core(
        std::shared_ptr<session_shard> home,
        std::string keyspace,
        statement&& what,
        const stream_config& config
    );

    [[nodiscard]] net::shard& home() const noexcept { return session_->home(); }

    /// Any thread: pages and rows handed over.
    [[nodiscard]] std::size_t pages_given() const noexcept
    {
        return pages_given_.load(std::memory_order_relaxed);
    }
    [[nodiscard]] std::size_t rows_given() const noexcept
    {
        return rows_given_.load(std::memory_order_relaxed);
    }

    void wait(next_page_operation& op) noexcept;

    /// Nothing more is asked for, waiting calls get no page.
    void stop() noexcept;

    /// Its session is closed: unread pages are dropped, and calls fail. The session has let go of it.
    void end_with_session() noexcept;

private:
    class fetch;

    void pump() noexcept;
    void ask() noexcept;
    void on_fetched(std::optional<page>&& p) noexcept;
    void on_failed(failure_ptr f) noexcept;
    [[nodiscard]] bool wants_more() const noexcept;
    void drop_unread() noexcept;

    std::shared_ptr<session_shard> session_;
    std::string keyspace_;
    statement what_;
    std::size_t pages_ahead_;
    paging_state from_;
    std::deque<page> unread_;
    base::intrusive_list<next_page_operation, waiting_tag> waiting_;
    std::shared_ptr<fetch> fetch_;
    failure_ptr failure_;
    bool ended_ = false;
    std::atomic<std::size_t> pages_given_{0};
    std::atomic<std::size_t> rows_given_{0};
};

/// One call of `next_page` or `try_next_page`.
class next_page_operation : public net::operation, public base::list_hook<waiting_tag> {
public:
    void start() noexcept final { core_->wait(*this); }
    void refuse() noexcept final { failure_ = session_closed(); }
    void detach() noexcept final;
    void cancel(asio::cancellation_type type) noexcept final;

    /// The call ends: with a page, without one, or with a failure.
    void complete(std::optional<page>&& got, failure_ptr failed) noexcept;

protected:
    explicit next_page_operation(std::shared_ptr<stream_core> core)
        : operation(core->home()), core_(std::move(core))
    {}
    ~next_page_operation() override = default;

    std::optional<page> page_;
    failure_ptr failure_;

private:
    std::shared_ptr<stream_core> core_;
    bool done_ = false;
};

}  // namespace async_cassandra::detail
