// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/stats.hpp>

#include "base/asio_environment.hpp"
#include "cluster/cluster_shard.hpp"
#include "cluster/session_holdings.hpp"
#include "cluster/shown_topology.hpp"

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

namespace async_cassandra::detail {

/// Throws configuration_error for the first setting that is out of range.
void check_config(const cluster_config& config);

/// What every handle of one cluster shares. Its shards do the work; this finds them, opens and closes them together.
/// Safe from any thread where not said otherwise.
class cluster_core final : public std::enable_shared_from_this<cluster_core> {
public:
    /// Over environments that somebody else drives: the caller's executor, or a simulation.
    [[nodiscard]] static std::shared_ptr<cluster_core> create(
        std::vector<std::unique_ptr<base::environment>> environments, cluster_config config
    );

    /// With threads of its own.
    [[nodiscard]] static std::shared_ptr<cluster_core> create_with_threads(cluster_config config);

    cluster_core(
        cluster_config config,
        std::vector<base::io_thread> threads,
        std::vector<std::unique_ptr<base::environment>> environments
    );

    /// The last handle, session and call are gone: the connections close, nothing blocks.
    ~cluster_core();

    cluster_core(const cluster_core&) = delete;
    cluster_core& operator=(const cluster_core&) = delete;

    [[nodiscard]] const cluster_config& config() const noexcept { return *config_; }
    [[nodiscard]] const std::vector<std::shared_ptr<cluster_shard>>& shards() const noexcept
    {
        return shards_;
    }

    /// The nodes with their states. Takes locks.
    [[nodiscard]] topology known_topology() const;
    [[nodiscard]] schema known_schema() const { return knowledge_->known_schema(); }

    /// The shard a call begins on: the one whose thread this is, else each in turn.
    [[nodiscard]] std::size_t choose_shard() noexcept;

    [[nodiscard]] bool is_closed() const noexcept { return closed_.load(std::memory_order_acquire); }
    /// From now on `is_closed`; what runs is ended by `close`.
    void mark_closed() noexcept { closed_.store(true, std::memory_order_release); }

    /// What a part of a session holds belongs to `stats` from now on, until nobody else has it.
    void count(std::shared_ptr<const session_holdings> held);
    [[nodiscard]] cluster_stats stats() const;

    /// Of every node of the topology, in its order.
    [[nodiscard]] std::vector<node_stats> stats_of_nodes() const;

    /// A shard with a connection to the node if there is one, else any.
    [[nodiscard]] const std::shared_ptr<cluster_shard>& shard_connected_to(const uuid& host_id) const;

    /// Opens the pools of every shard. `done` runs on shard 0, once: null, or the first reason against it. To be called
    /// on shard 0.
    void open_pools(protocol_version version, const std::string& keyspace, pool::open_callback done);

    /// Closes every shard, then the threads. `done` runs on shard 0. To be called on shard 0; later calls join the first.
    void close(std::function<void()> done);

private:
    [[nodiscard]] std::vector<node_traffic::list> traffic() const;
    void on_shards_closed();

    std::shared_ptr<const cluster_config> config_;
    std::shared_ptr<cluster_knowledge> knowledge_ = std::make_shared<cluster_knowledge>();
    mutable shown_topology shown_;
    std::vector<base::io_thread> threads_;
    std::vector<std::shared_ptr<cluster_shard>> shards_;
    std::atomic<std::size_t> next_shard_{0};
    std::atomic<bool> closed_{false};
    mutable std::mutex sessions_mutex_;
    std::vector<std::shared_ptr<const session_holdings>> sessions_;
    // Of shard 0:
    enum class closing : std::uint8_t { no, running, done } closing_ = closing::no;
    std::vector<std::function<void()>> close_waiters_;
};

}  // namespace async_cassandra::detail
