// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cluster/pool.hpp"
#include "cluster/query_plan.hpp"

#include <boost/smart_ptr/intrusive_ref_counter.hpp>

#include <utility>
#include <vector>

namespace async_cassandra::detail {

/// Shared by the plans of one shard; replaced, not changed.
struct pool_list : boost::intrusive_ref_counter<pool_list, boost::thread_unsafe_counter> {
    std::vector<pool_ptr> pools;
};

/// The nodes that a request tries, in order, by their pools. What the cluster becomes meanwhile changes nothing in it.
class pool_plan {
public:
    pool_plan() noexcept = default;
    pool_plan(boost::intrusive_ptr<const pool_list> pools, query_plan order) noexcept
        : pools_(std::move(pools)), order_(order)
    {}

    [[nodiscard]] bool empty() const noexcept { return order_.empty(); }

    /// Precondition: not empty().
    [[nodiscard]] pool& next() noexcept { return *pools_->pools[order_.next()]; }

private:
    boost::intrusive_ptr<const pool_list> pools_;
    query_plan order_;
};

/// The pools of one keyspace on one shard, a pool a node.
class pool_set {
public:
    void use(std::vector<pool_ptr> pools)
    {
        auto list = boost::intrusive_ptr<pool_list>{new pool_list};
        list->pools = std::move(pools);
        pools_ = std::move(list);
    }

    /// Whether a connection to one of the nodes ever served this keyspace. One that all refused is not tried again.
    [[nodiscard]] bool has_worked() const noexcept { return has_worked_; }
    void set_worked() noexcept { has_worked_ = true; }

    /// Each node begins as often as the others.
    [[nodiscard]] pool_plan plan() noexcept
    {
        return pools_ == nullptr ? pool_plan{} : pool_plan{pools_, {pools_->pools.size(), turn_++}};
    }

private:
    boost::intrusive_ptr<const pool_list> pools_;
    std::size_t turn_ = 0;
    bool has_worked_ = false;
};

}  // namespace async_cassandra::detail
