// SPDX-License-Identifier: Apache-2.0
// How a request's attempts are put down, and what it fails with when they lead nowhere.
#include "base/failure.hpp"
#include "session/request.hpp"
#include "session/server_failure.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace async_cassandra::detail {

failure request::failure_of_attempts()
{
    if (attempts_.empty())
        return base::make_failure(
            errc::no_host_available, "no node could take the request: " + why_no_node()
        );
    if (refusal_ != nullptr)
        return failure_of_refusal();
    const attempt& last = attempts_.back();
    // What a server sent back before does not make it a matter of several nodes.
    const bool alone = std::all_of(attempts_.begin(), attempts_.end() - 1, [](const attempt& a) {
        return a.effect == request_effect::rejected;
    });
    if (alone && last.effect == request_effect::maybe_applied) {
        const bool lost = last.code.category() == client_category();
        return base::make_failure(
            lost ? last.code : make_error_code(errc::connection_lost),
            "connection to " + to_string(last.node) + " lost with the request on it: " + last.reason,
            last.effect
        );
    }
    std::string causes;
    request_effect effect = request_effect::not_sent;
    bool full = false;
    for (const attempt& tried : attempts_) {
        causes += (causes.empty() ? "" : "; ") + to_string(tried.node) + ": " + tried.reason;
        effect = std::max(effect, tried.effect);
        full = full || tried.code == errc::overloaded;
    }
    // There are nodes, and a moment later they may take it.
    if (full && effect == request_effect::not_sent)
        return base::make_failure(errc::overloaded, std::move(causes));
    return base::make_failure(errc::no_host_available, "no node could take the request: " + causes, effect);
}

failure request::failure_of_refusal()
{
    failure f = to_failure(std::move(refusal_), cql());
    const auto refused = std::ranges::find(attempts_.rbegin(), attempts_.rend(), f.code, &attempt::code);
    if (refused != attempts_.rend())
        f.node = refused->node;
    return f;
}

void request::note_attempt(boost::system::error_code code, std::string reason, request_effect effect)
{
    const auto took =
        std::chrono::duration_cast<std::chrono::microseconds>(home_->home().now() - attempt_began_);
    attempts_.push_back({pool_->node(), took, code, std::move(reason), effect});
}

void request::add_attempts(std::vector<attempt>&& made)
{
    std::ranges::move(made, std::back_inserter(attempts_));
}

request_effect request::honest(request_effect effect) const noexcept
{
    return changes_nothing() ? std::min(effect, request_effect::rejected) : effect;
}

void request::fail(failure&& f) noexcept
{
    if (pool_ != nullptr && !f.node)
        f.node = pool_->node();
    for (const attempt& tried : attempts_)
        f.effect = std::max(f.effect, tried.effect);
    f.attempts = std::move(attempts_);
    failure_ = failure_ptr{std::move(f)};
    end();
}

void request::fail(errc code, std::string what, request_effect effect) noexcept
{
    fail(base::make_failure(code, std::move(what), effect));
}

void request::fail_from_server(server_error_details&& details) noexcept
{
    failure f = to_failure(std::make_shared<const server_error_details>(std::move(details)), cql());
    f.effect = honest(f.effect);
    note_attempt(f.code, f.what, f.effect);
    fail(std::move(f));
}

void request::note_refusal(server_error_details&& details)
{
    refusal_ = std::make_shared<const server_error_details>(std::move(details));
    const failure f = to_failure(refusal_, cql());
    note_attempt(f.code, f.what, honest(f.effect));
}

void request::fail_malformed(std::string rule) noexcept
{
    std::string what = "malformed answer from " + to_string(pool_->node()) + ": " + std::move(rule);
    const request_effect effect = honest(request_effect::maybe_applied);
    note_attempt(errc::protocol_violation, what, effect);
    fail(errc::protocol_violation, std::move(what), effect);
}

void request::on_too_large(std::uint32_t body_length) noexcept
{
    state_ = state::idle;
    fail_malformed("the " + std::to_string(body_length) + " bytes of its body were not read");
}

}  // namespace async_cassandra::detail
