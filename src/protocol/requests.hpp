// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/consistency.hpp>
#include <async_cassandra/protocol_version.hpp>

#include "base/byte_buffer.hpp"
#include "protocol/reader.hpp"
#include "protocol/writer.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

// Requests of native_protocol_v5.spec section 4.1. Each function appends one complete envelope to `out`; when something
// does not fit, it leaves `out` as it was and names the rule.
namespace async_cassandra::protocol {

/// What QUERY, PREPARE, EXECUTE and BATCH carry beside their message: the flags of the header follow from it.
struct request_prefix {
    bool tracing = false;                                     ///< Asks for a tracing id in the response.
    std::span<const bytes_map::value_type> custom_payload{};  ///< Empty: none.
};

/// Section 4.1.4, <query_parameters>.
struct query_parameters {
    consistency level = consistency::local_one;
    std::optional<consistency> serial{};
    std::int32_t page_size = 0;                    ///< 0: none asked for.
    std::span<const std::byte> paging_state{};     ///< Empty: the first page.
    std::optional<std::int64_t> timestamp{};       ///< Microseconds since 1970.
    std::string_view keyspace{};                   ///< v5 only. Empty: the connection's.
    std::optional<std::int32_t> now_in_seconds{};  ///< v5 only.
    bool skip_metadata = false;
    std::uint16_t value_count = 0;
    std::span<const std::byte>
        encoded_values{};  ///< `value_count` [value]s in wire form, one after the other.
    std::span<const std::string> value_names{};  ///< Empty, or one per value.
};

[[nodiscard]] encode_result encode_startup(
    base::byte_buffer& out,
    protocol_version version,
    std::int16_t stream,
    std::span<const std::pair<std::string_view, std::string_view>> options
);

[[nodiscard]] encode_result encode_options(
    base::byte_buffer& out, protocol_version version, std::int16_t stream
);

/// `events`: "TOPOLOGY_CHANGE", "STATUS_CHANGE", "SCHEMA_CHANGE".
[[nodiscard]] encode_result encode_register(
    base::byte_buffer& out,
    protocol_version version,
    std::int16_t stream,
    std::span<const std::string_view> events
);

[[nodiscard]] encode_result encode_auth_response(
    base::byte_buffer& out, protocol_version version, std::int16_t stream, std::span<const std::byte> token
);

[[nodiscard]] encode_result encode_query(
    base::byte_buffer& out,
    protocol_version version,
    std::int16_t stream,
    std::string_view text,
    const query_parameters& parameters,
    const request_prefix& prefix = {}
);

/// `keyspace`: v5 only; empty for the connection's.
[[nodiscard]] encode_result encode_prepare(
    base::byte_buffer& out,
    protocol_version version,
    std::int16_t stream,
    std::string_view text,
    std::string_view keyspace = {},
    const request_prefix& prefix = {}
);

/// `result_metadata_id` is written in v5 only, as PREPARE or a metadata change returned it.
[[nodiscard]] encode_result encode_execute(
    base::byte_buffer& out,
    protocol_version version,
    std::int16_t stream,
    std::span<const std::byte> id,
    std::span<const std::byte> result_metadata_id,
    const query_parameters& parameters,
    const request_prefix& prefix = {}
);

/// One statement of a batch: of a text, or of what was prepared before.
struct batch_statement {
    std::string_view text{};          ///< Used when `id` is empty.
    std::span<const std::byte> id{};  ///< As PREPARE returned it.
    std::uint16_t value_count = 0;
    std::span<const std::byte> encoded_values{};  ///< As in query_parameters.
};

/// What of query_parameters a batch has.
struct batch_parameters {
    consistency level = consistency::local_one;
    std::optional<consistency> serial{};
    std::optional<std::int64_t> timestamp{};       ///< Microseconds since 1970.
    std::string_view keyspace{};                   ///< v5 only. Empty: the connection's.
    std::optional<std::int32_t> now_in_seconds{};  ///< v5 only.
};

/// At most 65,535 statements, which is what their count can say (section 4.1.7).
[[nodiscard]] encode_result encode_batch(
    base::byte_buffer& out,
    protocol_version version,
    std::int16_t stream,
    batch_type type,
    std::span<const batch_statement> statements,
    const batch_parameters& parameters,
    const request_prefix& prefix = {}
);

}  // namespace async_cassandra::protocol
