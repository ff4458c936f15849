// SPDX-License-Identifier: Apache-2.0
#include "cluster/pool_fsm.hpp"

#include <algorithm>
#include <utility>

namespace async_cassandra::detail {

namespace {

constexpr std::uint16_t least_orphan_limit = 256;

std::uint8_t legal(std::size_t connections) noexcept
{
    return static_cast<std::uint8_t>(std::clamp<std::size_t>(connections, 1, pool_fsm::most_connections));
}

bool is_idle(const pool_fsm::load& l) noexcept
{
    return l.in_use <= l.orphans;
}

}  // namespace

pool_fsm::pool_fsm(std::size_t connections, std::uint16_t max_in_flight) noexcept
    : wanted_(legal(connections)),
      max_in_flight_(max_in_flight),
      orphan_limit_(
          std::min(max_in_flight, std::max(least_orphan_limit, static_cast<std::uint16_t>(max_in_flight / 4)))
      )
{}

std::size_t pool_fsm::opening() const noexcept
{
    return static_cast<std::size_t>(std::count(states_.begin(), states_.end(), state::opening));
}

void pool_fsm::open(actions& out)
{
    auto found = std::find(states_.begin(), states_.end(), state::empty);
    if (found == states_.end()) {
        young_orphans_.push_back(0);
        found = states_.insert(states_.end(), state::empty);
    }
    *found = state::opening;
    out.open.add(static_cast<slot>(found - states_.begin()));
}

void pool_fsm::open_missing(actions& out)
{
    const std::size_t target = ready_count_ == 0 ? 1U : wanted_ + (replaced_ ? 1U : 0U);
    for (std::size_t have = ready_count_ + opening(); have < target; ++have)
        open(out);
}

void pool_fsm::remove_ready(slot s) noexcept
{
    const auto last = std::remove(ready_.begin(), ready_.begin() + ready_count_, s);
    ready_count_ = static_cast<std::uint8_t>(last - ready_.begin());
    if (replaced_ == s)
        replaced_.reset();
}

void pool_fsm::drain(actions& out, slot s, loads now_on) noexcept
{
    remove_ready(s);
    states_[s] = state::draining;
    if (is_idle(now_on[s]))
        out.close.add(s);
}

void pool_fsm::drain_surplus(actions& out, loads now_on) noexcept
{
    while (ready_count_ > wanted_ + (replaced_ ? 1U : 0U)) {
        const auto least =
            std::min_element(ready_.begin(), ready_.begin() + ready_count_, [&](slot a, slot b) {
                return now_on[a].in_use < now_on[b].in_use;
            });
        drain(out, replaced_ ? *replaced_ : *least, now_on);
    }
}

pool_fsm::actions pool_fsm::fill()
{
    actions out;
    open_missing(out);
    return out;
}

pool_fsm::actions pool_fsm::on_ready(slot s, loads now_on)
{
    actions out;
    if (states_[s] != state::opening) {
        out.close.add(s);
        return out;
    }
    states_[s] = state::ready;
    young_orphans_[s] = 0;
    ready_[ready_count_++] = s;
    if (replaced_)
        drain(out, *replaced_, now_on);
    drain_surplus(out, now_on);
    open_missing(out);
    return out;
}

void pool_fsm::free(slot s) noexcept
{
    if (states_[s] == state::ready)
        remove_ready(s);
    states_[s] = state::empty;
}

void pool_fsm::on_open_failed(slot s) noexcept
{
    free(s);
}

void pool_fsm::on_closed(slot s) noexcept
{
    free(s);
}

pool_fsm::actions pool_fsm::on_idle(slot s) noexcept
{
    actions out;
    if (states_[s] == state::draining)
        out.close.add(s);
    return out;
}

pool_fsm::actions pool_fsm::resize(std::size_t connections, loads now_on)
{
    actions out;
    wanted_ = legal(connections);
    drain_surplus(out, now_on);
    if (ready_count_ != 0)
        open_missing(out);
    return out;
}

pool_fsm::actions pool_fsm::drain_all(loads now_on)
{
    actions out;
    while (ready_count_ != 0)
        drain(out, ready_[0], now_on);
    for (std::size_t s = 0; s < states_.size(); ++s) {
        if (states_[s] != state::opening)
            continue;
        states_[s] = state::draining;
        out.close.add(static_cast<slot>(s));
    }
    orphans_due_.reset();
    return out;
}

void pool_fsm::on_orphaned(slot s, std::uint16_t orphans, time_point now) noexcept
{
    if (states_[s] != state::ready)
        return;
    if (orphans_due_) {
        ++young_orphans_[s];
    } else if (orphans >= orphan_limit_) {
        // Whatever is an orphan now has the age then.
        orphans_due_ = now + orphan_age;
        std::fill(young_orphans_.begin(), young_orphans_.end(), std::uint16_t{0});
    }
}

pool_fsm::actions pool_fsm::on_orphans_due(time_point now, loads now_on)
{
    actions out;
    if (!orphans_due_ || now < *orphans_due_)
        return out;
    orphans_due_.reset();
    for (const slot s : ready()) {
        const std::uint16_t orphans = now_on[s].orphans;
        // At least so many: of the young ones some may have been answered.
        const int aged = orphans - std::exchange(young_orphans_[s], std::uint16_t{0});
        if (orphans < orphan_limit_ || replaced_ == s)
            continue;
        if (aged >= orphan_limit_ && !replaced_)
            replaced_ = s;
        else
            orphans_due_ = now + orphan_age;
    }
    if (replaced_)
        open_missing(out);
    return out;
}

}  // namespace async_cassandra::detail
