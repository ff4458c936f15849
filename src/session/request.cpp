// SPDX-License-Identifier: Apache-2.0
#include "session/request.hpp"

#include "base/failure.hpp"
#include "session/server_failure.hpp"

#include <boost/asio/error.hpp>

#include <exception>
#include <new>
#include <utility>

namespace async_cassandra::detail {

void request::begin(std::chrono::milliseconds timeout) noexcept
{
    if (start_clock(timeout))
        resend();
}

bool request::start_clock(std::chrono::milliseconds timeout) noexcept
{
    if (home_->is_closed()) {
        set_error(session_closed());
        state_ = state::ended;
        on_end();
        return false;
    }
    if (keyspace_ == nullptr) {
        home_->open();
        keyspace_ = &home_->keyspace();
    }
    timeout_ = timeout;
    home_->add(*this);
    // The clock's time, not the turn's: a handler that took long must not shorten the next request's deadline. A short one
    // is to be met more closely.
    const base::environment& env = home_->home().env();
    const bool is_short = timeout < 20 * base::environment::coarseness;
    home_->home().set_timer(*this, (is_short ? env.now() : env.coarse_now()) + timeout);
    return true;
}

void request::resend() noexcept
{
    try {
        plan_ = make_plan();
    } catch (...) {
        fail(policy_failure(std::current_exception()));
        return;
    }
    try_nodes();
}

pool_plan request::make_plan()
{
    // What has no consistency level may go wherever others may.
    return home_->plan(
        *keyspace_, {.consistency = consistency::one, .keyspace = keyspace_->name, .now = home_->home().now()}
    );
}

std::string request::why_no_node() const
{
    const load_balancing_settings& how = home_->config().load_balancing;
    return how.policy != nullptr ? "the load balancing policy named none"
                                 : "the local data center has none that may be used";
}

void request::resend_here() noexcept
{
    if (!offer(*pool_))
        try_nodes();
}

void request::try_nodes() noexcept
{
    while (!plan_.empty()) {
        const std::uint32_t position = plan_.next();
        if (!attempts_.empty() && is_spill(position))
            break;
        pool* where = plan_.pool_at(position);
        if (where == nullptr)
            where = home_->open_on_demand(*keyspace_, plan_.host_at(position));
        if (where != nullptr && offer(*where))
            return;
    }
    fail(failure_of_attempts());
}

// Who has more to do than its own data center takes must not load another with it.
bool request::is_spill(std::uint32_t position) const noexcept
{
    return plan_.is_remote(position) && home_->config().load_balancing.policy == nullptr &&
           std::ranges::any_of(attempts_, [](const attempt& a) { return a.code == errc::overloaded; });
}

bool request::offer(pool& where) noexcept
{
    if (pool_ != &where)
        pool_ = pool_ptr{&where};
    attempt_began_ = home_->home().now();
    state_ = state::on_node;
    switch (where.submit(*this)) {
    case pool::admission::taken: return true;
    case pool::admission::down: {
        const net::close_reason& last = where.last_failure();
        const bool known = static_cast<bool>(last.code);
        note_attempt(
            known ? last.code : make_error_code(errc::connection_failed),
            known ? last.text : "not connected yet",
            request_effect::not_sent
        );
        break;
    }
    case pool::admission::full:
        note_attempt(
            errc::overloaded,
            "the queue of the node is full (max_queued_requests or max_queued_bytes, shared by the threads)",
            request_effect::not_sent
        );
        break;
    }
    state_ = state::idle;
    return false;
}

void request::on_response(net::response&& answer) noexcept
{
    state_ = state::idle;
    try {
        on_answer(std::move(answer));
    } catch (const std::bad_alloc&) {
        fail(base::make_failure(
            make_error_code(boost::system::errc::not_enough_memory),
            "out of memory while decoding the answer",
            request_effect::maybe_applied
        ));
    }
}

void request::on_lost(const net::close_reason& reason, request_effect effect) noexcept
{
    state_ = state::idle;
    effect = honest(effect);
    note_attempt(reason.code, reason.text, effect);
    // Where nothing can have happened, whatever was on its way, another node may be asked.
    if (effect != request_effect::maybe_applied)
        try_nodes();
    else
        fail(failure_of_attempts());
}

void request::on_unencodable(const char* rule) noexcept
{
    state_ = state::idle;
    fail(errc::bad_query, std::string{"the statement cannot be sent: "} + rule, request_effect::not_sent);
}

void request::on_timer(base::time_point) noexcept
{
    if (state_ == state::decoding && deliver_early())
        return;
    const std::string after = "request timed out after " + std::to_string(timeout_.count()) + " ms";
    if (state_ == state::decoding) {
        fail(errc::request_timeout, after + " while its answer was checked", request_effect::maybe_applied);
        return;
    }
    if (state_ != state::on_node) {
        fail(errc::request_timeout, after, request_effect::not_sent);
        return;
    }
    const request_effect effect = leave_node();
    const std::string_view doing =
        effect == request_effect::not_sent ? " while it waited to be sent to " : " without an answer from ";
    std::string what = after + std::string{doing} + to_string(pool_->node());
    note_attempt(errc::request_timeout, what, effect);
    fail(errc::request_timeout, std::move(what), effect);
}

bool request::cancel_request(asio::cancellation_type type) noexcept
{
    if (state_ == state::ended)
        return true;
    const auto always = asio::cancellation_type::terminal | asio::cancellation_type::partial;
    const bool only_unsent = (type & always) == asio::cancellation_type::none;
    request_effect effect = request_effect::not_sent;
    if (state_ == state::decoding) {
        if (only_unsent)
            return false;
        effect = request_effect::maybe_applied;
    } else if (state_ == state::on_node) {
        if (only_unsent && !pool::is_unsent(*this))
            return false;
        effect = leave_node();
        note_attempt(asio::error::operation_aborted, "cancelled by the caller", effect);
    }
    fail(base::make_failure(asio::error::operation_aborted, "cancelled by the caller", effect));
    return true;
}

void request::fail_closed() noexcept
{
    if (state_ == state::decoding && deliver_early())
        return;
    const request_effect effect = state_ == state::on_node    ? leave_node()
                                  : state_ == state::decoding ? request_effect::maybe_applied
                                                              : request_effect::not_sent;
    fail(errc::closed, "Session is closed: the request did not finish within drain_timeout", effect);
}

request_effect request::leave_node() noexcept
{
    state_ = state::idle;
    return honest(pool_->withdraw(*this));
}

void request::end() noexcept
{
    on_ending();
    detach_request();
    if (!home_->waits_for_idle()) {
        on_end();
        return;
    }
    // on_end may destroy this request; whoever waits for the session to fall idle is told after it.
    const std::shared_ptr<session_shard> home = home_;
    on_end();
    home->tell_when_idle();
}

void request::detach_request() noexcept
{
    base::timer_wheel::clear(*this);
    home_->remove(*this);
    state_ = state::ended;
    // Here, on the shard's thread: this object may be destroyed on another.
    pool_.reset();
    plan_.clear();
}

}  // namespace async_cassandra::detail
