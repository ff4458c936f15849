// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/config.hpp>
#include <async_cassandra/host_health.hpp>
#include <async_cassandra/node_stats.hpp>
#include <async_cassandra/schema.hpp>
#include <async_cassandra/session.hpp>
#include <async_cassandra/stats.hpp>
#include <async_cassandra/topology.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <memory>
#include <string>
#include <vector>

namespace async_cassandra {

namespace detail {

class cluster_core;

using connect_signature = void(std::exception_ptr, session);
using connect_handler = asio::any_completion_handler<connect_signature>;
using health_signature = void(std::exception_ptr, host_health);
using health_handler = asio::any_completion_handler<health_signature>;

void start_connect(
    const std::shared_ptr<cluster_core>& core, std::string&& keyspace, connect_handler handler
);
void start_close(const std::shared_ptr<cluster_core>& core, close_handler handler);
void start_health_check(
    const std::shared_ptr<cluster_core>& core, const uuid& host_id, health_handler handler
);

template <>
inline constexpr bool completes_operation<session> = true;
template <>
inline constexpr bool completes_operation<host_health> = true;

}  // namespace detail

/// The connections to one Cassandra cluster. (AsyncCluster of the requirement documents.)
///
/// Runs on the caller's executor, or on threads of its own. Opens nothing before the first `connect`. A cheap
/// handle: copies share; any thread may use it. When the last handle, session and running call are gone, the
/// connections are closed, without blocking. When the caller's io_context is destroyed first, pending
/// handlers are destroyed uninvoked; handles that are left may then only be destroyed.
class cluster {
public:
    /// Over the caller's executor: an io_context run by one thread, or, when several threads run it, a strand
    /// (asio::make_strand(ioc)). Everything happens there. Throws `configuration_error`, also when
    /// `config.io_threads` asks for threads that nothing would run on.
    explicit cluster(asio::any_io_executor executor, cluster_config config = {});

    /// With `config.io_threads` threads of its own. A handler without an executor runs on one of them; an
    /// exception that leaves it ends the process, as with any thread. Throws `configuration_error`.
    ///
    /// Let an executor that handlers complete on run out of work by itself (`run()`, `thread_pool::join()`):
    /// the cluster's threads hold a share of its work until they have let go of it. One that is ended by
    /// `stop()` may be in use by them still, as by any thread that posts to it.
    explicit cluster(cluster_config config = {});

    /// Made by the library and its tests.
    explicit cluster(std::shared_ptr<detail::cluster_core> core) noexcept : core_(std::move(core)) {}

    /// Connects, and opens a session; `keyspace` ("" for none) is taken literally, as in a quoted CQL name.
    /// Completes with void(std::exception_ptr, session) when every shard has a connection.
    ///
    /// Nodes that cannot be reached yet, or cannot read their tables yet, are tried again until
    /// `connect_timeout` is over.
    ///
    /// Errors: `no_host_available` at the end of that time, with the last cause of each node in `attempts`.
    /// At once: `authentication_error` and `authentication_failed`; `invalid_request` when the keyspace does
    /// not exist; `configuration_error` when a node that is tried does not offer what is asked for;
    /// `no_host_available` when every node was tried and TLS failed with one (`errc::tls_failed` in
    /// `attempts`); `connection_error` when the cluster is closed.
    /// \par Cancellation any type ends the call. The search for a node ends soon after, unless the cluster
    /// was connected before.
    template <asio::completion_token_for<detail::connect_signature> Token = asio::deferred_t>
    auto connect(std::string keyspace = {}, Token&& token = Token{}) const
    {
        return asio::async_initiate<Token, detail::connect_signature>(
            [core = core_](auto&& handler, std::string&& name) {
                detail::start_connect(
                    core, std::move(name), detail::connect_handler{std::forward<decltype(handler)>(handler)}
                );
            },
            token,
            std::move(keyspace)
        );
    }

    /// Closes every session as `session::close` does, then the connections. Completes with
    /// void(std::exception_ptr); repeated calls wait for the same end. Nothing but a cancellation is an error
    /// of it.
    /// \par Cancellation any type ends the wait, as that of `session::close`; the closing goes on.
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

    /// Asks one node whether it lives: OPTIONS (native_protocol_v5.spec section 4.1.3) to exactly that node,
    /// over a connection for requests, else over one that is opened for it and closed after. Checks of
    /// several nodes run side by side. Completes with void(std::exception_ptr, host_health) after
    /// `cluster_config::health_check_timeout` at the latest.
    ///
    /// Errors, which name the node and the cause: `no_host_available` when the cluster has no node with this
    /// host id (see `topology`), `operation_timed_out` when the node does not answer in time,
    /// `connection_error` when it cannot be connected to or the connection is lost, `authentication_failed`
    /// and the like when it refuses the log-in, `protocol_error` when its answer is not SUPPORTED;
    /// `connection_error` when the cluster is closed.
    /// \par Cancellation any type ends the call.
    template <asio::completion_token_for<detail::health_signature> Token = asio::deferred_t>
    auto check_host_health(uuid host_id, Token&& token = Token{}) const
    {
        return asio::async_initiate<Token, detail::health_signature>(
            [core = core_](auto&& handler, const uuid& node) {
                detail::start_health_check(
                    core, node, detail::health_handler{std::forward<decltype(handler)>(handler)}
                );
            },
            token,
            host_id
        );
    }

    /// The nodes and where data lies, as known now; empty before the first `connect` has completed. On any
    /// thread; takes a lock, so keep it for many uses. A program that wants the news asks again.
    [[nodiscard]] async_cassandra::topology topology() const;

    /// Keyspaces, tables, user-defined types, views and indexes, as known now; refreshed when a node tells of
    /// a change. Empty before the first `connect` has completed (after it, too, while reading takes longer than
    /// it waits), and when the server does not show its schema. On any thread.
    [[nodiscard]] async_cassandra::schema schema() const;

    /// What the cluster and its sessions hold now. On any thread; takes a lock that no request takes.
    [[nodiscard]] cluster_stats stats() const;

    /// What the connections have carried to each node of `topology`, in its order, and how long answers took.
    /// Live, on any thread; takes a lock that no request takes.
    [[nodiscard]] std::vector<async_cassandra::node_stats> node_stats() const;

    /// Another number of connections to each node, of each thread, from now on, as
    /// `cluster_config::connections_per_node`. Missing ones are opened; those that are too many take nothing
    /// new and close when their last request has ended, so no request fails by it. Returns at once. Throws
    /// `configuration_error` unless 1 … 8.
    void set_connections_per_node(unsigned connections) const;

    /// True from the moment `close` was called.
    [[nodiscard]] bool is_closed() const noexcept;

private:
    std::shared_ptr<detail::cluster_core> core_;
};

}  // namespace async_cassandra
