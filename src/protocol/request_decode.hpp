// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/consistency.hpp>
#include <async_cassandra/protocol_version.hpp>

#include "protocol/frame.hpp"
#include "protocol/reader.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

// The server's side of requests: for nodes that are played rather than run, and for round trips in tests.
namespace async_cassandra::protocol {

/// A [value].
struct decoded_value {
    enum class state : std::uint8_t { set, null, unset };

    state is = state::set;
    std::vector<std::byte> bytes;

    friend bool operator==(const decoded_value&, const decoded_value&) = default;
};

struct decoded_parameters {
    consistency level = consistency::any;
    std::uint32_t flags = 0;
    std::vector<decoded_value> values;
    std::vector<std::string> value_names;  ///< Empty, or one per value.
    bool skip_metadata = false;
    std::int32_t page_size = 0;  ///< 0: none.
    std::optional<std::vector<std::byte>> paging_state;
    std::optional<consistency> serial;
    std::optional<std::int64_t> timestamp;
    std::string keyspace;  ///< Empty: none.
    std::optional<std::int32_t> now_in_seconds;
};

struct startup_request {
    std::vector<std::pair<std::string, std::string>> options;
};
struct options_request {};
struct register_request {
    std::vector<std::string> events;
};
struct auth_response_request {
    std::optional<std::vector<std::byte>> token;
};
struct query_request {
    std::string text;
    decoded_parameters parameters;
};
struct prepare_request {
    std::string text;
    std::string keyspace;  ///< Empty: none.
};
struct execute_request {
    std::vector<std::byte> id;
    std::vector<std::byte> result_metadata_id;  ///< v5 only.
    decoded_parameters parameters;
};
/// Of a text, or of what was prepared before.
struct decoded_batch_statement {
    std::string text;
    std::vector<std::byte> id;  ///< Empty: the statement is its text.
    std::vector<decoded_value> values;
};
struct batch_request {
    batch_type type = batch_type::logged;
    std::vector<decoded_batch_statement> statements;
    decoded_parameters parameters;  ///< Of what a batch has.
};

struct decoded_request {
    bool tracing = false;
    bytes_map custom_payload;
    std::variant<
        startup_request,
        options_request,
        register_request,
        auth_response_request,
        query_request,
        prepare_request,
        execute_request,
        batch_request>
        message;
};

/// Empty, with `error` set, when the body is malformed or the opcode is none of a request.
[[nodiscard]] std::optional<decoded_request> decode_request(
    const frame_header& h, std::span<const std::byte> body, protocol_version version, parse_error& error
);

}  // namespace async_cassandra::protocol
