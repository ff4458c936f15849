// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace async_cassandra {

/// The native protocol version spoken on a connection. The value is the version byte of the wire.
enum class protocol_version : std::uint8_t {
    v4 = 4,  ///< Cassandra 2.2 and later, ScyllaDB.
    v5 = 5,  ///< Cassandra 4.0 and later: checksummed segments, per-request keyspace, result metadata ids.
};

}  // namespace async_cassandra
