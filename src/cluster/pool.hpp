// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/config.hpp>

#include "cluster/handshake_turns.hpp"
#include "cluster/node_fsm.hpp"
#include "cluster/pool_fsm.hpp"
#include "net/connection.hpp"

#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <boost/smart_ptr/intrusive_ref_counter.hpp>

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

    /// Whether another node may take it.
    [[nodiscard]] virtual bool has_alternatives() const noexcept { return false; }

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
    std::size_t connections = config->connections_per_node;  ///< Of each pool that is made from now on.
    /// Of the pools of one shard.
    std::shared_ptr<handshake_turns> turns =
        std::make_shared<handshake_turns>(handshake_turns::most_of_cluster);
};

/// Throws configuration_error unless a pool can have so many.
void check_connections_per_node(unsigned connections);

/// Where one pool connects to.
struct pool_target {
    endpoint node;
    protocol_version version = protocol_version::v5;
    std::string keyspace{};                  ///< Of the connections; empty: none, as always with v5.
    std::string host{};                      ///< The name that the node was found under; empty: none.
    std::shared_ptr<net::traffic> counts{};  ///< Of the node.
};

/// How to connect there.
[[nodiscard]] net::connection_settings connection_settings_of(
    const cluster_config& config, pool_target&& where
);

/// Who decides when a pool connects. Called on the shard's thread, maybe inside a call of the pool; not after the pool's
/// `close` (but for `on_connection_ended`) and `drop`.
class pool_owner {
public:
    /// It had no connection, and has one.
    virtual void on_pool_connected(pool& p) noexcept = 0;

    /// It has one more.
    virtual void on_connection_ready(pool& p) noexcept = 0;

    /// `is_silent` may be another than before.
    virtual void on_suspicion(pool& p) noexcept = 0;

    /// A connection failed; there are others.
    virtual void on_connection_lost(pool& p, const net::close_reason& reason) noexcept = 0;

    /// The last connection failed.
    virtual void on_pool_lost(pool& p, const net::close_reason& reason) noexcept = 0;

    /// A connection that took nothing new any more, or that the pool closed, has ended.
    virtual void on_connection_ended(pool& p, const net::close_reason& reason) noexcept = 0;

    /// A connection did not come about. Those who wait for the pool to open are told after this.
    virtual void on_connect_failed(
        pool& p, connect_failure why, const net::close_reason& reason
    ) noexcept = 0;

    /// What `drain` began is done: no connection is left. May destroy the owner.
    virtual void on_pool_idle(pool& p) noexcept = 0;

protected:
    virtual ~pool_owner() = default;
};

