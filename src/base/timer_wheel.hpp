// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/intrusive_list.hpp"
#include "base/single_writer.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>

namespace async_cassandra::base {

struct timer_tag;

/// Something that wants to know when a time has come. Unlinks itself when destroyed.
class timer_node : public list_hook<timer_tag> {
public:
    virtual void on_timer(std::chrono::steady_clock::time_point now) noexcept = 0;

protected:
    virtual ~timer_node() { leave(); }

private:
    friend class timer_wheel;

    void leave() noexcept
    {
        if (!is_linked())
            return;
        unlink();
        --*set_;
    }

    std::uint64_t tick_ = 0;
    single_writer<std::size_t>* set_ = nullptr;  // of the wheel that it is set in
};

/// A hashed timer wheel: 1,024 slots of one millisecond, and a list for what lies beyond. Setting and clearing are
/// O(1) and allocate nothing. Pure: time is an argument. A timer never fires early, and at most one tick late.
class timer_wheel {
public:
    using time_point = std::chrono::steady_clock::time_point;
    static constexpr std::chrono::milliseconds tick{1};

    explicit timer_wheel(time_point start) noexcept : start_(start) {}

    /// Sets the node to fire at `when`; a set node moves.
    void set(timer_node& node, time_point when) noexcept;

    static void clear(timer_node& node) noexcept { node.leave(); }

    /// Fires everything due at `now`, in order of tick. Nodes may set and clear timers meanwhile.
    void advance(time_point now) noexcept;

    /// When `advance` must be called next; empty when nothing is set. May be earlier than the first timer (then
    /// distant timers move closer), never later.
    [[nodiscard]] std::optional<time_point> next() const noexcept;

    /// Nodes that are set. Any thread.
    [[nodiscard]] std::size_t size() const noexcept { return set_; }

private:
    static constexpr std::uint64_t slot_count = 1024;
    static constexpr std::uint64_t cascade_interval = slot_count / 2;
    using timer_list = intrusive_list<timer_node, timer_tag>;

    [[nodiscard]] std::uint64_t tick_at_or_after(time_point when) const noexcept;
    [[nodiscard]] std::uint64_t tick_at_or_before(time_point when) const noexcept;
    [[nodiscard]] std::optional<std::uint64_t> first_occupied(std::uint64_t limit) const noexcept;
    void place(timer_node& node) noexcept;
    void fire(std::uint64_t tick_number, time_point now) noexcept;
    void cascade() noexcept;

    time_point start_;
    single_writer<std::size_t> set_;
    std::uint64_t current_ = 0;                              // every tick below this one has fired
    std::uint64_t next_cascade_ = cascade_interval;          // when far_ is looked through
    std::array<std::uint64_t, slot_count / 64> occupied_{};  // a set bit may be stale, a clear one never is
    std::array<timer_list, slot_count> slots_;               // ticks current_ … current_ + 1,023
    timer_list far_;                                         // at least one cascade interval away
};

}  // namespace async_cassandra::base
