// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/responses.hpp"
#include "support/answer.hpp"
#include "support/effect_tally.hpp"
#include "support/event_faults.hpp"
#include "support/fake_ids.hpp"
#include "support/fake_schema.hpp"
#include "support/peer.hpp"
#include "support/played_store.hpp"
#include "support/seeded_random.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace async_cassandra::testing {

class node_state;
struct ring_view;

/// A schema as it was at some time. Never changes.
struct schema_snapshot {
    std::uint64_t number = 0;
    fake_schema content;

    [[nodiscard]] std::array<std::uint8_t, 16> version() const
    {
        return fake_id(id_kind::schema_version, number);
    }
};

/// What the nodes of one cluster share. A node alone has one of its own. One mutex guards it and all its nodes and their
/// connections; it is recursive because a carrier may be woken from within and rules call back.
class cluster_state {
public:
    explicit cluster_state(std::uint64_t seed = 1) : random(seed) {}
    cluster_state(const cluster_state&) = delete;
    cluster_state& operator=(const cluster_state&) = delete;

    /// Carries it out on the node that was asked; the others, and all who listen, hear of it as late as they are slow.
    [[nodiscard]] answer change_schema(
        node_state& coordinator, std::string_view text, std::string_view keyspace
    );
    /// Without a change of the version, and without events: as it was from the begin.
    void add_keyspace(std::string name);

    /// Lets the nodes have what is due.
    void settle(time_point now);
    /// From all running nodes but `not_from`, each to its connections that registered for it; with the faults.
    void announce(
        const protocol::server_event& event, const node_state* not_from, std::chrono::nanoseconds delay = {}
    );

    [[nodiscard]] std::vector<std::string> data_centers() const;

    mutable std::recursive_mutex mutex;
    std::vector<node_state*> members;  // in the order of joining; those that left stay
    std::shared_ptr<const schema_snapshot> schema = std::make_shared<schema_snapshot>();
    std::shared_ptr<const ring_view> ring;  // made when it is needed; null again when members change
    played_store store;
    event_faults faults;
    effect_tally effects;  // of faults in nodes, ring and events
    seeded_random random;
    bool has_peers_v2 = true;

private:
    void announce_from(node_state& node, const protocol::server_event& event, std::chrono::nanoseconds delay);
};

}  // namespace async_cassandra::testing
