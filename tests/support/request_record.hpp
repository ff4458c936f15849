// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/protocol_version.hpp>

#include "protocol/request_decode.hpp"
#include "support/peer.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace async_cassandra::testing {

/// One request frame as the node got it.
struct request_record {
    time_point at;
    std::size_t connection = 0;  ///< Counted from 0 in the order of being accepted.
    protocol::opcode op = protocol::opcode::options;
    std::uint8_t version = 0;
    std::int16_t stream = 0;
    std::size_t body_length = 0;
    std::string query;  ///< Of QUERY and PREPARE; of EXECUTE the text that was prepared.
    protocol::decoded_parameters parameters;  ///< Of QUERY and EXECUTE: values, paging state, consistency…
    std::string keyspace;                     ///< In effect: of the request, else of the connection.
    std::vector<std::byte> statement_id;      ///< Of EXECUTE.
    std::vector<std::byte> result_metadata_id;  ///< Of EXECUTE in v5.
    std::vector<std::pair<std::string, std::string>> startup_options;
    std::vector<std::string> events;               ///< Of REGISTER.
    std::vector<std::byte> auth_token;             ///< Of AUTH_RESPONSE.
    std::optional<protocol::batch_request> batch;  ///< Of BATCH.
    bool tracing = false;
    protocol::bytes_map custom_payload;
};

}  // namespace async_cassandra::testing
