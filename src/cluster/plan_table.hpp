// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/policy/load_balancing.hpp>

#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <boost/smart_ptr/intrusive_ref_counter.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace async_cassandra::detail {

/// What one shard knows of a node at the moment. Stays the same object while the node is known, whatever becomes of the
/// list of nodes, so that a request counts down where it counted up.
struct node_facts final : node_activity,
                          boost::intrusive_ref_counter<node_facts, boost::thread_unsafe_counter> {
    using time_point = std::chrono::steady_clock::time_point;

    static constexpr std::uint32_t busy = 10;
    static constexpr std::chrono::milliseconds answer_window{200};
    static constexpr std::chrono::minutes warm_up{1};

    void on_sent(time_point now) noexcept
    {
        if (++in_flight == busy)
            busy_since = now;
    }

    /// The node is done with a request, or its connection is gone. Not when the caller gave up: it is the node's work still.
    void on_done() noexcept { --in_flight; }

    void on_answer(time_point now) noexcept
    {
        last_but_one = last;
        last = now;
    }

    /// Much is under way, and fewer than two answers came in the window.
    [[nodiscard]] bool is_slow(time_point now) const noexcept
    {
        return in_flight >= busy && now - std::max(busy_since, last_but_one) > answer_window;
    }

    /// It came back lately; its caches are cold.
    [[nodiscard]] bool is_cold(time_point now) const noexcept
    {
        return came_back && now - *came_back < warm_up;
    }

    time_point busy_since{};
    // Of the answers; long ago when there were none.
    time_point last_but_one{};
    time_point last{};

    /// When it came up after it was down, or was added to a cluster that this client knew. Empty when it was up from the
    /// beginning: all nodes are new to a new client.
    std::optional<time_point> came_back;
};

using node_facts_ptr = boost::intrusive_ptr<node_facts>;

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
        std::vector<std::uint32_t> up;  ///< Indexes in `nodes`.
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
    [[nodiscard]] std::span<const node_view> views() const noexcept { return views_; }
    [[nodiscard]] std::span<const group> groups() const noexcept { return groups_; }

    /// Whether some nodes are of the local rack.
    [[nodiscard]] bool prefers_rack() const noexcept { return prefers_rack_; }

    /// How many of the groups, from the first, are local.
    [[nodiscard]] std::size_t local_groups() const noexcept { return local_groups_; }

    /// What is wrong with the settings, for the log: a filter that throws, a data center without nodes.
    [[nodiscard]] const std::vector<std::string>& problems() const noexcept { return problems_; }

    /// A node takes requests, or does not any more.
    void set_up(std::uint32_t position, bool up);

private:
    [[nodiscard]] bool accepted(const node_identity& node, const node_filter& filter);
    void add_remote(std::vector<std::uint32_t>&& nodes, std::size_t most, std::uint64_t chance);
    void add_group(std::vector<std::uint32_t> nodes, node_distance distance);

    std::vector<entry> nodes_;
    std::shared_ptr<const void> keeper_;
    std::vector<node_facts*> facts_;  // of nodes_, closer together
    std::vector<node_distance> distances_;
    std::vector<node_view> views_;
    std::vector<group> groups_;
    std::vector<std::string> problems_;
    std::size_t local_groups_ = 0;
    bool prefers_rack_ = false;
};

using plan_table_ptr = boost::intrusive_ptr<const plan_table>;

}  // namespace async_cassandra::detail
