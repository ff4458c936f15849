// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/compression.hpp>
#include <async_cassandra/consistency.hpp>
#include <async_cassandra/endpoint.hpp>
#include <async_cassandra/policy/load_balancing.hpp>
#include <async_cassandra/protocol_version.hpp>
#include <async_cassandra/tls.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace async_cassandra {

class authentication_provider;

/// Every setting of a cluster, with its default. No value means "for ever": a duration must be 1 ms to 24
/// hours, unless said otherwise. The constructor of `cluster` checks them and throws `configuration_error`,
/// which names the setting, the value and the legal range.
struct cluster_config {
    /// Where to look for the cluster: "host", "host:port", an IPv4 address or an IPv6 address ("::1",
    /// "[::1]:9042"). Names are resolved at each attempt, all addresses of a name are tried. Not empty.
    std::vector<std::string> contact_points{"127.0.0.1"};

    /// Port of contact points that name none. 1 … 65,535.
    std::uint16_t port = 9042;

    /// Where to connect to a node that others know under this address and port; for nodes whose addresses are
    /// of a network that this machine is not in. Asked for each node whenever the list of nodes is read, and
    /// for each node that an event names; not for contact points. Null: addresses stay as they are.
    ///
    /// Called on the thread of the cluster's first shard, which serves nothing meanwhile: it must not block.
    /// What it throws goes to the log, and what it gave for that address before is used; a node that it never
    /// gave an address for is left out until it does.
    std::function<endpoint(const endpoint&)> address_translator;

    /// How to log in, for example `std::make_shared<password_authentication>(user, password)`
    /// (authentication.hpp); shared by all connections. Null: not at all; then a node that asks for it is an
    /// `authentication_error`.
    std::shared_ptr<authentication_provider> authentication;

    /// Set: connections are encrypted, and nodes show who they are. Empty: in the clear.
    std::optional<tls_options> tls;

    /// TCP_NODELAY: small writes leave at once. Off, the kernel may hold a request back for 40 ms.
    bool tcp_no_delay = true;

    /// Set: SO_KEEPALIVE, the kernel probes a connection after this long without traffic, and then as often
    /// (TCP_KEEPIDLE, TCP_KEEPINTVL). The heartbeat of this library finds dead peers without it; it keeps
    /// firewalls from forgetting idle connections. 1 s to 32,767 s.
    std::optional<std::chrono::seconds> tcp_keepalive;

    /// TCP_USER_TIMEOUT: the kernel gives a connection up when what was sent is not acknowledged for this
    /// long. Empty: the kernel's choice, many minutes; the heartbeat comes first. 1 ms to 24 hours.
    std::optional<std::chrono::milliseconds> tcp_user_timeout;

    /// The address of this machine to connect from, as text ("192.0.2.7", "2001:db8::7"). Empty: the kernel
    /// chooses. Nodes of the other address family cannot be connected to.
    std::string local_address;

    /// The highest version to speak. When a server refuses it, the next lower one is tried, down to v4.
    protocol_version protocol = protocol_version::v5;

    /// How messages are compressed on their way. Each connection then asks its node first what it offers: a
    /// node that does not offer this fails the connection with `configuration_error`, which says what it does
    /// offer; nothing is left uncompressed in silence. `snappy` exists in protocol v4 alone and is refused
    /// beside `protocol` v5. On v4 a whole page is uncompressed in one step, during which its thread serves
    /// nothing else; v5 goes by 128 KiB.
    async_cassandra::compression compression = async_cassandra::compression::none;

    /// Which nodes requests go to.
    load_balancing_settings load_balancing;

    /// Threads of a cluster that is built without an executor, each with connections of its own
    /// (`connections_per_node`) to each node of the local data center. 1 … 128. Beside an executor only 1 is
    /// taken: everything happens on that one.
    unsigned io_threads = 1;

    /// Time limit of one request: queueing, every attempt, every page.
    std::chrono::milliseconds request_timeout{10'000};

    /// Time limit of `connect` as a whole. Until then it tries again and again, with pauses as for
    /// reconnecting: a cluster may be booting.
    std::chrono::milliseconds connect_timeout{30'000};

    /// Time limit of TCP connect, TLS and handshake of one connection.
    std::chrono::milliseconds handshake_timeout{5'000};

    /// An idle connection is probed with OPTIONS after this long without a byte; one with unanswered requests
    /// after 1 s.
    std::chrono::milliseconds heartbeat_interval{15'000};

    /// A connection is closed when for so long after a probe no byte came. After 1 s its node counts as
    /// silent, and gets no request that another can take.
    std::chrono::milliseconds heartbeat_timeout{5'000};

    /// Time limit of one `cluster::check_host_health`, with connecting where that is necessary.
    std::chrono::milliseconds health_check_timeout{2'000};

    /// How long `close` lets running requests finish before it fails them.
    std::chrono::milliseconds drain_timeout{5'000};

    /// Pause before the first attempt to reconnect; doubles, with full jitter, up to `reconnect_max_delay`.
    /// Never given up.
    std::chrono::milliseconds reconnect_base_delay{100};
    std::chrono::milliseconds reconnect_max_delay{30'000};

    /// How long the result of a statement that changes the schema is held back until all nodes that are up
    /// have the same schema; they are asked every `schema_agreement_interval`. It comes then, at the latest
    /// at the request's time limit, whether they agree or not: see `result_set::schema_in_agreement`. Empty:
    /// it is not held back. 1 ms to 24 hours.
    std::optional<std::chrono::milliseconds> schema_agreement_timeout = std::chrono::milliseconds{10'000};
    std::chrono::milliseconds schema_agreement_interval{200};

    /// Whether `cluster::schema` is kept. Off: it stays empty, and of the schema only the list of keyspaces
    /// is read, as the topology needs to know how each is replicated.
    bool schema_metadata = true;

    /// Of which keyspaces, by their literal names; others are not in `cluster::schema`. Empty: of all, those
    /// of the server included.
    std::vector<std::string> schema_keyspaces;

    /// Connections to each node, of each thread, and with protocol v4 for each keyspace that sessions use.
    /// One is enough for most work; several keep small requests from waiting behind large results. 1 … 8.
    unsigned connections_per_node = 1;

    /// Requests in flight on one connection; more wait in the node's queue. 1 … 32,767.
    std::uint16_t max_in_flight = 2'048;

    /// Requests that wait for a free stream id, per node; more fail at once with `overloaded`. Split evenly
    /// over the threads; with v4 for each keyspace in use. At least 1.
    std::size_t max_queued_requests = 131'072;

    /// Encoded bytes of those requests, per node, split in the same way. At least 1.
    std::size_t max_queued_bytes = std::size_t{64} * 1024 * 1024;

    /// How many bytes of result `execute` may hold, all pages together. At least 1.
    std::size_t max_result_bytes = std::size_t{64} * 1024 * 1024;

    /// Consistency of statements that name none.
    async_cassandra::consistency consistency = async_cassandra::consistency::local_quorum;

    /// Serial consistency (`serial` or `local_serial`) of conditional statements that name none; empty: the
    /// server's.
    std::optional<async_cassandra::consistency> serial_consistency;

    /// Writes carry the time of this client: microseconds of the wall clock, ever growing on each thread,
    /// taken once for a request whatever is tried again. Off: the time is that of the coordinator that takes
    /// the write.
    bool client_timestamps = true;

    /// Rows per page of statements that name no page size. At least 1.
    std::int32_t page_size = 5'000;
};

}  // namespace async_cassandra
