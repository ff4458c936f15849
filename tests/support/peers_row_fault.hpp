// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

namespace async_cassandra::testing {

/// What is wrong with the row that the others have of a node in system.peers and system.peers_v2.
enum class peers_row_fault : std::uint8_t {
    null_host_id,
    null_address,         ///< rpc_address; native_address and native_port.
    unspecified_address,  ///< 0.0.0.0
    null_place,           ///< data_center and rack, as of a node that is half joined.
    null_tokens,
    null_schema_version,
    id_of_another,  ///< The first member's host_id.
    lists_itself,   ///< Not the others': the node is among its own peers.
};

inline constexpr std::size_t peers_row_faults = static_cast<std::size_t>(peers_row_fault::lists_itself) + 1;

}  // namespace async_cassandra::testing
