// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <exception>
#include <utility>

namespace boost::asio::detail {

template <typename>
class awaitable_thread;
template <typename, typename>
class awaitable_async_op_handler;

}  // namespace boost::asio::detail

namespace async_cassandra::detail {

/// Types that complete operations of this library.
template <class T>
inline constexpr bool completes_operation = false;

}  // namespace async_cassandra::detail

namespace boost::asio::detail {

/// `co_await` of an operation with the signature void(std::exception_ptr, T): Boost 1.81's own version tests
/// a struct where it means a pointer and does not compile. More constrained than that one, so it is
/// preferred, for our T alone.
template <typename R, typename T, typename Executor>
    requires async_cassandra::detail::completes_operation<T>
class awaitable_async_op_handler<R(std::exception_ptr, T), Executor> : public awaitable_thread<Executor> {
public:
    struct result_type {
        std::exception_ptr* exception;
        T* value;
    };

    awaitable_async_op_handler(awaitable_thread<Executor>* awaiting, result_type& result)
        : awaitable_thread<Executor>(std::move(*awaiting)), result_(result)
    {}

    void operator()(std::exception_ptr exception, T value)
    {
        result_.exception = &exception;
        result_.value = &value;
        this->entry_point()->top_of_stack_->attach_thread(this);
        this->entry_point()->top_of_stack_->clear_cancellation_slot();
        this->pump();
    }

    static T resume(result_type& result)
    {
        if (*result.exception)
            std::rethrow_exception(std::exchange(*result.exception, nullptr));
        return std::move(*result.value);
    }

private:
    result_type& result_;
};

}  // namespace boost::asio::detail
