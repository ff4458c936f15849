// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/asio_environment.hpp"
#include "net/shard.hpp"
#include "net/shard_call.hpp"

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/io_context.hpp>

#include <gmock/gmock.h>

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace async_cassandra::net {

using call_handler = asio::any_completion_handler<void(std::string)>;

/// What happened, in order; from any thread.
class diary {
public:
    void add(const std::string& what)
    {
        const std::lock_guard lock{mutex_};
        lines_.push_back(what);
    }
    [[nodiscard]] std::vector<std::string> lines() const
    {
        const std::lock_guard lock{mutex_};
        return lines_;
    }

private:
    mutable std::mutex mutex_;
    std::vector<std::string> lines_;
};

/// An operation that ends when it starts, or when it is told.
class call final : public operation {
public:
    call(shard& home, bool waits, call_handler&& handler)
        : operation(home), handler_(std::move(handler)), waits_(waits)
    {
        adopt(handler_);
    }

    void start() noexcept override
    {
        if (on_start)
            on_start();
        if (!waits_)
            end("done");
    }
    void cancel(asio::cancellation_type) noexcept override { end("cancelled"); }
    void refuse() noexcept override { result_ = "refused"; }
    void detach() noexcept override { ended_ = true; }
    void end(const char* result) noexcept
    {
        if (std::exchange(ended_, true))
            return;
        result_ = result;
        home().finish(*this);
    }
    void invoke() override
    {
        let_go(handler_);
        call_handler handler{std::move(handler_)};
        const std::string result = result_;
        release();
        std::move(handler)(result);
    }
    void abandon() noexcept override
    {
        let_go(handler_);
        const call_handler dropped{std::move(handler_)};
        release();
    }

    std::function<void()> on_start;

private:
    ~call() override = default;

    call_handler handler_;
    std::string result_;
    bool waits_;
    bool ended_ = false;
};

class shard_test : public ::testing::Test {
protected:
    template <class Handler>
    call& begin(Handler&& handler, bool waits = false)
    {
        auto* const one = new call{*home, waits, call_handler{std::forward<Handler>(handler)}};
        home->submit(*one);
        return *one;
    }
    auto noting(const std::string& name)
    {
        return [this, name](const std::string& result) { log.add(name + " " + result); };
    }

    diary log;
    asio::io_context context{1};
    std::shared_ptr<shard> home = shard::create(base::make_asio_environment(context.get_executor()));
};

}  // namespace async_cassandra::net
