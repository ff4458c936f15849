// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/error.hpp>
#include <async_cassandra/result.hpp>

#include <boost/asio/async_result.hpp>
#include <boost/core/demangle.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <exception>
#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <typeinfo>
#include <utility>

// Calls of the public interface from a thread that is none of the library's: started, waited for, looked at.
namespace async_cassandra::testing {

namespace asio = boost::asio;

/// Whatever takes longer hangs.
inline constexpr std::chrono::seconds patience{20};

/// Ten times the bound of what must happen at once (50 ms).
inline constexpr std::chrono::milliseconds at_once{500};

/// What most tests ask a played node.
inline constexpr const char* query = "SELECT k FROM ks.t";

/// An operation under way.
template <class T>
class call {
public:
    explicit call(std::future<T> end) : end_(std::move(end)) {}

    [[nodiscard]] bool ended() const
    {
        return end_.wait_for(std::chrono::seconds{0}) == std::future_status::ready;
    }
    [[nodiscard]] bool ends_within(std::chrono::milliseconds limit) const
    {
        return end_.wait_for(limit) == std::future_status::ready;
    }

    /// What it completes with. Throws what it fails with; std::future_error when its handler was destroyed uninvoked.
    T get()
    {
        if (!ends_within(patience)) {
            throw std::runtime_error("the call has not ended");
        }
        return end_.get();
    }

private:
    std::future<T> end_;
};

namespace calls {

template <class Signature>
struct outcome;

template <>
struct outcome<void(std::exception_ptr)> {
    using type = void;
    static void settle(std::promise<void>& promise, std::exception_ptr failed)
    {
        if (failed) {
            promise.set_exception(std::move(failed));
        } else {
            promise.set_value();
        }
    }
};

template <class T>
struct outcome<void(std::exception_ptr, T)> {
    using type = T;
    static void settle(std::promise<T>& promise, std::exception_ptr failed, T&& value)
    {
        if (failed) {
            promise.set_exception(std::move(failed));
        } else {
            promise.set_value(std::move(value));
        }
    }
};

template <class T>
struct outcome<void(result<T>)> {
    using type = result<T>;
    static void settle(std::promise<type>& promise, type&& value) { promise.set_value(std::move(value)); }
};

}  // namespace calls

/// Starts what an asynchronous function without a token returned.
template <class Operation>
auto start(Operation operation)
{
    using outcome = calls::outcome<asio::completion_signature_of_t<Operation>>;
    auto promise = std::make_shared<std::promise<typename outcome::type>>();
    call<typename outcome::type> started{promise->get_future()};
    std::move(operation)([promise](auto&&... results) {
        outcome::settle(*promise, std::forward<decltype(results)>(results)...);
    });
    return started;
}

/// Starts it, waits, and gives what it completes with.
template <class Operation>
auto get(Operation operation)
{
    return start(std::move(operation)).get();
}

/// How `body` fails, which must be with exactly this class.
template <class Error, class Body>
failure failure_thrown_by(Body&& body)
{
    try {
        body();
    } catch (const error& e) {
        EXPECT_EQ(typeid(e), typeid(Error))
            << boost::core::demangle(typeid(e).name()) << ": " << e.details().describe();
        return e.details();
    }
    ADD_FAILURE() << "it did not fail";
    return {};
}

template <class Error, class T>
failure failure_of(call<T> started)
{
    return failure_thrown_by<Error>([&] { static_cast<void>(started.get()); });
}

template <class Error, class Operation>
failure failure_of(Operation operation)
{
    return failure_of<Error>(start(std::move(operation)));
}

/// Time on the wall. Limits in tests are ten times what is promised.
class stopwatch {
public:
    [[nodiscard]] std::chrono::milliseconds elapsed() const
    {
        return std::chrono::duration_cast<std::chrono::milliseconds>(
            std::chrono::steady_clock::now() - began_
        );
    }

private:
    std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
};

/// Waits until something that happens on another thread has happened.
template <class Condition>
[[nodiscard]] bool eventually(Condition condition)
{
    const stopwatch since;
    while (!condition()) {
        if (since.elapsed() > patience) {
            return false;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds{1});
    }
    return true;
}

}  // namespace async_cassandra::testing
