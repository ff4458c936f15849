// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/columns.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace async_cassandra::detail {

/// What the server said about one prepared statement. Immutable, shared by all copies and all threads.
struct prepared_core {
    std::string text;
    std::string keyspace;  ///< The session's when it was prepared.
    std::vector<std::byte> id;
    std::vector<std::byte> result_metadata_id;  ///< v5; empty in v4.
    std::shared_ptr<const columns> markers;
    std::shared_ptr<const columns> result_columns;  ///< Null when the statement returns no rows.
    std::vector<std::uint16_t> partition_key;       ///< Marker of each partition key column, in key order.
};

}  // namespace async_cassandra::detail
