// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cluster/cluster_knowledge.hpp"
#include "cluster/control_connection.hpp"
#include "cluster/health_check.hpp"
#include "cluster/node_traffic.hpp"
#include "cluster/pool_set.hpp"
#include "cluster/remarks.hpp"
#include "cluster/replica_finder.hpp"
#include "cluster/shard_node.hpp"
#include "cluster/timestamps.hpp"
#include "cluster/topology_change.hpp"
#include "cluster/topology_watch.hpp"
#include "cluster/unused_nodes.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace async_cassandra::detail {

struct closing_tag;

/// Something of a floor above that must finish before the connections close.
class closable : public base::list_hook<closing_tag> {
public:
    /// Takes nothing new, lets what runs finish within the drain timeout, fails the rest, then calls back once.
    virtual void close(std::function<void()> done) = 0;

protected:
    virtual ~closable() = default;
};

/// What the first shard tells all of them.
struct cluster_shape {
    std::shared_ptr<const topology_data> nodes;
    control_target control;    ///< Where the control connection is, or was last.
    std::string local_dc;      ///< Where requests stay.
    std::uint64_t chance = 0;  ///< Chooses the nodes of remote data centers.
};

/// What one shard holds of a cluster. Everything here happens on the shard's thread.
class cluster_shard final : public std::enable_shared_from_this<cluster_shard>,
                            private net::shard::guest,
                            private topology_listener,
                            private base::observer,
                            private base::timer_node {
public:
    /// Connections to nodes that are not local are opened on demand, and closed when nothing was sent on them for this long:
    /// at the next look.
    static constexpr std::chrono::minutes longest_rest{5};
    static constexpr std::chrono::minutes rest_looks{1};

    cluster_shard(std::shared_ptr<net::shard> home, const pool_settings& settings);
    ~cluster_shard() override;
    cluster_shard(const cluster_shard&) = delete;
    cluster_shard& operator=(const cluster_shard&) = delete;

    /// Only the first shard has one. What it sees goes to all shards, and is put down in `knowledge`.
    void add_control_connection(
        std::vector<std::weak_ptr<cluster_shard>> all, std::shared_ptr<cluster_knowledge> knowledge
    );
    [[nodiscard]] control_connection* control() noexcept { return control_.get(); }
    [[nodiscard]] topology_watch* watch() noexcept { return watch_.get(); }

    [[nodiscard]] net::shard& home() noexcept { return *shard_; }
    [[nodiscard]] const std::shared_ptr<net::shard>& shared_home() const noexcept { return shard_; }
    [[nodiscard]] const cluster_config& config() const noexcept { return *settings_.config; }

    /// Makes sure that the pools for `keyspace` are opened on every local node, and that one connection is up; calls back
    /// once: with null, or with a reason when no node could be connected to. Remote nodes, as far as they may be used, are
    /// connected to when all local ones fail. With v5 every request carries its keyspace, so there is one set for all of
    /// them. Not before the first topology.
    void open_pools(protocol_version version, const std::string& keyspace, pool::open_callback done);

    /// Null before `open_pools`.
    [[nodiscard]] pool_set* pools(protocol_version version, const std::string& keyspace) noexcept;

    /// The nodes for a request. Throws what the user's policy throws.
    [[nodiscard]] pool_plan plan(const pool_set& pools, const plan_request& request)
    {
        return {pools.pools(), balancer_, request};
    }

    /// This node alone; empty when it is not known.
    [[nodiscard]] pool_plan plan_of(const pool_set& pools, const uuid& host) const;

    /// Connects to a node of a plan that has no pool so far; requests may wait there until it is known whether it can be
    /// connected to. Null when the node has left the cluster.
    [[nodiscard]] pool* open_on_demand(pool_set& pools, const uuid& host);

    /// Null when there are no replicas to prefer.
    [[nodiscard]] const token_map* replicas_in(std::string_view keyspace)
    {
        return replicas_.map_of(keyspace);
    }

    /// How each node that requests may go to, and that has no connection for `keyspace`, failed last.
    [[nodiscard]] std::vector<attempt> failures(protocol_version version, const std::string& keyspace);

    /// Only on the first shard. A statement of this client made the change: what it concerns is read again now. `then` runs
    /// when that is done, or cannot be.
    void refresh_schema(const schema_change& made, std::function<void()> then);

    /// False for a node that is not part of the cluster, or to which connections are wanted and fail. One that no request goes
    /// to is asked with `ask`, and may be up until it is known better.
    [[nodiscard]] bool may_be_up(const uuid& host_id, bool ask);

    /// Another number of connections per node from now on. 1 … 8.
    void resize(std::size_t connections);

    /// Any thread.
    [[nodiscard]] node_traffic::list traffic() const { return traffic_.get(); }

    /// How often the list of nodes or the state of one has changed. Any thread.
    [[nodiscard]] std::uint64_t state_changes() const noexcept
    {
        return state_changes_.load(std::memory_order_acquire);
    }

    /// Asks a node whether it lives. Calls back once, at the latest after health_check_timeout, maybe at once.
    void check_health(const uuid& host_id, health_check::callback done);

    [[nodiscard]] timestamps& write_times() noexcept { return write_times_; }

    void add(closable& c) noexcept { closables_.push_back(c); }

    /// Closes what runs above, then the connections, then calls back.
    void close(std::function<void()> done);

    /// Everything ends now.
    void close_now() noexcept;

    /// True from the moment `close` was called: what runs may finish, nothing new begins.
    [[nodiscard]] bool is_closed() const noexcept { return closing_ || closed_; }

private:
    [[nodiscard]] static const std::string& key(
        protocol_version version, const std::string& keyspace
    ) noexcept;
    /// What a new list of nodes ends: connections to a former address, to nodes that are too far now, to those that left.
    struct departures {
        std::vector<std::uint32_t> moved;
        std::vector<std::uint32_t> unwanted;
        std::vector<std::unique_ptr<shard_node>> gone;
    };

    void take(const cluster_shape& shape);
    [[nodiscard]] departures take_nodes(const cluster_shape& shape, const topology_change& change);
    void make_table(
        const cluster_shape& shape, const topology_change& change, std::vector<std::uint32_t>& unwanted
    );
    [[nodiscard]] boost::intrusive_ptr<pool_list> pools_of(const std::string& keyspace) const;
    [[nodiscard]] pool* wanted_pool(std::uint32_t position, const std::string& keyspace) const noexcept;
    /// The pools of this node are others now.
    void put_pools(std::uint32_t position);
    void let_rest(std::uint32_t position);
    void carry_out(departures&& leave, const control_target& control);
    void let_leave(std::unique_ptr<shard_node> node);
    [[nodiscard]] std::string find_local_dc(const topology_data& among) const;
    [[nodiscard]] std::optional<std::uint32_t> position_of(const uuid& host) const noexcept;
    [[nodiscard]] bool is_local(std::uint32_t position) const noexcept
    {
        return table_->distance(position) <= node_distance::local;
    }
    [[nodiscard]] std::vector<uuid> hosts_at(bool local) const;
    [[nodiscard]] std::vector<control_candidate> control_candidates_now();
    void open_on(const uuid& host, const std::string& keyspace, pool::open_callback done);
    void open_for_nobody(std::uint32_t position, const std::string& keyspace);
    /// The load of a data center must not go to a single node of another, while more may be used.
    void open_beside(std::uint32_t position, const pool_set& set);
    void open_missing(const pool_set& set);
    void watch_rest(std::uint32_t position) noexcept;
    void on_timer(base::time_point now) noexcept override;
    void take_hint(const protocol::status_change& said);
    void count_state_change() noexcept { state_changes_.fetch_add(1, std::memory_order_release); }
    void publish_traffic();
    void on_node_status(const base::node_status_change& change) noexcept override;
    /// Runs it on every shard, this one included.
    void tell_all(const std::function<void(cluster_shard&)>& what);
    void on_shard_down() noexcept override;
    void on_topology(const std::shared_ptr<const topology_data>& now) override;
    void on_schema(const schema& now) override;
    void on_hint(const protocol::status_change& said) override;
    void on_wrong_cluster(const std::string& what) override;
    void on_useless(const failure& why) override;

    std::shared_ptr<net::shard> shard_;
    pool_settings settings_;
    std::vector<std::weak_ptr<cluster_shard>> all_;  // of the first shard
    std::shared_ptr<cluster_knowledge> knowledge_;   // of the first shard
    std::string local_dc_;                           // of the first shard; empty: not known yet
    std::uint64_t chance_ = 0;                       // of the first shard
    remarks problems_;                               // of the first shard
    endpoint control_node_;
    std::shared_ptr<topology_watch> watch_;
    std::unique_ptr<control_connection> control_;
    std::shared_ptr<const topology_data> topology_;
    // Those of the topology, in its order, and those that left and have requests still.
    std::vector<std::unique_ptr<shard_node>> nodes_;
    std::vector<std::unique_ptr<shard_node>> leaving_;
    boost::intrusive_ptr<plan_table> table_;  // of the same nodes
    load_balancer balancer_;
    replica_finder replicas_;
    std::map<std::string, pool_set, std::less<>> pools_;
    node_traffic traffic_;
    std::vector<std::shared_ptr<health_check>> checks_;
    unused_nodes unused_;
    base::intrusive_list<closable, closing_tag> closables_;
    timestamps write_times_;
    std::atomic<std::uint64_t> state_changes_{0};
    bool closing_ = false;
    bool closed_ = false;
};

/// What calls fail with that come after the end of the cluster.
[[nodiscard]] failure_ptr cluster_closed();

}  // namespace async_cassandra::detail
