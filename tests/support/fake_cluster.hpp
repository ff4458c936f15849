// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/endpoint.hpp>
#include <async_cassandra/protocol_version.hpp>
#include <async_cassandra/types/data_type.hpp>
#include <async_cassandra/types/uuid.hpp>

#include "support/effect_tally.hpp"
#include "support/event_faults.hpp"
#include "support/fake_node.hpp"
#include "support/fake_schema.hpp"
#include "support/peers_row_fault.hpp"
#include "support/played_store.hpp"
#include "support/seeded_random.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace async_cassandra::testing {

/// Where the nodes of a cluster listen: real sockets (loopback_cluster) or memory (simulated_cluster_network).
class cluster_carrier {
public:
    virtual ~cluster_carrier() = default;

    virtual void listen(const endpoint& at, peer& node) = 0;
    /// New connections are refused; open ones stay.
    virtual void stop_listening(const endpoint& at) = 0;
};

struct fake_cluster_settings {
    /// Nodes of each data center dc1, dc2, …
    std::vector<std::size_t> nodes{3};
    std::size_t racks = 3;  ///< Of each data center: rack1, rack2, … in turn.
    std::size_t tokens_per_node = 16;
    std::uint64_t seed = 1;  ///< Of the tokens and of the faults of events.
    std::uint16_t port = 9042;
    /// Until the others know that a node went or came, and say so.
    std::chrono::nanoseconds gossip_delay = std::chrono::milliseconds{100};
    /// What all nodes have alike; address, place, tokens and number are the cluster's.
    fake_node_settings node{};
};

/// CQL servers that are played, and what they know of one another. Nodes are told by their index in the order in which
/// they joined: dc1 first. Node i listens at 127.0.0.(i + 1), from the 256th on at 127.0.1.0 and further. All members may be called from any thread, but not from
/// within a rule of a node.
///
/// Each is a fake_node, with rules of its own. Together they have one schema, which spreads with delays; one store of
/// rows on a ring of tokens (see played_rows.hpp for INSERT and SELECT); and events for whoever registered.
class fake_cluster {
public:
    explicit fake_cluster(fake_cluster_settings settings = {});
    ~fake_cluster();
    fake_cluster(const fake_cluster&) = delete;
    fake_cluster& operator=(const fake_cluster&) = delete;

    /// From now on running nodes listen. The carrier must live as long as the cluster is used.
    void carried_by(cluster_carrier& carrier);
    /// Before anybody is told of it.
    void set_port(std::uint16_t port);

    [[nodiscard]] std::size_t size() const;  ///< With those that left.
    [[nodiscard]] fake_node& node(std::size_t i);
    [[nodiscard]] endpoint address(std::size_t i) const;
    [[nodiscard]] uuid host_id(std::size_t i) const;
    [[nodiscard]] fake_node_settings settings(std::size_t i) const;
    [[nodiscard]] bool running(std::size_t i) const;
    [[nodiscard]] bool in_ring(std::size_t i) const;

    // The ring.

    /// Joins and runs; the others say NEW_NODE and UP. Gives its index.
    std::size_t add_node(const std::string& data_center, const std::string& rack);
    /// Leaves for good: connections end, the others say DOWN and REMOVED_NODE.
    void remove_node(std::size_t i);
    /// Without an event, as a server does it.
    void set_place(std::size_t i, const std::string& data_center, const std::string& rack);
    /// The others say MOVED_NODE.
    void set_tokens(std::size_t i, std::vector<std::string> tokens);

    // Life and death.

    /// As when it is killed: refuses, connections end so. The others say DOWN.
    void stop(std::size_t i, peer_ending ending = peer_ending::reset);
    /// Accepts again, with what it missed. The others say UP. For an UP that is too early: say_status before it.
    void start(std::size_t i);
    /// Takes what comes and says nothing, as after SIGSTOP; nobody says anything about it either.
    void freeze(std::size_t i);
    void thaw(std::size_t i);
    /// Comes back under another address with the same host_id: DOWN of the old one, NEW_NODE and UP of the new one.
    void restart_at(std::size_t i, const inet& address);
    /// The others say so at once, whether it is true or not.
    void say_status(std::size_t i, protocol::status_change_kind kind);
    /// The others say MOVED_NODE.
    void say_moved(std::size_t i);

    // Schema and rows.

    /// Carried out by node `through` for another client; throws std::invalid_argument with the server's error.
    void change_schema(std::string_view text, std::size_t through = 0);
    /// Until node `i` has what another node changed.
    void set_schema_delay(std::size_t i, std::chrono::nanoseconds delay);

    /// A row that all nodes have from the begin.
    void put(const std::string& table, const std::vector<std::byte>& key, played_store::row_columns columns);

    // Faults.

    void set_event_faults(const event_faults& faults);
    void set_row_fault(std::size_t i, peers_row_fault fault, bool on = true);
    /// False: as a server before 4.0, or Scylla, answers, which has no virtual tables either.
    void set_peers_v2(bool there);

    // The truth.

    /// Indexes of the nodes that hold the key, in ring order.
    [[nodiscard]] std::vector<std::size_t> replicas(
        std::string_view keyspace, std::span<const std::byte> partition_key
    ) const;
    /// Column of a row (`ks.t`), the newest that anybody has; null when there is none.
    [[nodiscard]] cell stored(
        const std::string& table, const std::vector<std::byte>& key, std::string_view column
    ) const;
    /// How often the row was written.
    [[nodiscard]] std::size_t writes(const std::string& table, const std::vector<std::byte>& key) const;
    /// Whether all running nodes have the same schema.
    [[nodiscard]] bool schema_agreed() const;
    /// The newest.
    [[nodiscard]] fake_schema schema() const;
    /// What faults of nodes, ring and events did so far.
    [[nodiscard]] effect_tally effects() const;
    /// Of all nodes, with the index of the node in front.
    [[nodiscard]] std::vector<std::string> violations() const;

private:
    std::size_t make_node(const std::string& data_center, const std::string& rack);
    [[nodiscard]] node_state& state(std::size_t i) const;
    void open(std::size_t i);
    void shut(std::size_t i);
    void announce(const protocol::server_event& event, std::size_t about);

    fake_cluster_settings settings_;
    std::shared_ptr<cluster_state> shared_;
    seeded_random token_random_;
    std::vector<std::unique_ptr<fake_node>> nodes_;
    cluster_carrier* carrier_ = nullptr;
};

}  // namespace async_cassandra::testing
