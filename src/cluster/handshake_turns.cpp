// SPDX-License-Identifier: Apache-2.0
#include "cluster/handshake_turns.hpp"

#include <utility>

namespace async_cassandra::detail {

handshake_turn::~handshake_turn()
{
    if (taken_from_ != nullptr)
        taken_from_->give_back();
}

void handshake_turns::ask(handshake_turn& who, rank as) noexcept
{
    who.unlink();
    (as == rank::first ? first_ : later_).push_back(who);
    go_on();
}

void handshake_turns::give_back() noexcept
{
    --running_;
    go_on();
}

void handshake_turns::go_on() noexcept
{
    // One that fails at once gives its turn back from within: no recursion for each of a thousand.
    if (std::exchange(going_on_, true))
        return;
    while (!closed_ && running_ < most_ && !(first_.empty() && later_.empty())) {
        handshake_turn& next = (first_.empty() ? later_ : first_).pop_front();
        next.taken_from_ = this;
        ++running_;
        next.begin();
    }
    going_on_ = false;
}

}  // namespace async_cassandra::detail
