// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>

namespace async_cassandra::base {

/// An entry of an inbox.
class inbox_node {
public:
    /// The taker hands the entry over, on its thread.
    virtual void on_taken() noexcept = 0;

    /// The taker is going away.
    virtual void on_dropped() noexcept = 0;

protected:
    virtual ~inbox_node() = default;

private:
    friend class inbox;
    inbox_node* next_ = nullptr;
};

/// Many threads put, one takes everything at once, in order of arrival. Lock-free, and allocates nothing.
class inbox {
public:
    enum class put_result {
        first,   ///< The inbox was empty: wake the taker.
        behind,  ///< Somebody else has woken the taker.
        closed,  ///< Not taken: the inbox is closed.
    };

    [[nodiscard]] put_result put(inbox_node& node) noexcept
    {
        inbox_node* head = head_.load(std::memory_order_acquire);
        do {
            if (head == closed())
                return put_result::closed;
            node.next_ = head;
        } while (
            !head_.compare_exchange_weak(head, &node, std::memory_order_release, std::memory_order_acquire)
        );
        return head == nullptr ? put_result::first : put_result::behind;
    }

    /// Hands every entry over, first come first.
    void take_all() noexcept
    {
        inbox_node* head = head_.load(std::memory_order_acquire);
        do {
            if (head == closed())
                return;
        } while (!head_.compare_exchange_weak(head, nullptr, std::memory_order_acquire));
        for_each(head, [](inbox_node& node) { node.on_taken(); });
    }

    /// Nothing is taken in afterwards. What is there is handed over, or dropped.
    void close(bool drop) noexcept
    {
        inbox_node* const head = head_.exchange(closed(), std::memory_order_acq_rel);
        if (head != closed())
            for_each(head, [drop](inbox_node& node) { drop ? node.on_dropped() : node.on_taken(); });
    }

private:
    // An address that no entry has.
    [[nodiscard]] inbox_node* closed() const noexcept
    {
        return reinterpret_cast<inbox_node*>(const_cast<inbox*>(this));
    }

    template <class Function>
    static void for_each(inbox_node* newest, Function f) noexcept
    {
        inbox_node* oldest = nullptr;
        while (newest != nullptr) {
            inbox_node* const before = newest->next_;
            newest->next_ = oldest;
            oldest = newest;
            newest = before;
        }
        while (oldest != nullptr) {
            inbox_node* const next = oldest->next_;
            f(*oldest);
            oldest = next;
        }
    }

    std::atomic<inbox_node*> head_{nullptr};
};

}  // namespace async_cassandra::base
