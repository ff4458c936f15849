// SPDX-License-Identifier: Apache-2.0
#include "net/operation.hpp"

#include "net/shard.hpp"

#include <boost/asio/prefer.hpp>

namespace async_cassandra::net {

namespace {

/// A cancellation that was emitted on another thread than the shard's, or before the operation has begun.
class cancel_message final : public base::inbox_node {
public:
    cancel_message(operation& op, asio::cancellation_type type) noexcept : op_(op), type_(type)
    {
        op.add_reference();
    }
    cancel_message(const cancel_message&) = delete;
    cancel_message& operator=(const cancel_message&) = delete;

    void on_taken() noexcept override
    {
        op_.cancel(type_);
        on_dropped();
    }

    void on_dropped() noexcept override
    {
        op_.release();
        delete this;
    }

private:
    ~cancel_message() override = default;

    operation& op_;
    asio::cancellation_type type_;
};

/// What stands in the handler's cancellation slot.
class canceller {
public:
    explicit canceller(operation& op) : op_(op), shard_(op.home().shared_from_this()) {}

    void operator()(asio::cancellation_type type) const
    {
        // An operation that lies in the inbox still begins before it is cancelled: the message goes behind it.
        if (shard_->on_thread() && is_running())
            shard_->prepare([&] { op_.cancel(type); });
        else if (!shard_->is_dead())
            shard_->put(*new cancel_message{op_, type});
    }

private:
    [[nodiscard]] bool is_running() const noexcept
    {
        return static_cast<const base::list_hook<live_tag>&>(op_).is_linked();
    }

    operation& op_;  // the slot is cleared before the operation ends
    std::shared_ptr<shard> shard_;
};

}  // namespace

void operation::on_taken() noexcept
{
    shard_->begin(*this);
}

void operation::set_executor(const asio::any_completion_executor& executor)
{
    if (executor && executor != shard_->executor())
        foreign_ = asio::prefer(executor, asio::execution::outstanding_work.tracked);
}

void operation::connect_slot(asio::cancellation_slot slot)
{
    slot.emplace<canceller>(*this);
    cancellable_ = true;
}

}  // namespace async_cassandra::net
