// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/policy/load_balancing.hpp>

#include "cluster/node_facts.hpp"

#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <boost/smart_ptr/intrusive_ref_counter.hpp>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace async_cassandra::detail {

/// How a node is used.
enum class node_distance : std::uint8_t {
    local_rack,
    local,
    remote,   ///< When no local one is left.
    ignored,  ///< Never, and no connection is opened to it.
};

/// What plans are made of: the nodes of a topology, known by their positions in it, each with its distance and its facts.
/// One per shard and topology; plans that are under way keep it.
class plan_table : public boost::intrusive_ref_counter<plan_table, boost::thread_unsafe_counter> {
public:
    using time_point = node_facts::time_point;

    /// Nodes of the same rank: first those of the local rack (of the local data center, when none is preferred), then
    /// other local ones, then a group for each other data center.
    struct group {
        std::vector<std::uint32_t> nodes;
        std::vector<std::uint32_t> up;  ///< Indexes in `nodes`, in order.
    };

    /// What one node is made of.
    struct entry {
        node_identity identity;  ///< Its texts are of `keeper`.
        node_facts_ptr facts;
    };

    /// `nodes`: in the order of the topology. `local_dc`: the setting, or what was found. `chance`: of the cluster, so
    /// that all its shards choose the same remote nodes, and other clients others.
    plan_table(
        std::vector<entry> nodes,
        std::shared_ptr<const void> keeper,
        const load_balancing_settings& settings,
        std::string_view local_dc,
        std::uint64_t chance
    );
    plan_table(const plan_table&) = delete;
    plan_table& operator=(const plan_table&) = delete;

    [[nodiscard]] std::size_t size() const noexcept { return nodes_.size(); }
    [[nodiscard]] node_distance distance(std::uint32_t position) const noexcept
    {
        return distances_[position];
    }
    [[nodiscard]] node_facts& facts(std::uint32_t position) const noexcept { return *facts_[position]; }
    [[nodiscard]] const node_identity& identity(std::uint32_t position) const noexcept
    {
        return nodes_[position].identity;
    }
    [[nodiscard]] std::span<const node_view> views() const noexcept { return views_; }
    [[nodiscard]] std::span<const group> groups() const noexcept { return groups_; }

    /// Whether some nodes are of the local rack.
    [[nodiscard]] bool prefers_rack() const noexcept { return prefers_rack_; }

    /// How many of the groups, from the first, are local.
    [[nodiscard]] std::size_t local_groups() const noexcept { return local_groups_; }

    /// What is wrong with the settings, for the log: a filter that throws, a data center without nodes.
    [[nodiscard]] const std::vector<std::string>& problems() const noexcept { return problems_; }

    /// A node may have come up or gone down; its facts say so already.
    void update_up(std::uint32_t position);

private:
    [[nodiscard]] bool accepted(const node_identity& node, const node_filter& filter);
    void add_remote(std::vector<std::uint32_t>&& nodes, std::size_t most, std::uint64_t chance);
    void add_group(std::vector<std::uint32_t> nodes, node_distance distance);

    /// Where a node stands. Of a node that is ignored it means nothing.
    struct place {
        std::uint32_t group = 0;
        std::uint32_t index = 0;  // in the nodes of the group
    };

    std::vector<entry> nodes_;
    std::shared_ptr<const void> keeper_;
    std::vector<node_facts*> facts_;  // of nodes_, closer together
    std::vector<node_distance> distances_;
    std::vector<place> places_;
    std::vector<node_view> views_;
    std::vector<group> groups_;
    std::vector<std::string> problems_;
    std::size_t local_groups_ = 0;
    bool prefers_rack_ = false;
};

using plan_table_ptr = boost::intrusive_ptr<const plan_table>;

}  // namespace async_cassandra::detail
