// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/columns.hpp>
#include <async_cassandra/compression.hpp>
#include <async_cassandra/endpoint.hpp>
#include <async_cassandra/protocol_version.hpp>

#include "protocol/responses.hpp"
#include "support/addresses.hpp"
#include "support/answer.hpp"
#include "support/peer.hpp"
#include "support/request_record.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace async_cassandra::testing {

class cluster_state;
struct node_rule;
class node_state;

/// How a server says no to a protocol version above its own. The versions differ in header and text.
enum class version_refusal : std::uint8_t {
    cassandra_3_0,   ///< v4 header, "…the lowest supported version is 3 and the greatest is 4".
    cassandra_3_11,  ///< v5 header with the beta flag, "…USE_BETA flag is unset".
    cassandra_4,     ///< v6 header with the beta flag, "…supported versions are (…)".
    scylla,          ///< v4 header, "…unsupported protocol version: 5".
};

struct node_credentials {
    std::string user;
    std::string password;
};

/// A step of a log-in: what the client must say, and what the node asks then; behind the last, the token of AUTH_SUCCESS.
struct sasl_step {
    std::string expected;
    std::string next;
};

struct fake_node_settings {
    protocol_version highest = protocol_version::v5;
    version_refusal refusal = version_refusal::cassandra_3_0;
    endpoint address = loopback_address();  ///< What system.local says.
    std::string cluster_name = "fake";
    std::string partitioner = "org.apache.cassandra.dht.Murmur3Partitioner";  ///< What system.local says.
    std::string data_center = "dc1";
    std::string rack = "rack1";
    std::string release_version = "5.0.9";
    std::uint32_t host_number = 1;  ///< The last bytes of its host_id.
    std::vector<std::string> tokens{"0"};
    std::vector<std::string>
        keyspaces{};  ///< That USE and the keyspace of a request know; beside system ones.
    std::optional<node_credentials> credentials{};  ///< Set: PasswordAuthenticator asks for them.
    std::vector<sasl_step> sasl{};                  ///< Not empty: asks for this in place of a password.
    std::string authenticator = "org.apache.cassandra.auth.PasswordAuthenticator";
    std::vector<std::string> compressions{"snappy", "lz4"};  ///< That it offers.
    std::size_t segment_payload = 131'071;  ///< v5: cuts larger envelopes into slices of this size.
    bool keep_log = true;                   ///< False: requests are counted, not kept.
};

/// One line of the node's script. The line written last is asked first; a line with nothing left to say passes the
/// request on to the one before it.
class rule_handle {
public:
    rule_handle(std::shared_ptr<node_state> node, std::shared_ptr<node_rule> rule)
        : node_(std::move(node)), rule_(std::move(rule))
    {}

    /// To every request, once those of reply_once are used up.
    rule_handle& reply(answer what);
    /// To one request each, in this order.
    rule_handle& reply_once(answer what);
    /// Computed from each request; must not call the node.
    rule_handle& reply_with(std::function<answer(const request_record&)> what);
    /// What PREPARE of this text says of its markers; `key_markers` are the markers of the partition key columns.
    rule_handle& markers(std::vector<column> list, std::vector<std::uint16_t> key_markers = {});
    /// What PREPARE of this text says of its result; without it, what the answer to `reply` has. When the rows of an
    /// answer have other columns, a v5 EXECUTE gets those, marked as changed, as after an ALTER TABLE.
    rule_handle& returns(std::vector<column> list);
    rule_handle& only(protocol::opcode op);
    rule_handle& on_connection(std::size_t number);

private:
    std::shared_ptr<node_state> node_;
    std::shared_ptr<node_rule> rule_;
};

/// What a node counted since it was made.
struct node_figures {
    std::size_t connections_open = 0;
    std::size_t connections_ever = 0;
    std::size_t connections_at_once = 0;  ///< The most there were.
    std::size_t requests = 0;
    std::size_t probes = 0;  ///< OPTIONS behind the handshake.
    /// INSERT and SELECT by key of the tables that were created, by whether this node holds the key.
    std::size_t served_as_replica = 0;
    std::size_t served_for_others = 0;
};

/// A CQL server that is played. Without I/O: carried by loopback_server or simulated_world. Holds the script of how to
/// behave and the truth about what came. All members may be called from any thread at any time.
///
/// Knows by itself: the handshake of v4 and v5 (with password, if told), REGISTER, USE, what changes the schema, the
/// system tables, INSERT and SELECT by key in tables that were created, PREPARE and EXECUTE of these and of what its rules
/// know. Everything else gets the server's error. Alone it is a cluster of one; see fake_cluster for more.
class fake_node final : public peer {
public:
    explicit fake_node(fake_node_settings settings = {});
    fake_node(fake_node_settings settings, std::shared_ptr<cluster_state> cluster);
    ~fake_node() override;
    fake_node(const fake_node&) = delete;
    fake_node& operator=(const fake_node&) = delete;

    // The script.

    /// QUERY with this text, EXECUTE of it, and what PREPARE of it says.
    rule_handle on_query(std::string text);
    rule_handle on_query_prefix(std::string prefix);
    rule_handle on_prepare(std::string text);
    rule_handle on_request(protocol::opcode op);

    /// Lets out what answers with `held(gate)` keep, now and in future.
    void release(std::string_view gate);
    /// To all connections that have registered for it.
    void push_event(const protocol::server_event& event);
    /// Ends all connections, or the one with this number.
    void end_connections(peer_ending ending);
    void end_connection(std::size_t number, peer_ending ending);
    /// As SIGSTOP does: bytes are taken, nothing is done. `thaw` works off what has come.
    void freeze();
    void thaw();
    /// As after a restart: EXECUTE gets UNPREPARED.
    void forget_prepared();
    void add_keyspace(std::string name);

    // The truth.

    [[nodiscard]] std::vector<request_record> requests() const;
    [[nodiscard]] std::vector<request_record> requests(protocol::opcode op) const;
    [[nodiscard]] std::size_t request_count() const;
    [[nodiscard]] std::size_t request_count(protocol::opcode op) const;
    [[nodiscard]] std::size_t connections_accepted() const;
    [[nodiscard]] std::size_t open_connections() const;
    /// Answers and events that wait for their time or their gate.
    [[nodiscard]] std::size_t pending_answers() const;
    [[nodiscard]] node_figures figures() const;
    /// What the client did against the protocol: a stream id used twice at a time, requests behind an unanswered
    /// STARTUP, bodies that make no sense. Empty for a client in order.
    [[nodiscard]] std::vector<std::string> violations() const;

    // peer
    [[nodiscard]] std::unique_ptr<peer_connection> accept(time_point now) override;
    void attach(carrier_link link) override;

private:
    friend class fake_cluster;

    std::shared_ptr<node_state> state_;
};

/// The id that every fake node gives to this text, when its names that have no keyspace belong to this one.
[[nodiscard]] std::vector<std::byte> prepared_id_of(std::string_view text, std::string_view keyspace = {});

}  // namespace async_cassandra::testing
