// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cluster/load_balancing.hpp"
#include "cluster/pool.hpp"

#include <boost/smart_ptr/intrusive_ref_counter.hpp>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace async_cassandra::detail {

/// Pools by the positions of one plan table. Shared by the plans of one shard.
struct pool_list : boost::intrusive_ref_counter<pool_list, boost::thread_unsafe_counter> {
    explicit pool_list(std::size_t nodes) : pools(nodes) {}

    std::vector<pool_ptr> pools;  ///< Null where connections are not wanted so far.
};

/// The nodes that a request tries, in order, by their pools. It keeps what the positions meant when it was made.
class pool_plan {
public:
    /// Tries nothing.
    pool_plan() noexcept = default;
    pool_plan(boost::intrusive_ptr<const pool_list> pools, node_plan&& order) noexcept
        : pools_(std::move(pools)), order_(std::move(order))
    {}

    pool_plan(
        boost::intrusive_ptr<const pool_list> pools, load_balancer& balancer, const plan_request& request
    )
        : pools_(std::move(pools)), order_(balancer.plan(request))
    {}

    void clear() noexcept
    {
        pools_.reset();
        order_.clear();
    }

    [[nodiscard]] bool empty() { return order_.empty(); }

    /// Whether one of the nodes that are left may take the request.
    [[nodiscard]] bool has_choice() const noexcept { return order_.has_choice(); }

    /// The next position. Precondition: not empty().
    [[nodiscard]] std::uint32_t next() { return order_.next(); }

    /// Null when the node has to be connected to first.
    [[nodiscard]] pool* pool_at(std::uint32_t position) const noexcept
    {
        return pools_->pools[position].get();
    }
    [[nodiscard]] bool is_remote(std::uint32_t position) const noexcept
    {
        return order_.table()->distance(position) == node_distance::remote;
    }
    [[nodiscard]] const uuid& host_at(std::uint32_t position) const noexcept
    {
        return order_.table()->identity(position).host_id;
    }

private:
    boost::intrusive_ptr<const pool_list> pools_;
    node_plan order_;
};

/// The pools of one keyspace on one shard, a pool a node.
class pool_set {
public:
    explicit pool_set(std::string name) : name_(std::move(name)) {}

    /// The keyspace of the connections.
    [[nodiscard]] const std::string& name() const noexcept { return name_; }

    /// From now on positions are those of another table.
    void use(boost::intrusive_ptr<pool_list> pools) noexcept { pools_ = std::move(pools); }
    void put(std::uint32_t position, pool* p) { pools_->pools[position] = pool_ptr{p}; }
    [[nodiscard]] const boost::intrusive_ptr<pool_list>& pools() const noexcept { return pools_; }

    /// Whether a connection to one of the nodes ever served this keyspace. One that all refused is not tried again.
    [[nodiscard]] bool has_worked() const noexcept { return has_worked_; }
    void set_worked() noexcept { has_worked_ = true; }

private:
    std::string name_;
    boost::intrusive_ptr<pool_list> pools_;
    bool has_worked_ = false;
};

}  // namespace async_cassandra::detail
