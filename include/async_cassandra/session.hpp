// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/detail/asio_fixes.hpp>
#include <async_cassandra/protocol_version.hpp>
#include <async_cassandra/result.hpp>
#include <async_cassandra/result_set.hpp>
#include <async_cassandra/statement.hpp>
#include <async_cassandra/stats.hpp>
#include <async_cassandra/streaming.hpp>

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/deferred.hpp>

#include <exception>
#include <memory>
#include <string>
#include <utility>

namespace async_cassandra {

namespace asio = boost::asio;

namespace detail {

class session_core;

using execute_signature = void(std::exception_ptr, result_set);
using try_execute_signature = void(result<result_set>);
using prepare_signature = void(std::exception_ptr, prepared_statement);
using keyspace_signature = void(std::exception_ptr);
using close_signature = void(std::exception_ptr);

using execute_handler = asio::any_completion_handler<execute_signature>;
using try_execute_handler = asio::any_completion_handler<try_execute_signature>;
using prepare_handler = asio::any_completion_handler<prepare_signature>;
using keyspace_handler = asio::any_completion_handler<keyspace_signature>;
using close_handler = asio::any_completion_handler<close_signature>;

using session_ptr = std::shared_ptr<session_core>;
void start_execute(const session_ptr& core, statement&& s, execute_handler handler);
void start_execute_page(const session_ptr& core, statement&& s, paging_state&& from, execute_handler handler);
void start_try_execute(const session_ptr& core, statement&& s, try_execute_handler handler);
void start_prepare(const session_ptr& core, std::string&& cql, prepare_handler handler);
void start_set_keyspace(const session_ptr& core, std::string&& name, keyspace_handler handler);
void start_close(const session_ptr& core, close_handler handler);

template <>
inline constexpr bool completes_operation<result_set> = true;
template <>
inline constexpr bool completes_operation<prepared_statement> = true;

}  // namespace detail

/// A keyspace and defaults over the cluster's connections, made by `cluster::connect`. (AsyncCassandraSession
/// of the requirement documents.)
///
/// A cheap handle: copies share one session. Every function may be called from any thread; on the cluster's
/// own thread nothing is locked and nothing hops. Handlers complete on their associated executor, never
/// inside the call; without one, on the cluster's. Each asynchronous function takes any completion token:
/// `co_await` (the default, asio::deferred, is lazy: nothing happens before it is awaited), a callback,
/// asio::use_future, …
///
/// Every call ends, at the latest at its time limit. Errors, the same for all calls (see error.hpp):
/// `query_error` for what is wrong with the statement or its values, `server_error` and its children for what
/// the server answers, `operation_timed_out` at the time limit, `connection_error` when the connection is
/// lost or the session is closed, `no_host_available` when no node is connected, `overloaded` when too many
/// requests wait.
///
/// \par Cancellation terminal and partial end the call at once; a request that was sent may still be applied
///     (`error::effect`). total ends it only while it is unsent. The exception's code is
///     asio::error::operation_aborted.
class session {
public:
    /// An empty handle, for completion handlers of failed calls. Nothing but assignment and destruction is
    /// allowed.
    session() noexcept = default;

    explicit session(std::shared_ptr<detail::session_core> core) noexcept : core_(std::move(core)) {}

    /// Runs one statement and fetches all its pages, in order, one page request in flight.
    ///
    /// Completes with void(std::exception_ptr, result_set). Fails with `result_too_large` when the pages have
    /// more than `cluster_config::max_result_bytes`: use `execute_stream` for such results.
    template <asio::completion_token_for<detail::execute_signature> Token = asio::deferred_t>
    auto execute(statement s, Token&& token = Token{}) const
    {
        return asio::async_initiate<Token, detail::execute_signature>(
            [core = core_](auto&& handler, statement&& what) {
                detail::start_execute(
                    core, std::move(what), detail::execute_handler{std::forward<decltype(handler)>(handler)}
                );
            },
            token,
            std::move(s)
        );
    }

    /// Runs one statement and fetches one page of its rows: the first, or the one that `from` points to.
    ///
    /// Completes with void(std::exception_ptr, result_set); `result_set::paging_state` is where the next page
    /// begins. Not bounded by `max_result_bytes`, only by the protocol's limit of 256 MiB: a page above it
    /// ends its connection with `protocol_error`. A page comes in one piece: whatever is asked for behind a
    /// large one on the same connection waits until it is here, other connections do not
    /// (docs/large-pages.md). A paging state is good for the same statement with the same values and protocol
    /// version only, and must not be taken from an untrusted peer.
    template <asio::completion_token_for<detail::execute_signature> Token = asio::deferred_t>
    auto execute_page(statement s, paging_state from = {}, Token&& token = Token{}) const
    {
        return asio::async_initiate<Token, detail::execute_signature>(
            [core = core_](auto&& handler, statement&& what, paging_state&& where) {
                detail::start_execute_page(
                    core,
                    std::move(what),
                    std::move(where),
                    detail::execute_handler{std::forward<decltype(handler)>(handler)}
                );
            },
            token,
            std::move(s),
            std::move(from)
        );
    }

