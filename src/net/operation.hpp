// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/inbox.hpp"
#include "base/intrusive_list.hpp"

#include <boost/asio/any_completion_executor.hpp>
#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

namespace async_cassandra::net {

namespace asio = boost::asio;

class shard;
struct live_tag;
struct ready_tag;

/// One call of a user on its way through the library: owns the completion handler from the initiating function until
/// the handler runs. Belongs to one shard; `start`, `cancel` and the end of the work happen on that shard's thread.
///
/// Life: `shard::submit` → `start` → … → `shard::finish` → `invoke` on the handler's executor. When the shard's
/// io_context is destroyed first, `abandon` drops the handler uninvoked instead.
class operation : public base::list_hook<live_tag>,
                  public base::list_hook<ready_tag>,
                  public base::inbox_node {
public:
    operation(const operation&) = delete;
    operation& operator=(const operation&) = delete;

    /// Begins the work. On the shard's thread.
    virtual void start() noexcept = 0;

    /// The user cancels. On the shard's thread; may come at any time before `invoke`, also after `shard::finish`.
    virtual void cancel(asio::cancellation_type type) noexcept = 0;

    /// Instead of `start`, on any thread: the shard takes nothing any more. Sets the result "closed".
    virtual void refuse() noexcept = 0;

    /// Lets go of everything that hangs on the shard (timers, stream ids). The shard is going away.
    virtual void detach() noexcept = 0;

    [[nodiscard]] shard& home() const noexcept { return *shard_; }

    /// Where the handler wants to run; empty for the shard's own executor.
    [[nodiscard]] const asio::any_completion_executor& foreign_executor() const noexcept { return foreign_; }

    void on_taken() noexcept final;
    void on_dropped() noexcept final { abandon(); }

    void add_reference() noexcept { references_.fetch_add(1, std::memory_order_relaxed); }
    void release() noexcept
    {
        if (references_.load(std::memory_order_acquire) == 1 ||
            references_.fetch_sub(1, std::memory_order_acq_rel) == 1)
            destroy();
    }

    /// Runs the handler with the result, and gives the operation's reference up first.
    virtual void invoke() = 0;

    /// Drops the handler uninvoked, and gives the operation's reference up.
    virtual void abandon() noexcept = 0;

protected:
    explicit operation(shard& home) noexcept : shard_(&home) {}
    ~operation() override = default;

    virtual void destroy() noexcept { delete this; }

    /// Reads the handler's executor and connects its cancellation slot. In the initiating function.
    template <class Signature>
    void adopt(asio::any_completion_handler<Signature>& handler)
    {
        // Most handlers have none: a copy of the shard's, made only to be compared with it, would cost two bus locks.
        set_executor(asio::get_associated_executor(handler, asio::any_completion_executor{}));
        auto slot = asio::get_associated_cancellation_slot(handler);
        if (slot.is_connected())
            connect_slot(slot);
    }

    /// Clears the cancellation slot, and lets go of the handler's executor: others may know this operation for longer. On
    /// that executor, before the handler runs.
    template <class Signature>
    void let_go(asio::any_completion_handler<Signature>& handler) noexcept
    {
        if (cancellable_)
            asio::get_associated_cancellation_slot(handler).clear();
        if (foreign_)
            asio::any_completion_executor{}.swap(foreign_);
    }

private:
    friend class shard;

    friend void intrusive_ptr_add_ref(operation* op) noexcept { op->add_reference(); }
    friend void intrusive_ptr_release(operation* op) noexcept { op->release(); }

    void set_executor(const asio::any_completion_executor& executor);
    void connect_slot(asio::cancellation_slot slot);

    shard* shard_;
    asio::any_completion_executor foreign_;
    std::atomic<std::uint32_t> references_{1};
    bool cancellable_ = false;
};

}  // namespace async_cassandra::net
