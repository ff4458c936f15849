// SPDX-License-Identifier: Apache-2.0
#include "base/timer_wheel.hpp"

#include <algorithm>
#include <bit>

namespace async_cassandra::base {

void timer_wheel::set(timer_node& node, time_point when) noexcept
{
    node.leave();
    node.tick_ = std::max(tick_at_or_after(when), current_);
    node.set_ = &set_;
    ++set_;
    place(node);
}

void timer_wheel::advance(time_point now) noexcept
{
    if (now < start_)
        return;
    const std::uint64_t target = tick_at_or_before(now);
    while (current_ <= target) {
        const std::uint64_t limit = std::min(target + 1, next_cascade_);
        if (const auto due = first_occupied(limit)) {
            current_ = *due + 1;
            fire(*due, now);
        } else {
            current_ = limit;
        }
        if (current_ >= next_cascade_)
            cascade();
    }
}

std::optional<timer_wheel::time_point> timer_wheel::next() const noexcept
{
    std::optional<std::uint64_t> due = first_occupied(current_ + slot_count);
    if (!far_.empty())
        due = std::min(due.value_or(next_cascade_), next_cascade_);
    if (!due)
        return std::nullopt;
    return start_ + tick * static_cast<std::int64_t>(*due);
}

std::uint64_t timer_wheel::tick_at_or_after(time_point when) const noexcept
{
    const auto ticks = std::chrono::ceil<std::chrono::milliseconds>(when - start_).count();
    return ticks < 0 ? 0 : static_cast<std::uint64_t>(ticks);
}

std::uint64_t timer_wheel::tick_at_or_before(time_point when) const noexcept
{
    const auto ticks = std::chrono::floor<std::chrono::milliseconds>(when - start_).count();
    return ticks < 0 ? 0 : static_cast<std::uint64_t>(ticks);
}

std::optional<std::uint64_t> timer_wheel::first_occupied(std::uint64_t limit) const noexcept
{
    std::uint64_t at = current_;
    limit = std::min(limit, current_ + slot_count);
    while (at < limit) {
        const std::uint64_t slot = at % slot_count;
        const std::uint64_t word = occupied_[slot / 64] >> (slot % 64);
        if (word == 0) {
            at += 64 - slot % 64;
            continue;
        }
        at += static_cast<std::uint64_t>(std::countr_zero(word));
        if (at < limit && !slots_[at % slot_count].empty())
            return at;
        ++at;
    }
    return std::nullopt;
}

void timer_wheel::place(timer_node& node) noexcept
{
    if (node.tick_ >= current_ + slot_count) {
        far_.push_back(node);
        return;
    }
    const std::uint64_t slot = node.tick_ % slot_count;
    slots_[slot].push_back(node);
    occupied_[slot / 64] |= std::uint64_t{1} << (slot % 64);
}

void timer_wheel::fire(std::uint64_t tick_number, time_point now) noexcept
{
    const std::uint64_t slot = tick_number % slot_count;
    timer_list due;
    due.splice_back(slots_[slot]);
    occupied_[slot / 64] &= ~(std::uint64_t{1} << (slot % 64));
    while (!due.empty()) {
        timer_node& node = due.front();
        node.leave();
        node.on_timer(now);
    }
}

void timer_wheel::cascade() noexcept
{
    next_cascade_ = current_ + cascade_interval;
    timer_list waiting;
    waiting.splice_back(far_);
    while (!waiting.empty()) {
        timer_node& node = waiting.pop_front();
        node.tick_ = std::max(node.tick_, current_);
        place(node);
    }
}

}  // namespace async_cassandra::base
