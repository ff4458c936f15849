// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/session.hpp>

#include "net/shard.hpp"

#include <boost/asio/error.hpp>
#include <boost/smart_ptr/intrusive_ptr.hpp>

#include <functional>
#include <utility>

namespace async_cassandra::detail {

/// One call of `session::close` or `cluster::close`. Cancelling it ends the wait, not the closing.
class close_operation final : public net::operation {
public:
    using close_function = std::function<void(std::function<void()>)>;

    /// `close` runs on the shard's thread and calls back there.
    close_operation(net::shard& home, close_function close, close_handler&& handler)
        : operation(home), close_(std::move(close)), handler_(std::move(handler))
    {
        adopt(handler_);
    }

    void start() noexcept override
    {
        std::exchange(close_, nullptr)([self = boost::intrusive_ptr<close_operation>{this}] {
            self->finish_once();
        });
    }

    // The shard has closed everything and is gone.
    void refuse() noexcept override {}
    void detach() noexcept override { done_ = true; }

    void cancel(asio::cancellation_type) noexcept override
    {
        if (done_)
            return;
        cancelled_ = true;
        finish_once();
    }

    void invoke() override
    {
        let_go(handler_);
        close_handler handler{std::move(handler_)};
        const bool cancelled = cancelled_;
        release();
        std::move(handler)(cancelled ? to_exception(failure_ptr{cancelled_failure()}) : nullptr);
    }

    void abandon() noexcept override
    {
        let_go(handler_);
        const close_handler dropped{std::move(handler_)};
        release();
    }

private:
    ~close_operation() override = default;

    static failure cancelled_failure()
    {
        failure f;
        f.code = asio::error::operation_aborted;
        f.what = "cancelled by the caller; closing goes on";
        return f;
    }

    void finish_once() noexcept
    {
        if (!std::exchange(done_, true))
            home().finish(*this);
    }

    close_function close_;
    close_handler handler_;
    bool done_ = false;
    bool cancelled_ = false;
};

}  // namespace async_cassandra::detail
