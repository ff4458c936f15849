// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>

namespace async_cassandra::base {

/// A number that one thread changes and any thread may read, as it was a moment ago. Costs its owner what a plain number
/// costs: no bus lock, no fence.
template <class T>
class single_writer {
public:
    constexpr single_writer() noexcept = default;
    constexpr explicit single_writer(T value) noexcept : value_(value) {}
    single_writer(const single_writer&) = delete;
    single_writer& operator=(const single_writer&) = delete;

    // Any thread.
    [[nodiscard]] T load() const noexcept { return value_.load(std::memory_order_relaxed); }
    operator T() const noexcept { return load(); }  // it reads as a number

    // Its owner.
    single_writer& operator=(T value) noexcept
    {
        value_.store(value, std::memory_order_relaxed);
        return *this;
    }
    single_writer& operator+=(T more) noexcept { return *this = static_cast<T>(load() + more); }
    single_writer& operator-=(T less) noexcept { return *this = static_cast<T>(load() - less); }
    T operator++() noexcept { return *this += T{1}; }
    T operator--() noexcept { return *this -= T{1}; }

private:
    static_assert(std::atomic<T>::is_always_lock_free);

    std::atomic<T> value_{};
};

}  // namespace async_cassandra::base
