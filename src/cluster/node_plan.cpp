// SPDX-License-Identifier: Apache-2.0
#include "cluster/load_balancing.hpp"

#include <algorithm>
#include <utility>

namespace async_cassandra::detail {

void node_plan::list(std::uint32_t position)
{
    mark_given(position);
    if (listed_++ >= most_inline)
        overflow_->list.push_back(position);
}

bool node_plan::is_given(std::uint32_t position) const noexcept
{
    if (overflow_ != nullptr)
        return overflow_->given[position];
    return std::find(given_.begin(), given_.begin() + given_count_, position) !=
           given_.begin() + given_count_;
}

void node_plan::mark_given(std::uint32_t position)
{
    if (given_count_ < most_inline) {
        given_[given_count_++] = position;
        return;
    }
    if (overflow_ == nullptr) {
        overflow_ = std::make_unique<overflow>();
        overflow_->given.resize(table_->size());
        for (const std::uint32_t earlier : given_)
            overflow_->given[earlier] = true;
    }
    overflow_->given[position] = true;
}

bool node_plan::may_take(std::uint32_t position) const noexcept
{
    switch (table_->facts(position).status) {
    case base::node_status::unknown:
    case base::node_status::connecting:
    case base::node_status::up: return true;
    case base::node_status::silent:
    case base::node_status::down:
    case base::node_status::removed: return false;
    }
    return false;
}

bool node_plan::has_choice() const noexcept
{
    for (std::uint32_t i = next_listed_; i < listed_; ++i)
        if (may_take(listed_at(i)))
            return true;
    if (upcoming_ != none && may_take(upcoming_))
        return true;
    for (std::uint16_t i = 0; i < groups_; ++i) {
        const plan_table::group& in = table_->groups()[i];
        const auto is_left = [&](std::uint32_t position) { return !is_given(position); };
        // Local ones that are not up have been tried, or are being tried for nobody: they take nothing.
        const bool found =
            i < table_->local_groups()
                ? std::ranges::any_of(in.up, is_left, [&](std::uint32_t at) { return in.nodes[at]; })
                : std::ranges::any_of(in.nodes, [&](auto p) { return is_left(p) && may_take(p); });
        if (found)
            return true;
    }
    return false;
}

std::uint32_t node_plan::look_further()
{
    if (next_listed_ < listed_)
        return listed_at(next_listed_++);
    if (groups_ == 0)
        return none;
    while (true) {
        for (; group_ < groups_; ++group_, step_ = 0) {
            const std::uint32_t found = next_of_group(table_->groups()[group_], !down_too_);
            if (found != none)
                return found;
        }
        if (std::exchange(down_too_, true))
            return none;
        group_ = 0;
    }
}

std::uint32_t node_plan::next_of_group(const plan_table::group& in, bool want_up)
{
    const auto size = static_cast<std::uint32_t>(in.nodes.size());
    if (step_ == size)
        return none;
    // From one that is up when there is one: the neighbour of a node that is down must not get the share of both.
    const auto up = static_cast<std::uint32_t>(in.up.size());
    if (step_ == 0)
        first_ = up != 0 ? in.up[turn_ % up] : turn_ % size;
    while (step_ < size) {
        const std::uint32_t index = first_ + step_++;
        const std::uint32_t position = in.nodes[index < size ? index : index - size];
        if ((want_up && !table_->facts(position).up) || is_given(position))
            continue;
        mark_given(position);
        return position;
    }
    return none;
}

}  // namespace async_cassandra::detail
