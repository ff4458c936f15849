// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/consistency.hpp>
#include <async_cassandra/protocol_version.hpp>

#include "base/byte_buffer.hpp"
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
    bool tracing = false
);

/// `keyspace`: v5 only; empty for the connection's.
[[nodiscard]] encode_result encode_prepare(
    base::byte_buffer& out,
    protocol_version version,
    std::int16_t stream,
    std::string_view text,
    std::string_view keyspace = {},
    bool tracing = false
);

/// `result_metadata_id` is written in v5 only, as PREPARE or a metadata change returned it.
[[nodiscard]] encode_result encode_execute(
    base::byte_buffer& out,
    protocol_version version,
    std::int16_t stream,
    std::span<const std::byte> id,
    std::span<const std::byte> result_metadata_id,
    const query_parameters& parameters,
    bool tracing = false
);

}  // namespace async_cassandra::protocol
