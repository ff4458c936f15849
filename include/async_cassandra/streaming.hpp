// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/detail/asio_fixes.hpp>
#include <async_cassandra/page.hpp>
#include <async_cassandra/result.hpp>

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/deferred.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

namespace async_cassandra {

namespace asio = boost::asio;

/// How a stream fetches.
struct stream_config {
    /// Rows per page; the statement's or the cluster's page size when not set. At least 1.
    std::optional<std::int32_t> page_size;

    /// Pages requested ahead of the reader. 0: a page is requested only when it is asked for.
    std::size_t pages_ahead = 1;
};

namespace detail {

class stream_core;

using next_page_signature = void(std::exception_ptr, std::optional<page>);
using try_next_page_signature = void(result<std::optional<page>>);

struct initiate_next_page {
    std::shared_ptr<stream_core> core;
    void operator()(asio::any_completion_handler<next_page_signature> handler) const;
};
struct initiate_try_next_page {
    std::shared_ptr<stream_core> core;
    void operator()(asio::any_completion_handler<try_next_page_signature> handler) const;
};

template <>
inline constexpr bool completes_operation<std::optional<page>> = true;

}  // namespace detail

/// The pages of one statement, one after the other, with bounded memory: at most `pages_ahead` pages wait
/// unread, and one more is on its way. Made by `session::execute_stream`. (AsyncStreamingResultSet of the
/// requirement documents.)
///
///     while (auto page = co_await stream.next_page())
///         for (auto row : *page) …
///
/// Movable, not copyable. Destroying it ends the stream and gives its memory back. One thread at a time;
/// several `next_page` may be outstanding, each gets a page of its own, in order.
class streaming_result_set {
public:
    explicit streaming_result_set(std::shared_ptr<detail::stream_core> core) noexcept : core_(std::move(core))
    {}
    streaming_result_set(streaming_result_set&&) noexcept = default;
    streaming_result_set& operator=(streaming_result_set&& other) noexcept;
    ~streaming_result_set();

    /// The next page; empty after the last one. A page may have no rows and still have successors.
    ///
    /// Completes with void(std::exception_ptr, std::optional<page>). Errors: those of `session::execute`;
    /// pages that arrived before the failure are handed over first, and every later call gets the same
    /// failure. Each page has the statement's timeout to itself.
    /// \par Cancellation terminal, partial, total: this call ends with operation_aborted, no page is lost.
    template <asio::completion_token_for<detail::next_page_signature> Token = asio::deferred_t>
    auto next_page(Token&& token = Token{})
    {
        return asio::async_initiate<Token, detail::next_page_signature>(
            [start = detail::initiate_next_page{core_}](auto&& handler) {
                start(asio::any_completion_handler<detail::next_page_signature>{
                    std::forward<decltype(handler)>(handler)});
            },
            token
        );
    }

    /// Like `next_page`, never throws: void(result<std::optional<page>>). A failure, a page, or no page at
    /// the end.
    template <asio::completion_token_for<detail::try_next_page_signature> Token = asio::deferred_t>
    auto try_next_page(Token&& token = Token{})
    {
        return asio::async_initiate<Token, detail::try_next_page_signature>(
            [start = detail::initiate_try_next_page{core_}](auto&& handler) {
                start(asio::any_completion_handler<detail::try_next_page_signature>{
                    std::forward<decltype(handler)>(handler)});
            },
            token
        );
    }

    /// Pages handed over so far.
    [[nodiscard]] std::size_t page_number() const noexcept;

    /// Rows in those pages.
    [[nodiscard]] std::size_t total_rows_fetched() const noexcept;

    /// Ends the stream: nothing more is requested, unread pages are dropped, waiting and later `next_page`
    /// calls complete with no page. Returns at once.
    void close() noexcept;

private:
    std::shared_ptr<detail::stream_core> core_;
};

}  // namespace async_cassandra
