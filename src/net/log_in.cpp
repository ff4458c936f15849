// SPDX-License-Identifier: Apache-2.0
#include "net/log_in.hpp"

#include "net/shard_call.hpp"

#include <atomic>
#include <stdexcept>
#include <utility>

namespace async_cassandra::net {

namespace {

std::string text_of(const std::exception_ptr& cause) noexcept
{
    try {
        std::rethrow_exception(cause);
    } catch (const std::exception& e) {
        return std::string{"the authentication provider failed: "} + e.what();
    } catch (...) {
        return "the authentication provider failed with an exception that is no std::exception";
    }
}

/// One question to the user's code; the first answer counts.
class reply_slot final : public detail::sasl_waiter {
public:
    reply_slot(std::shared_ptr<shard> home, std::weak_ptr<log_in_owner> owner)
        : shard_(std::move(home)), owner_(std::move(owner))
    {}
    reply_slot(const reply_slot&) = delete;
    reply_slot& operator=(const reply_slot&) = delete;

    ~reply_slot() override
    {
        if (!answered_.load(std::memory_order_relaxed))
            on_failure(std::make_exception_ptr(std::runtime_error{"it gave up its reply without a call"}));
    }

    void on_response(secret_bytes&& token) noexcept override
    {
        if (answered_.exchange(true, std::memory_order_relaxed))
            return;
        // Locked on the shard's thread only: the last owner of a connection must not be another one.
        run_on(*shard_, [owner = owner_, kept = std::make_shared<secret_bytes>(std::move(token))] {
            if (const auto still_there = owner.lock())
                still_there->on_token(*kept);
        });
    }

    void on_failure(std::exception_ptr cause) noexcept override
    {
        if (answered_.exchange(true, std::memory_order_relaxed))
            return;
        run_on(*shard_, [owner = owner_, cause] {
            if (const auto still_there = owner.lock())
                still_there->on_log_in_failed(text_of(cause), cause);
        });
    }

    void close() noexcept { answered_.store(true, std::memory_order_relaxed); }

private:
    std::shared_ptr<shard> shard_;
    std::weak_ptr<log_in_owner> owner_;
    std::atomic<bool> answered_{false};
};

}  // namespace

template <class Call>
void log_in::ask(const std::shared_ptr<log_in_owner>& owner, Call call) noexcept
{
    const auto slot = std::make_shared<reply_slot>(shard_, owner);
    try {
        call(sasl_reply{slot});
    } catch (...) {
        slot->close();
        const std::exception_ptr cause = std::current_exception();
        owner->on_log_in_failed(text_of(cause), cause);
    }
}

void log_in::begin(
    const std::shared_ptr<log_in_owner>& owner,
    authentication_provider& provider,
    const endpoint& node,
    const std::string& authenticator
) noexcept
{
    ask(owner, [&](sasl_reply reply) {
        exchange_ = provider.start(node, authenticator);
        if (exchange_ == nullptr)
            throw std::logic_error{"it started no exchange"};
        const std::shared_ptr<sasl_exchange> kept = exchange_;
        kept->begin(std::move(reply));
    });
}

void log_in::challenge(
    const std::shared_ptr<log_in_owner>& owner, std::span<const std::byte> challenge
) noexcept
{
    ask(owner, [&](sasl_reply reply) {
        const std::shared_ptr<sasl_exchange> kept = exchange_;
        kept->challenge(challenge, std::move(reply));
    });
}

bool log_in::accept(const std::shared_ptr<log_in_owner>& owner, std::span<const std::byte> token) noexcept
{
    try {
        const std::shared_ptr<sasl_exchange> kept = exchange_;
        kept->succeed(token);
    } catch (...) {
        const std::exception_ptr cause = std::current_exception();
        owner->on_log_in_failed(text_of(cause), cause);
        return false;
    }
    // The call may have ended everything.
    return std::exchange(exchange_, nullptr) != nullptr;
}

}  // namespace async_cassandra::net
