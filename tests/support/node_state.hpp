// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/cluster_state.hpp"
#include "support/fake_node.hpp"
#include "support/peers_row_fault.hpp"

#include <array>
#include <deque>
#include <map>
#include <mutex>
#include <set>

namespace async_cassandra::testing {

class fake_connection;

struct node_rule {
    std::string text;
    bool prefix = false;
    bool for_prepare = false;  // else PREPARE asks it for metadata only
    bool any_text = false;
    std::optional<protocol::opcode> only;
    std::optional<std::size_t> connection;

    std::deque<answer> once;
    std::optional<answer> always;
    std::function<answer(const request_record&)> compute;
    std::vector<column> marker_list;
    std::vector<std::uint16_t> key_markers;
    std::shared_ptr<const columns> result_columns;
    bool markers_known = false;

    [[nodiscard]] bool matches_text(std::string_view query) const;
    [[nodiscard]] bool matches(const request_record& request) const;
    /// Empty when it has nothing left to say.
    [[nodiscard]] std::optional<answer> next(const request_record& request);
    /// What EXECUTE and QUERY of it return, as far as that is known without asking.
    [[nodiscard]] std::shared_ptr<const columns> known_columns() const;
};

/// A statement that was prepared, and the keyspace of its names that have none.
struct prepared_text {
    std::string text;
    std::string keyspace;
};

/// What a connection remembers from one request to the next.
struct conversation {
    std::size_t number = 0;
    protocol_version version = protocol_version::v5;
    async_cassandra::compression compression = async_cassandra::compression::none;
    bool started = false;
    bool authenticated = false;
    std::size_t sasl_step = 0;
    std::string keyspace;
    std::set<std::string> events;
};

/// Everything that the connections of one node share. The mutex of its cluster guards it all, connections included.
class node_state {
public:
    node_state(fake_node_settings s, std::shared_ptr<cluster_state> shared);
    ~node_state();
    node_state(const node_state&) = delete;
    node_state& operator=(const node_state&) = delete;

    /// What to say to the request.
    [[nodiscard]] answer respond(request_record& request, conversation& with);
    void record(const request_record& request);
    void violation(std::size_t connection, std::string what);
    void wake();
    void observe(std::string_view what, std::uint64_t a, std::uint64_t b);
    [[nodiscard]] bool knows_keyspace(std::string_view name) const;
    /// Connections that have registered for events of this type.
    [[nodiscard]] std::size_t listeners(std::string_view event_type) const;
    /// The carrier's time; without a carrier, when the last bytes came.
    [[nodiscard]] time_point now() const;
    /// To each connection that has registered for it, at once or after the delays that are drawn for it.
    void push_event(
        const protocol::server_event& event,
        const std::function<std::vector<std::chrono::nanoseconds>()>& draw_delays
    );

    std::shared_ptr<cluster_state> cluster;
    std::recursive_mutex& mutex;
    fake_node_settings settings;
    std::deque<std::shared_ptr<node_rule>> rules;  // the newest first
    std::set<std::string, std::less<>> released;
    std::map<std::vector<std::byte>, prepared_text> prepared;
    std::map<std::size_t, fake_connection*> connections;
    std::size_t accepted = 0;
    std::size_t most_connections = 0;
    bool frozen = false;
    carrier_link carrier;
    time_point last_heard{};

    // Its part in the cluster.
    bool in_ring = true;
    bool running = true;
    bool joined = false;  // while others were there
    bool moved = false;   // to another address
    bool place_changed = false;
    std::set<peers_row_fault> row_faults;
    std::shared_ptr<const schema_snapshot> schema;  // never null
    std::chrono::nanoseconds schema_delay{0};       // until it has what another node changed
    std::deque<std::pair<time_point, std::shared_ptr<const schema_snapshot>>> coming_schemas;
    std::size_t served_as_replica = 0;
    std::size_t served_for_others = 0;
    std::size_t probes = 0;

    std::vector<request_record> log;
    std::array<std::size_t, 256> counts{};
    std::vector<std::string> broken_rules;

private:
    [[nodiscard]] answer usual(request_record& request, conversation& with);
    [[nodiscard]] answer on_startup(const request_record& request, conversation& with);
    [[nodiscard]] answer on_auth_response(const request_record& request, conversation& with);
    [[nodiscard]] answer on_sasl_token(const request_record& request, conversation& with);
    [[nodiscard]] answer on_prepare(const request_record& request);
    [[nodiscard]] std::optional<answer> unfit_execute(const request_record& request) const;
    [[nodiscard]] const node_rule* describing_rule(std::string_view text) const;
};

[[nodiscard]] std::string_view type_of(const protocol::server_event& event);

/// The host_id of a node with these settings.
[[nodiscard]] std::array<std::uint8_t, 16> host_id_of(const fake_node_settings& settings);

/// The id that v5 gives to result metadata.
[[nodiscard]] std::vector<std::byte> metadata_id_of(const columns* list);

}  // namespace async_cassandra::testing