/// The connections of one shard to one node (for one keyspace in v4, where the keyspace belongs to the connection), and
/// the requests that wait for a free stream id. It carries out: how many connections there are and which takes a request
/// is decided by pool_fsm, when to try a node again by the owner.
///
/// Counted by reference: a request that was told its end may still ask which node it was. On the shard's thread alone.
class pool final : public net::connection_owner,
                   private base::timer_node,
                   public boost::intrusive_ref_counter<pool, boost::thread_unsafe_counter> {
public:
    enum class admission : std::uint8_t {
        taken,  ///< It will be told how it ends.
        down,   ///< There is no connection; see `last_failure`.
        full,   ///< The queue is at its limit.
    };

    /// The owner must live until `drop`, or until the pool is gone.
    pool(
        std::shared_ptr<net::shard> home, const pool_settings& settings, pool_target where, pool_owner& owner
    );
    ~pool() override;
    pool(const pool&) = delete;
    pool& operator=(const pool&) = delete;

    [[nodiscard]] admission submit(pool_request& request);

    /// The request is given up. Says what it may have done. Precondition: submitted, and not told an end.
    request_effect withdraw(pool_request& request) noexcept;

    /// One that could take a request now; null when there is none.
    [[nodiscard]] std::shared_ptr<net::connection> free_connection() noexcept;

    /// True while no byte of the request has been handed to a socket.
    [[nodiscard]] static bool is_unsent(const pool_request& request) noexcept
    {
        return request.connection_ == nullptr || request.connection_->is_unsent(request);
    }

    using open_callback = std::function<void(const net::close_reason*)>;

    /// Opens what is missing, as soon as it is its turn; `as`: of a first connection. Calls back once: with null when a
    /// connection is ready, with the reason when the next attempt fails.
    void open(open_callback done, handshake_turns::rank as = handshake_turns::rank::first);

    /// Requests may wait for the first connection, which is about to be opened; they are told when that fails.
    void hold() noexcept;

    /// Opens what is missing, as soon as it is its turn; `as`: of a first connection.
    void fill(handshake_turns::rank as = handshake_turns::rank::first);

    /// A first connection that waits for its turn gets this rank, unless it has a better one.
    void hurry(handshake_turns::rank as = handshake_turns::rank::first) noexcept;

    /// Another number of connections from now on; those that are too many finish their requests first.
    void resize(std::size_t connections);

    /// Takes nothing new. Those in the queue and those who wait for it to open are told `reason`; connections close when
    /// their last request has ended, then `on_pool_idle` is called, maybe at once. `fill` begins anew.
    void drain(const net::close_reason& reason);

    /// Each open connection has to show that it lives, or ends.
    void probe() noexcept;

    /// Ends everything now; requests fail with `reason`.
    void close(const net::close_reason& reason) noexcept;

    /// The shard is going away: tells nobody.
    void drop() noexcept;

    [[nodiscard]] const endpoint& node() const noexcept { return settings_.node; }
    [[nodiscard]] protocol_version version() const noexcept { return settings_.version; }
    [[nodiscard]] const std::string& keyspace() const noexcept { return settings_.keyspace; }
    [[nodiscard]] const net::close_reason& last_failure() const noexcept { return last_failure_; }

    /// One that takes requests; null when none does.
    [[nodiscard]] net::connection* any_connection() const noexcept;

    /// Connections that take requests.
    [[nodiscard]] std::size_t connections() const noexcept { return fsm_.ready().size(); }

    /// All of them are suspect: requests had better go to another node. False without connections.
    [[nodiscard]] bool is_silent() const noexcept;

    /// Whether it has ever had one.
    [[nodiscard]] bool was_ready() const noexcept { return was_ready_; }

private:
    using slot = pool_fsm::slot;

    /// A slot's place among those who shake hands.
    class opening final : public handshake_turn {
    public:
        opening(pool& of, slot s) noexcept : pool_(of), slot_(s) {}
        void begin() noexcept override { pool_.connect(slot_); }

    private:
        pool& pool_;
        slot slot_;
    };

    struct member {
        std::shared_ptr<net::connection> link;  // null while it waits for its turn
        std::unique_ptr<opening> turn;          // until it is ready
        bool opened = false;                    // the owner knows of it
    };

    [[nodiscard]] std::optional<slot> choose() noexcept
    {
        // One that is closing has not been taken off the list while its requests are told.
        return fsm_.choose([this, all_suspect = is_silent()](slot s) {
            const net::connection& c = *members_[s].link;
            return c.ready() && (all_suspect || !c.is_suspect()) ? c.in_flight() : SIZE_MAX;
        });
    }
    [[nodiscard]] bool is_up() const noexcept;
    [[nodiscard]] bool go_ahead() noexcept;
    [[nodiscard]] pool_fsm::loads loads();
    [[nodiscard]] slot slot_of(const net::connection& c) const noexcept;
    void connect(slot s);
    void open_all(const pool_fsm::actions& what, handshake_turns::rank as = handshake_turns::rank::later);
    void close_all(const pool_fsm::actions& what) noexcept;
    void close_if_idle(slot s) noexcept;
    void give_up_turn(slot s) noexcept;
    void watch_orphans() noexcept;
    void lose(slot s, const net::close_reason& reason) noexcept;
    void fail_open(slot s, const net::close_reason& reason) noexcept;
    void tell_if_idle() noexcept;
    void tell_waiters(const net::close_reason* reason);
    void send(pool_request& request, slot s);
    void send_queued() noexcept;
    void fail_queued(const net::close_reason& reason) noexcept;
    void pass_on_queued(const net::close_reason& reason) noexcept;
    void unqueue(pool_request& request) noexcept;
    void on_ready(net::connection& c) noexcept override;
    void on_closed(net::connection& c, const net::close_reason& reason) noexcept override;
    void on_suspicion(net::connection& c) noexcept override;
    void on_room(net::connection& c) noexcept override;
    void on_given_up(net::connection& c, request_effect effect) noexcept override;
    void on_timer(base::time_point now) noexcept override;

    std::shared_ptr<net::shard> shard_;
    net::connection_settings settings_;
    pool_owner* owner_;
    pool_fsm fsm_;
    std::size_t most_queued_;
    std::size_t most_queued_bytes_;
    std::shared_ptr<handshake_turns> turns_;
    std::vector<member> members_;  // by slot
    std::vector<pool_fsm::load> loads_;
    std::vector<open_callback> waiters_;
    base::intrusive_list<pool_request, queue_tag> queue_;
    std::size_t queued_ = 0;
    std::size_t queued_bytes_ = 0;
    net::close_reason last_failure_;
    bool was_ready_ = false;
    bool holding_ = false;   // requests wait for the first connection
    bool draining_ = false;  // the owner waits for on_pool_idle
    bool closed_ = false;
};

using pool_ptr = boost::intrusive_ptr<pool>;

}  // namespace async_cassandra::detail
