// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/observer.hpp"
#include "cluster/backoff.hpp"

#include <chrono>
#include <cstdint>
#include <optional>

namespace async_cassandra::detail {

/// Why a connection did not come about, as far as it makes a difference. All are tried again: a password is corrected,
/// a node is upgraded, and nobody would tell this client.
enum class connect_failure : std::uint8_t { unreachable, authentication, protocol, keyspace };

/// What one shard thinks of one node, and when it connects to it. Pure: time and chance are arguments.
///
/// The truth are the shard's own connections: a node is up while a pool has one (with v4 a node has a pool for each
/// keyspace). What other nodes say only hurries: UP makes a try at once, DOWN makes the open connections prove that they
/// live. One that is connected and silent keeps its connections, and is no choice while others are up. Pauses between tries grow, with jitter, and are never given up; a connection that lasted less than
/// `settling_time` does not make them short again, or a node that lets in and throws out would be tried without end.
class node_fsm {
public:
    using time_point = std::chrono::steady_clock::time_point;

    static constexpr std::chrono::milliseconds settling_time{1000};

    struct transition {
        base::node_status before = base::node_status::unknown;
        base::node_status now = base::node_status::unknown;
        base::node_status_reason reason = base::node_status_reason::wanted;

        friend bool operator==(const transition&, const transition&) = default;
    };

    /// What is to be done, in this order.
    struct actions {
        bool drain = false;    ///< Connections take nothing new, and close when their last request has ended.
        bool connect = false;  ///< Pools open what they lack.
        bool probe = false;    ///< Each open connection is asked for a sign of life.
        std::optional<std::chrono::milliseconds> scheduled{};  ///< A reconnect was, in so long.
        std::optional<transition> changed{};

        friend bool operator==(const actions&, const actions&) = default;
    };

    node_fsm(std::chrono::milliseconds base_pause, std::chrono::milliseconds most_pause) noexcept
        : pauses_(base_pause, most_pause), refills_(base_pause, most_pause)
    {}

    [[nodiscard]] base::node_status status() const noexcept { return status_; }

    /// When `on_timer` is to be called; to be read again after every event.
    [[nodiscard]] std::optional<time_point> due() const noexcept { return due_; }

    /// When the node came up. Precondition: it is up.
    [[nodiscard]] time_point up_since() const noexcept { return up_since_; }

    /// Tries in a row that failed.
    [[nodiscard]] std::uint32_t failures() const noexcept { return failures_; }

    /// Connections to it are wanted from now on: it is in the cluster, and requests may go to it.
    [[nodiscard]] actions on_wanted() noexcept;

    /// Connections are not wanted any more, but the node stays in the cluster.
    [[nodiscard]] actions on_unwanted() noexcept;

    /// It left the cluster. When it returns, `on_wanted` is called.
    [[nodiscard]] actions on_removed() noexcept;

    /// The same node has another address.
    [[nodiscard]] actions on_moved() noexcept;

    /// Another node says that it is up.
    [[nodiscard]] actions on_gossip_up() noexcept;

    /// Another node says that it is down.
    [[nodiscard]] actions on_gossip_down() const noexcept;

    /// A pool that had no connection has one.
    [[nodiscard]] actions on_pool_connected(time_point now) noexcept;

    /// A pool that had a connection has one more.
    void on_connection_ready(time_point now) noexcept { unsettled_since_ = now; }

    /// A pool lost a connection and has others.
    [[nodiscard]] actions on_connection_lost(time_point now, std::uint64_t chance) noexcept;

    /// A pool lost its last connection.
    [[nodiscard]] actions on_pool_lost(time_point now, std::uint64_t chance) noexcept;

    /// Whether a pool has nothing but suspect connections. To be told whenever that may have changed.
    [[nodiscard]] actions on_silence(bool silent) noexcept;

    /// A connection did not come about.
    [[nodiscard]] actions on_connect_failed(
        connect_failure why, time_point now, std::uint64_t chance
    ) noexcept;

    [[nodiscard]] actions on_timer(time_point now) noexcept;

private:
    [[nodiscard]] bool wanted() const noexcept
    {
        return status_ != base::node_status::unknown && status_ != base::node_status::removed;
    }
    [[nodiscard]] bool connected() const noexcept { return base::is_connected(status_); }
    void change(actions& out, base::node_status to, base::node_status_reason why) noexcept;
    void schedule(actions& out, backoff& pauses, time_point now, std::uint64_t chance) noexcept;
    void connect_now(actions& out) noexcept;
    void forget() noexcept;
    void settle(time_point now) noexcept;

    backoff pauses_;   // while it is down
    backoff refills_;  // while it is up, for connections that are missing
    std::optional<time_point> due_;
    std::optional<time_point> unsettled_since_;  // a connection became ready, and may be short-lived
    time_point up_since_{};
    std::uint32_t pools_up_ = 0;
    std::uint32_t failures_ = 0;
    base::node_status status_ = base::node_status::unknown;
    bool hurry_ = false;  // it is said to be up since the try began that is under way
};

}  // namespace async_cassandra::detail
