// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace async_cassandra::base {

/// Link of a doubly linked intrusive list. An object may be in one list per hook at a time.
/// `Tag` tells the hooks of one object apart.
template <class Tag>
class list_hook {
public:
    list_hook() noexcept = default;
    list_hook(const list_hook&) = delete;
    list_hook& operator=(const list_hook&) = delete;
    ~list_hook() { unlink(); }

    [[nodiscard]] bool is_linked() const noexcept { return next_ != nullptr; }

    void unlink() noexcept
    {
        if (next_ == nullptr)
            return;
        previous_->next_ = next_;
        next_->previous_ = previous_;
        previous_ = next_ = nullptr;
    }

private:
    template <class, class>
    friend class intrusive_list;

    list_hook* previous_ = nullptr;
    list_hook* next_ = nullptr;
};

/// A list of objects that it does not own. Nothing is allocated; removal is O(1) from the object alone.
template <class T, class Tag>
class intrusive_list {
public:
    using hook = list_hook<Tag>;

    intrusive_list() noexcept { head_.previous_ = head_.next_ = &head_; }
    intrusive_list(const intrusive_list&) = delete;
    intrusive_list& operator=(const intrusive_list&) = delete;
    ~intrusive_list() { clear(); }

    [[nodiscard]] bool empty() const noexcept { return head_.next_ == &head_; }
    [[nodiscard]] T& front() noexcept { return object(*head_.next_); }

    void push_back(T& item) noexcept
    {
        hook& link = item;
        link.previous_ = head_.previous_;
        link.next_ = &head_;
        head_.previous_->next_ = &link;
        head_.previous_ = &link;
    }

    T& pop_front() noexcept
    {
        T& first = front();
        static_cast<hook&>(first).unlink();
        return first;
    }

    /// Moves everything from `other` to the end of this list.
    void splice_back(intrusive_list& other) noexcept
    {
        if (other.empty())
            return;
        hook* first = other.head_.next_;
        hook* last = other.head_.previous_;
        other.head_.previous_ = other.head_.next_ = &other.head_;
        first->previous_ = head_.previous_;
        head_.previous_->next_ = first;
        last->next_ = &head_;
        head_.previous_ = last;
    }

    void clear() noexcept
    {
        while (!empty())
            head_.next_->unlink();
    }

private:
    static T& object(hook& link) noexcept { return static_cast<T&>(link); }

    hook head_;
};

}  // namespace async_cassandra::base
