// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/consistency.hpp>
#include <async_cassandra/endpoint.hpp>
#include <async_cassandra/types/uuid.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// Which nodes a request tries, and in which order. docs/load-balancing.md says why the defaults are what
/// they are.
namespace async_cassandra {

/// What tells a node from others. The texts are valid during the call that it is given to.
struct node_identity {
    uuid host_id;
    endpoint address;
    std::string_view data_center;
    std::string_view rack;
};

/// Says which nodes may be used at all: true for those. Asked for each node once whenever the list of nodes
/// changes, by each of the library's threads: it must be thread-safe, must not block, and must say the same
/// each time. Nodes that it refuses get no requests but those that name the node (`statement::node`), and no
/// connections but those for that, for `cluster::check_host_health`, and perhaps the control connection. A
/// throw refuses the node, and is logged.
using node_filter = std::function<bool(const node_identity&)>;

/// Only nodes of these data centers, by their exact names.
[[nodiscard]] node_filter only_data_centers(std::vector<std::string> names);

/// Only nodes with these addresses, whatever the port.
[[nodiscard]] node_filter only_addresses(std::vector<inet> addresses);

/// Only nodes with these host ids.
[[nodiscard]] node_filter only_hosts(std::vector<uuid> host_ids);

/// The nodes that `filter` refuses: `all_except(only_addresses({…}))`.
[[nodiscard]] node_filter all_except(node_filter filter);

namespace detail {

class plan_list {
public:
    virtual void add(std::size_t position) = 0;

protected:
    ~plan_list() = default;
};

}  // namespace detail

/// A node as a policy sees it. Valid during the call of `plan`.
class node_view {
public:
    /// Made by the library.
    node_view(const node_identity& identity, const bool& up, const std::uint32_t& in_flight) noexcept
        : identity_(&identity), up_(&up), in_flight_(&in_flight)
    {}

    [[nodiscard]] const node_identity& identity() const noexcept { return *identity_; }

    /// A connection to it is open on this thread. Nodes of other data centers are connected to when a plan
    /// first reaches them.
    [[nodiscard]] bool is_up() const noexcept { return *up_; }

    /// Requests that this thread has sent to it and that are not answered.
    [[nodiscard]] std::uint32_t in_flight() const noexcept { return *in_flight_; }

private:
    const node_identity* identity_;
    const bool* up_;
    const std::uint32_t* in_flight_;
};

/// What a policy knows of a request. Valid during the call.
struct request_info {
    /// Of the statement, or the default of the cluster.
    async_cassandra::consistency consistency = async_cassandra::consistency::local_quorum;

    /// A lightweight transaction, or a read at a serial level: replicas are best tried in the same order by
    /// everybody.
    bool conditional = false;

    /// The keyspace of the statement or of the session; empty when there is none.
    std::string_view keyspace;

    /// The nodes that hold what the statement is about, in the order of the ring, as positions in the list of
    /// nodes. Empty when that is not known.
    std::span<const std::uint32_t> replicas;
};

/// Takes the nodes of a plan, in the order in which they shall be tried.
class plan_sink {
public:
    /// Made by the library.
    explicit plan_sink(detail::plan_list& to) noexcept : to_(&to) {}

    /// Appends the node at this position of the list. A node that is in the plan already, that the filter
    /// refuses, or that does not exist is left out.
    void add(std::size_t position) { to_->add(position); }

private:
    detail::plan_list* to_;
};

/// Chooses the nodes of each request in place of the default. Called on the library's threads, by several at
/// once when there are several: it must be thread-safe. It is on the path of every request, so it must be
/// fast and must not block.
class load_balancing_policy {
public:
    virtual ~load_balancing_policy() = default;

    /// Adds to `plan` what this request shall try, in order; nodes that are not added are not tried. `nodes`
    /// holds every node of the cluster, sorted by host id. When nothing is added, the request fails with
    /// `no_host_available`. A throw fails the request with `query_error`, whose `details().cause` is what was
    /// thrown; nothing was sent then.
    virtual void plan(const request_info& request, std::span<const node_view> nodes, plan_sink& plan) = 0;
};

/// How nodes are chosen.
struct load_balancing_settings {
    /// The data center to stay in. Empty: that of the first node that is connected to, which is right when
    /// all contact points are near.
    std::string local_dc;

    /// The rack to prefer in it; refused without `local_dc`. Empty: racks make no difference.
    std::string local_rack;

    /// How many nodes of each other data center may be used when no node of the local one is left. 0: none.
    std::uint32_t max_nodes_per_remote_dc = 0;

    /// Whether requests with LOCAL_ONE, LOCAL_QUORUM or LOCAL_SERIAL may go to those, too. They then mean the
    /// other data center: what was just written here may not be there yet. Refused while
    /// `max_nodes_per_remote_dc` is 0, unless there is a policy.
    bool remote_for_local_consistency = false;

    /// Replicas are tried in random order, so that each gets its share. Off: in the order of the ring.
    bool shuffle_replicas = true;

    /// Replicas that answer slowly or have just come up are tried later, and of two the one with less to do
    /// first.
    bool avoid_slow_replicas = true;

    /// Null: every node may be used.
    node_filter filter;

    /// Set: it chooses the nodes of each request; of what is above only `filter` holds, and `local_dc` says
    /// which nodes are connected to before a plan names them. Shared by all threads.
    std::shared_ptr<load_balancing_policy> policy;
};

}  // namespace async_cassandra
