// SPDX-License-Identifier: Apache-2.0
#include "cluster/handshake_turns.hpp"

#include <algorithm>
#include <utility>

namespace async_cassandra::detail {

handshake_turn::~handshake_turn()
{
    if (taken_from_ != nullptr)
        taken_from_->give_back();
}

void handshake_turns::ask(handshake_turn& who, rank as) noexcept
{
    if (who.is_linked() && as >= who.rank_)
        return;
    who.unlink();
    who.rank_ = as;
    waiting_[static_cast<std::size_t>(as)].push_back(who);
    go_on();
}

handshake_turn* handshake_turns::choose() noexcept
{
    const std::size_t most_with_sure = most_ + std::max<std::size_t>(1, most_ / 4);
    for (auto& list : waiting_)
        if (!list.empty())
            return running_ < (&list == &waiting_.front() ? most_with_sure : most_) ? &list.pop_front()
                                                                                    : nullptr;
    return nullptr;
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
    while (!closed_) {
        handshake_turn* const next = choose();
        if (next == nullptr)
            break;
        next->taken_from_ = this;
        ++running_;
        next->begin();
    }
    going_on_ = false;
}

}  // namespace async_cassandra::detail
