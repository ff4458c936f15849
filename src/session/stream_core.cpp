// SPDX-License-Identifier: Apache-2.0
#include "session/stream_core.hpp"

#include "base/failure.hpp"
#include "session/lone_request.hpp"

#include <boost/asio/error.hpp>

#include <utility>

namespace async_cassandra::detail {

/// The request for one page. Keeps its stream alive while it runs.
class stream_core::fetch final : public lone_request {
public:
    fetch(std::shared_ptr<stream_core> owner, paging_state&& from)
        : lone_request(owner->session_, statement{owner->what_}), owner_(std::move(owner))
    {
        if (const keyspace_use* const where = home().find_keyspace(owner_->keyspace_))
            run_in(*where);
        continue_from(std::move(from));
    }

private:
    void on_page(page&& p) override
    {
        got_.emplace(std::move(p));
        succeed();
    }

    // A statement without rows has no page, unless the server said something beside.
    void on_other(other_result&& other) override
    {
        if (!other.notes.empty())
            got_.emplace(std::move(other.notes));
        succeed();
    }

    void on_done() noexcept override
    {
        const std::shared_ptr<stream_core> owner = std::move(owner_);
        owner->fetch_.reset();
        if (error())
            owner->on_failed(error());
        else
            owner->on_fetched(std::move(got_));
    }

    void on_dropped() noexcept override
    {
        const std::shared_ptr<stream_core> owner = std::move(owner_);
        owner->fetch_.reset();
    }

    std::shared_ptr<stream_core> owner_;
    std::optional<page> got_;
};

stream_core::stream_core(
    std::shared_ptr<session_shard> home, std::string keyspace, statement&& what, const stream_config& config
)
    : session_(std::move(home)),
      keyspace_(std::move(keyspace)),
      what_(std::move(what)),
      pages_ahead_(config.pages_ahead)
{
    if (config.page_size)
        what_.page_size(*config.page_size);
}

void stream_core::wait(next_page_operation& op) noexcept
{
    waiting_.push_back(op);
    if (!ended_ && !is_linked() && !session_->is_closed())
        session_->add(*this);
    pump();
}

void stream_core::pump() noexcept
{
    while (!waiting_.empty() && !unread_.empty()) {
        page p = std::move(unread_.front());
        unread_.pop_front();
        session_->held().remove_pages(1, p.byte_size());
        pages_given_.fetch_add(1, std::memory_order_relaxed);
        rows_given_.fetch_add(p.size(), std::memory_order_relaxed);
        waiting_.pop_front().complete(std::move(p), {});
    }
    while (ended_ && !waiting_.empty())
        waiting_.pop_front().complete(std::nullopt, failure_);
    if (wants_more())
        ask();
    if (ended_ && unread_.empty())
        session_->remove(*this);
}

bool stream_core::wants_more() const noexcept
{
    if (ended_ || fetch_ != nullptr)
        return false;
    return !waiting_.empty() || unread_.size() < pages_ahead_;
}

void stream_core::ask() noexcept
{
    fetch_ = std::make_shared<fetch>(shared_from_this(), std::move(from_));
    const std::shared_ptr<fetch> running = fetch_;  // run may end it at once
    running->run();
}

void stream_core::on_fetched(std::optional<page>&& p) noexcept
{
    if (ended_)
        return;
    ended_ = !p || !p->has_more_pages();
    if (!ended_)
        from_ = p->paging_state();
    if (p) {
        session_->held().add_page(p->byte_size());
        unread_.push_back(std::move(*p));
    }
    pump();
}

void stream_core::on_failed(failure_ptr f) noexcept
{
    if (ended_)
        return;
    ended_ = true;
    failure_ = std::move(f);
    pump();
}

void stream_core::stop() noexcept
{
    ended_ = true;
    drop_unread();
    if (const std::shared_ptr<fetch> running = fetch_)
        running->give_up();
    pump();
}

void stream_core::end_with_session() noexcept
{
    ended_ = true;
    drop_unread();
    if (!failure_)
        failure_ = session_closed();
    pump();
}

void stream_core::drop_unread() noexcept
{
    for (const page& each : unread_)
        session_->held().remove_pages(1, each.byte_size());
    unread_.clear();
}

void next_page_operation::complete(std::optional<page>&& got, failure_ptr failed) noexcept
{
    done_ = true;
    page_ = std::move(got);
    failure_ = std::move(failed);
    home().finish(*this);
}

void next_page_operation::cancel(asio::cancellation_type) noexcept
{
    if (done_)
        return;
    static_cast<base::list_hook<waiting_tag>&>(*this).unlink();
    complete(
        std::nullopt,
        failure_ptr{base::make_failure(asio::error::operation_aborted, "cancelled by the caller")}
    );
}

void next_page_operation::detach() noexcept
{
    done_ = true;
    static_cast<base::list_hook<waiting_tag>&>(*this).unlink();
}

}  // namespace async_cassandra::detail
