// SPDX-License-Identifier: Apache-2.0
#include "base/observer.hpp"

namespace async_cassandra::base {

std::string_view to_string(node_status status) noexcept
{
    switch (status) {
    case node_status::unknown: return "unknown";
    case node_status::connecting: return "connecting";
    case node_status::up: return "up";
    case node_status::silent: return "silent";
    case node_status::down: return "down";
    case node_status::removed: return "removed";
    }
    return "?";
}

std::string_view to_string(node_status_reason reason) noexcept
{
    switch (reason) {
    case node_status_reason::wanted: return "connections are wanted";
    case node_status_reason::unwanted: return "connections are no longer wanted";
    case node_status_reason::address_changed: return "it has another address";
    case node_status_reason::connected: return "a connection is ready";
    case node_status_reason::fell_silent: return "it does not even answer OPTIONS";
    case node_status_reason::heard_again: return "it was heard again";
    case node_status_reason::connection_lost: return "the last connection was lost";
    case node_status_reason::connect_failed: return "it cannot be connected to";
    case node_status_reason::authentication_failed: return "it refuses the log-in";
    case node_status_reason::protocol_refused: return "it does not speak the protocol version of the cluster";
    case node_status_reason::keyspace_refused: return "it refuses the keyspace";
    case node_status_reason::removed: return "it left the cluster";
    }
    return "?";
}

}  // namespace async_cassandra::base
