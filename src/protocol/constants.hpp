// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

// Numbers of native_protocol_v4.spec and native_protocol_v5.spec.
namespace async_cassandra::protocol {

/// Section 2.4, opcode.
enum class opcode : std::uint8_t {
    error = 0,
    startup = 1,
    ready = 2,
    authenticate = 3,
    options = 5,
    supported = 6,
    query = 7,
    result = 8,
    prepare = 9,
    execute = 10,
    register_ = 11,
    event = 12,
    batch = 13,
    auth_challenge = 14,
    auth_response = 15,
    auth_success = 16,
};

/// "QUERY", "RESULT", …; "UNKNOWN" for any other number.
[[nodiscard]] std::string_view to_string(opcode op) noexcept;

/// Section 2.2, flags of an envelope.
namespace header_flag {
inline constexpr std::uint8_t compressed = 0x01;
inline constexpr std::uint8_t tracing = 0x02;
inline constexpr std::uint8_t custom_payload = 0x04;
inline constexpr std::uint8_t warning = 0x08;
inline constexpr std::uint8_t use_beta = 0x10;
}  // namespace header_flag

/// Section 4.1.4, flags of query parameters: one byte in v4, four in v5.
namespace query_flag {
inline constexpr std::uint32_t values = 0x0001;
inline constexpr std::uint32_t skip_metadata = 0x0002;
inline constexpr std::uint32_t page_size = 0x0004;
inline constexpr std::uint32_t paging_state = 0x0008;
inline constexpr std::uint32_t serial_consistency = 0x0010;
inline constexpr std::uint32_t timestamp = 0x0020;
inline constexpr std::uint32_t value_names = 0x0040;
inline constexpr std::uint32_t keyspace = 0x0080;
inline constexpr std::uint32_t now_in_seconds = 0x0100;
}  // namespace query_flag

/// Section 4.1.5, flags of PREPARE in v5.
namespace prepare_flag {
inline constexpr std::uint32_t keyspace = 0x0001;
}  // namespace prepare_flag

/// Section 4.1.7, type of a BATCH.
enum class batch_type : std::uint8_t { logged = 0, unlogged = 1, counter = 2 };

/// Section 4.1.7, flags that a BATCH cannot have although its parameters look like those of a QUERY: names for values
/// are in the specification, but no server can read them.
inline constexpr std::uint32_t flags_no_batch_has = 0x000F | query_flag::value_names;

/// Section 4.2.5.2, flags of rows metadata.
namespace rows_flag {
inline constexpr std::uint32_t global_table_spec = 0x0001;
inline constexpr std::uint32_t has_more_pages = 0x0002;
inline constexpr std::uint32_t no_metadata = 0x0004;
inline constexpr std::uint32_t metadata_changed = 0x0008;
}  // namespace rows_flag

/// Section 4.2.5, kind of a RESULT.
enum class result_kind : std::int32_t {
    void_ = 1,
    rows = 2,
    set_keyspace = 3,
    prepared = 4,
    schema_change = 5,
};

inline constexpr std::uint8_t response_bit = 0x80;
inline constexpr std::size_t frame_header_size = 9;
inline constexpr std::uint32_t max_body_length = 268'435'456;
inline constexpr std::int16_t event_stream = -1;

inline constexpr std::size_t segment_header_size = 6;
inline constexpr std::size_t segment_trailer_size = 4;
inline constexpr std::size_t segment_overhead = segment_header_size + segment_trailer_size;
inline constexpr std::size_t lz4_segment_header_size = 8;
inline constexpr std::size_t lz4_segment_overhead = lz4_segment_header_size + segment_trailer_size;
inline constexpr std::size_t max_segment_payload = 131'071;

/// How deep type options may nest before a response is taken for malformed.
inline constexpr int max_type_depth = 32;
/// How many type options one response may carry.
inline constexpr std::int32_t max_type_count = 262'144;
/// Columns of a result and markers of a statement: the server counts both in 16 bits.
inline constexpr std::int32_t max_column_count = 65'535;

}  // namespace async_cassandra::protocol
