// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/config.hpp>

#include "cluster/backoff.hpp"
#include "net/connection.hpp"

#include <functional>
#include <memory>
#include <vector>

namespace async_cassandra::detail {

class pool;
struct queue_tag;

/// A request on its way to one node: it waits in the pool's queue, then on a connection.
class pool_request : public net::pending_request, public base::list_hook<queue_tag> {
public:
    /// About how many bytes it takes encoded, for the limit of the queue.
    [[nodiscard]] virtual std::size_t size_hint() const noexcept = 0;

    /// It cannot be encoded: the rule it breaks. The request is off the pool.
    virtual void on_unencodable(const char* rule) noexcept = 0;

protected:
    ~pool_request() override = default;

private:
    friend class pool;
    net::connection* connection_ = nullptr;  // null while it waits in the queue
    std::size_t queued_bytes_ = 0;
};

/// What the pools of one cluster have in common.
struct pool_settings {
    std::shared_ptr<const cluster_config> config;
    std::size_t shards = 1;
};

/// The connections of one shard to one node (for one keyspace in v4, where the keyspace belongs to the connection), and
/// the requests that wait for a free stream id. Once it has worked, it reconnects by itself, with growing pauses, until it
/// is closed; before that, only `open` connects (a keyspace that does not exist is not tried for ever).
class pool final : public net::connection_owner, private base::timer_node {
public:
    enum class admission : std::uint8_t {
        taken,  ///< It will be told how it ends.
        down,   ///< There is no connection; see `last_failure`.
        full,   ///< The queue is at its limit.
    };

    pool(
        std::shared_ptr<net::shard> home,
        const pool_settings& settings,
        endpoint node,
        protocol_version version,
        std::string keyspace,
        std::string host = {}
    );
    ~pool() override;
    pool(const pool&) = delete;
    pool& operator=(const pool&) = delete;

    [[nodiscard]] admission submit(pool_request& request);

    /// The request is given up. Says what it may have done. Precondition: submitted, and not told an end.
    request_effect withdraw(pool_request& request) noexcept;

    /// True while no byte of the request has been handed to a socket.
    [[nodiscard]] static bool is_unsent(const pool_request& request) noexcept
    {
        return request.connection_ == nullptr || request.connection_->is_unsent(request);
    }

    /// Calls back once: with null when a connection is ready, with the reason when the first attempt fails.
    using open_callback = std::function<void(const net::close_reason*)>;
    void open(open_callback done);

    /// Ends everything now; requests fail with `reason`.
    void close(const net::close_reason& reason) noexcept;

    /// The shard is going away: tells nobody.
    void drop() noexcept;

    [[nodiscard]] const endpoint& node() const noexcept { return settings_.node; }
    [[nodiscard]] protocol_version version() const noexcept { return settings_.version; }
    [[nodiscard]] const net::close_reason& last_failure() const noexcept { return last_failure_; }

private:
    void connect();
    void tell_waiters(const net::close_reason* reason);
    void send(pool_request& request);
    void send_queued() noexcept;
    void unqueue(pool_request& request) noexcept;
    void on_ready(net::connection& c) noexcept override;
    void on_closed(net::connection& c, const net::close_reason& reason) noexcept override;
    void on_room(net::connection& c) noexcept override;
    void on_timer(base::time_point now) noexcept override;

    std::shared_ptr<net::shard> shard_;
    net::connection_settings settings_;
    backoff pauses_;
    std::size_t most_queued_;
    std::size_t most_queued_bytes_;
    std::shared_ptr<net::connection> connection_;
    std::vector<open_callback> waiters_;
    base::intrusive_list<pool_request, queue_tag> queue_;
    std::size_t queued_ = 0;
    std::size_t queued_bytes_ = 0;
    net::close_reason last_failure_;
    bool was_ready_ = false;
    bool closed_ = false;
};

}  // namespace async_cassandra::detail