    /// Like `execute`, never throws: completes with void(result<result_set>).
    template <asio::completion_token_for<detail::try_execute_signature> Token = asio::deferred_t>
    auto try_execute(statement s, Token&& token = Token{}) const
    {
        return asio::async_initiate<Token, detail::try_execute_signature>(
            [core = core_](auto&& handler, statement&& what) {
                detail::start_try_execute(
                    core,
                    std::move(what),
                    detail::try_execute_handler{std::forward<decltype(handler)>(handler)}
                );
            },
            token,
            std::move(s)
        );
    }

    /// Streams the pages of one statement: memory stays bounded however many rows there are. Returns at once
    /// and asks for nothing before the first `next_page`; errors come out of that.
    [[nodiscard]] streaming_result_set execute_stream(statement s, stream_config config = {}) const;

    /// Has the server parse a statement, once, for many executions. Completes with
    /// void(std::exception_ptr, prepared_statement).
    template <asio::completion_token_for<detail::prepare_signature> Token = asio::deferred_t>
    auto prepare(std::string cql, Token&& token = Token{}) const
    {
        return asio::async_initiate<Token, detail::prepare_signature>(
            [core = core_](auto&& handler, std::string&& text) {
                detail::start_prepare(
                    core, std::move(text), detail::prepare_handler{std::forward<decltype(handler)>(handler)}
                );
            },
            token,
            std::move(cql)
        );
    }

    /// Moves this session, and no other, to another keyspace: names without one in calls that are made once
    /// this has completed belong to `name`, which is taken literally, as in a quoted CQL name. Calls under
    /// way, streams and prepared statements stay where they began. A `USE` statement given to `execute` does
    /// the same. In protocol version 4 each keyspace in use has connections of its own
    /// (`cluster_config::connections_per_node`); they are opened first.
    ///
    /// Completes with void(std::exception_ptr) within `cluster_config::request_timeout`. `invalid_request`
    /// when there is no such keyspace, `query_error` when the name is empty; after an error whose effect is
    /// not `maybe_applied` the session is where it was.
    template <asio::completion_token_for<detail::keyspace_signature> Token = asio::deferred_t>
    auto set_keyspace(std::string name, Token&& token = Token{}) const
    {
        return asio::async_initiate<Token, detail::keyspace_signature>(
            [core = core_](auto&& handler, std::string&& chosen) {
                detail::start_set_keyspace(
                    core,
                    std::move(chosen),
                    detail::keyspace_handler{std::forward<decltype(handler)>(handler)}
                );
            },
            token,
            std::move(name)
        );
    }

    /// Takes no more calls from now on, lets running ones finish for up to `cluster_config::drain_timeout`,
    /// then fails the rest with `connection_error`. Streams end with them: pages that were not read by then
    /// are dropped. The cluster and its other sessions go on. Completes with void(std::exception_ptr);
    /// repeated calls wait for the same end. Nothing but a cancellation is an error of it.
    /// \par Cancellation any type ends the wait, with an `error` whose code is
    /// asio::error::operation_aborted; the closing goes on.
    template <asio::completion_token_for<detail::close_signature> Token = asio::deferred_t>
    auto close(Token&& token = Token{}) const
    {
        return asio::async_initiate<Token, detail::close_signature>(
            [core = core_](auto&& handler) {
                detail::start_close(core, detail::close_handler{std::forward<decltype(handler)>(handler)});
            },
            token
        );
    }

    /// True from the moment `close` was called, on the session or the cluster.
    [[nodiscard]] bool is_closed() const noexcept;

    /// What the session holds now. On any thread; takes no lock.
    [[nodiscard]] session_stats stats() const noexcept;

    /// The version of the native protocol that is spoken: `cluster_config::protocol`, or lower where the
    /// server knows no higher one.
    [[nodiscard]] protocol_version protocol() const noexcept;

    /// The keyspace chosen last, by `connect`, `set_keyspace` or a USE statement; empty when none was.
    [[nodiscard]] std::string keyspace() const;

private:
    std::shared_ptr<detail::session_core> core_;
};

}  // namespace async_cassandra
