// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/endpoint.hpp>
#include <async_cassandra/types/uuid.hpp>

#include <boost/system/error_code.hpp>

#include <chrono>
#include <cstdint>
#include <string_view>

namespace async_cassandra::base {

/// A node as one shard of this client sees it: by its own connections, not by what other nodes say.
enum class node_status : std::uint8_t {
    unknown,     ///< Nobody has asked for a connection to it.
    connecting,  ///< It is tried for the first time since it is known, or has its address.
    up,          ///< At least one connection serves requests.
    silent,      ///< Connected, but nothing is heard: requests go there when nobody else is left.
    down,        ///< No connection does; it is tried again and again.
    removed,     ///< It is no longer part of the cluster.
};

[[nodiscard]] std::string_view to_string(node_status status) noexcept;

/// A connection to it is open, whether anything is heard on it or not.
[[nodiscard]] constexpr bool is_connected(node_status status) noexcept
{
    return status == node_status::up || status == node_status::silent;
}

enum class node_status_reason : std::uint8_t {
    wanted,
    unwanted,
    address_changed,
    connected,
    fell_silent,
    heard_again,
    connection_lost,
    connect_failed,
    authentication_failed,
    protocol_refused,
    keyspace_refused,
    removed,
};

/// In words: "the last connection was lost".
[[nodiscard]] std::string_view to_string(node_status_reason reason) noexcept;

// References and views of events are valid during the call.

struct node_status_change {
    const uuid& host_id;
    const endpoint& node;
    node_status before;
    node_status now;
    node_status_reason reason;
    std::string_view detail;  ///< What the connection said, for example; may be empty.
};

struct connection_opening {
    const uuid& host_id;
    const endpoint& node;
    std::size_t connections;  ///< Of this shard to this node, with the new one.
};

struct connection_closing {
    const uuid& host_id;
    const endpoint& node;
    std::size_t connections;  ///< What is left.
    boost::system::error_code code;
    std::string_view reason;
};

struct reconnect_schedule {
    const uuid& host_id;
    const endpoint& node;
    std::chrono::milliseconds pause;
    std::uint32_t failures;  ///< In a row.
};

/// What happens to nodes and connections, for the floors above. Implemented by this library alone: a user's code could
/// throw, block or take the client down from inside a call, so users' observers hang behind a queue. Called on the
/// thread of the shard where it happens, while it happens: an implementation notes it and returns. Whoever emits holds
/// a pointer, null when nobody listens, and builds no event then.
class observer {
public:
    virtual void on_node_status(const node_status_change&) noexcept {}
    virtual void on_connection_opened(const connection_opening&) noexcept {}
    virtual void on_connection_closed(const connection_closing&) noexcept {}
    virtual void on_reconnect_scheduled(const reconnect_schedule&) noexcept {}

protected:
    ~observer() = default;
};

}  // namespace async_cassandra::base
