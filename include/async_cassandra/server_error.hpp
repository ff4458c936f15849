// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/consistency.hpp>
#include <async_cassandra/types/inet.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace async_cassandra {

/// The code of an ERROR message (native_protocol_v5.spec section 9). Codes not listed here are kept as they
/// came.
enum class server_code : std::int32_t {
    server_error = 0x0000,
    protocol_error = 0x000A,
    bad_credentials = 0x0100,
    unavailable = 0x1000,
    overloaded = 0x1001,
    is_bootstrapping = 0x1002,
    truncate_error = 0x1003,
    write_timeout = 0x1100,
    read_timeout = 0x1200,
    read_failure = 0x1300,
    function_failure = 0x1400,
    write_failure = 0x1500,
    cdc_write_failure = 0x1600,
    cas_write_unknown = 0x1700,
    syntax_error = 0x2000,
    unauthorized = 0x2100,
    invalid = 0x2200,
    config_error = 0x2300,
    already_exists = 0x2400,
    unprepared = 0x2500,
};

/// The specification's name of the code, for example "WRITE_TIMEOUT"; "UNKNOWN" for any other.
[[nodiscard]] std::string_view to_string(server_code code) noexcept;

/// What one replica reported in a READ_FAILURE or WRITE_FAILURE of protocol v5.
struct replica_failure {
    inet replica;
    /// 0 unknown, 1 too many tombstones, 2 timeout, 3 incompatible schema, … (server's RequestFailureReason)
    std::uint16_t reason = 0;
};

/// Every field an ERROR message can carry. A field is set only when the code has it.
struct server_error_details {
    server_code code = server_code::server_error;
    std::string message;               ///< The server's text, as it came.
    std::optional<consistency> level;  ///< The consistency the request was tried at.
    std::optional<std::int32_t>
        required;  ///< Replicas needed (`required` of UNAVAILABLE, `blockfor` of the others).
    std::optional<std::int32_t> received;  ///< Replicas that answered.
    std::optional<std::int32_t> alive;     ///< Replicas alive (UNAVAILABLE).
    std::optional<std::int32_t> failed;    ///< Replicas that failed (READ_FAILURE, WRITE_FAILURE).
    std::optional<bool>
        data_present;  ///< Whether the replica asked for data answered (READ_TIMEOUT, READ_FAILURE).
    std::optional<std::uint16_t> contentions;  ///< Contended Paxos rounds (WRITE_TIMEOUT of a CAS, v5 only).
    std::string write_type;                    ///< "SIMPLE", "BATCH", … or whatever the server sent.
    std::vector<replica_failure> failures;     ///< Per replica, v5 only.
    std::string keyspace;                      ///< ALREADY_EXISTS, FUNCTION_FAILURE.
    std::string table;                         ///< ALREADY_EXISTS; empty when the keyspace itself exists.
    std::string function;                      ///< FUNCTION_FAILURE.
    std::vector<std::string> argument_types;   ///< FUNCTION_FAILURE, as CQL type names.
    std::vector<std::byte> statement_id;       ///< UNPREPARED: the id the node does not know.
};

}  // namespace async_cassandra
