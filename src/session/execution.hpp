// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/session.hpp>

#include "session/page_request.hpp"
#include "session/request_call.hpp"

#include <optional>
#include <type_traits>

namespace async_cassandra::detail {

/// One call of `execute`, `execute_page` or `try_execute`.
class execution : public request_call<page_request> {
public:
    enum class fetch : std::uint8_t { all_pages, one_page };

    void start() noexcept final { check_and_begin(); }

    // Executions come and go by the million: their memory is kept for the next one.
    static void* operator new(std::size_t size);
    static void operator delete(void* memory, std::size_t size) noexcept;

protected:
    execution(std::shared_ptr<session_shard> home, statement&& what, fetch how) noexcept
        : request_call(std::move(home), std::move(what)), how_(how)
    {}
    ~execution() override = default;

    [[nodiscard]] result_set take_result() noexcept { return result_ ? std::move(*result_) : result_set{}; }

private:
    [[nodiscard]] bool accepts(std::uint32_t body_length) noexcept final;
    void on_too_large(std::uint32_t body_length) noexcept final;
    void on_page(page&& p) final;
    void on_other(other_result&& other) final;
    void on_void() final { succeed(); }
    void on_end() noexcept final;

    std::optional<result_set> result_;  // none of a bare VOID
    // Gathered, with more to come:
    std::size_t bytes_ = 0;
    std::size_t pages_ = 0;
    fetch how_;
};

/// … with the caller's handler.
template <class Signature>
class execution_for final : public execution {
public:
    using handler_type = asio::any_completion_handler<Signature>;

    execution_for(
        std::shared_ptr<session_shard> home,
        statement&& what,
        paging_state&& from,
        fetch how,
        handler_type&& handler
    )
        : execution(std::move(home), std::move(what), how), handler_(std::move(handler))
    {
        continue_from(std::move(from));
        adopt(handler_);
    }

    void invoke() override
    {
        let_go(handler_);
        handler_type handler{std::move(handler_)};
        failure_ptr failed = take_error();
        result_set got = take_result();
        release();
        if constexpr (std::is_same_v<Signature, try_execute_signature>) {
            if (failed)
                std::move(handler)(result<result_set>{std::move(failed)});
            else
                std::move(handler)(result<result_set>{std::move(got)});
        } else if (failed) [[unlikely]] {
            std::move(handler)(to_exception(failed), result_set{});
        } else {
            std::move(handler)(nullptr, std::move(got));
        }
    }

    void abandon() noexcept override
    {
        let_go(handler_);
        handler_type dropped{std::move(handler_)};
        release();
    }

private:
    handler_type handler_;
};

}  // namespace async_cassandra::detail
