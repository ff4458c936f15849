// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/columns.hpp>
#include <async_cassandra/endpoint.hpp>
#include <async_cassandra/protocol_version.hpp>
#include <async_cassandra/server_error.hpp>

#include "protocol/frame.hpp"
#include "protocol/reader.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

// Responses of native_protocol_v5.spec section 4.2. Every function reads on from where the reader stands; whether the
// bytes made sense is asked with `reader::failed()`, and only then is the value worth anything. Bytes behind a message
// are tolerated.
namespace async_cassandra::protocol {

/// What may stand in front of a response, by the flags of its header.
struct response_prefix {
    std::optional<std::array<std::byte, 16>> tracing_id;
    std::vector<std::string> warnings;
    bytes_map custom_payload;
};

/// False when malformed. Takes no time when `flags` says that there is nothing.
bool decode_prefix(reader& in, std::uint8_t flags, response_prefix& prefix);

/// ERROR. A code that is not known gives code and text.
[[nodiscard]] server_error_details decode_error(reader& in, protocol_version version);

/// SUPPORTED.
struct supported_options {
    string_multimap options;

    /// The values under this key; nullptr when the server did not send it.
    [[nodiscard]] const std::vector<std::string>* find(std::string_view key) const noexcept;
};
[[nodiscard]] supported_options decode_supported(reader& in);

/// AUTHENTICATE: the class name of the server's authenticator.
[[nodiscard]] std::string decode_authenticate(reader& in);

/// AUTH_CHALLENGE and AUTH_SUCCESS: a view of the token; empty optional when null.
[[nodiscard]] inline std::optional<std::span<const std::byte>> decode_auth_token(reader& in) noexcept
{
    return in.bytes();
}

enum class topology_change_kind : std::uint8_t { new_node, removed_node, moved_node };
struct topology_change {
    topology_change_kind kind = topology_change_kind::new_node;
    endpoint node;

    friend bool operator==(const topology_change&, const topology_change&) = default;
};

enum class status_change_kind : std::uint8_t { up, down };
struct status_change {
    status_change_kind kind = status_change_kind::up;
    endpoint node;

    friend bool operator==(const status_change&, const status_change&) = default;
};

enum class schema_change_kind : std::uint8_t { created, updated, dropped, other };
enum class schema_target : std::uint8_t { keyspace, table, type, function, aggregate, other };
struct schema_change {
    schema_change_kind kind = schema_change_kind::other;
    schema_target target = schema_target::other;
    std::string keyspace;
    std::string name;                    ///< Empty when the target is the keyspace.
    std::vector<std::string> arguments;  ///< CQL types of a function's or aggregate's arguments.

    friend bool operator==(const schema_change&, const schema_change&) = default;
};

/// An event type or a change that is not known.
struct unknown_event {
    std::string type;
    std::string change;  ///< Empty when the type is not known.

    friend bool operator==(const unknown_event&, const unknown_event&) = default;
};

using server_event = std::variant<topology_change, status_change, schema_change, unknown_event>;
[[nodiscard]] server_event decode_event(reader& in);

/// Columns that were decoded before: when an answer has the same bytes, they are taken for it.
struct known_columns {
    std::span<const std::byte> wire;
    bool global_table_spec = false;
    std::shared_ptr<const columns> list;
};

struct void_result {};

/// The spans are views into the body.
struct rows_result {
    std::int32_t column_count = 0;
    std::uint32_t row_count = 0;
    bool has_more_pages = false;
    bool metadata_changed = false;
    std::span<const std::byte> paging_state;
    std::span<const std::byte> new_metadata_id;
    std::shared_ptr<const columns> metadata;  ///< Null when the server left it out.
    std::span<const std::byte> columns_wire;  ///< What `metadata` was decoded from; empty when it was known.
    bool global_table_spec = false;           ///< How `columns_wire` is to be read.
    std::size_t rows_offset = 0;  ///< Where the first cell begins, counted from the begin of the reader.
};

struct set_keyspace_result {
    std::string keyspace;
};

struct prepared_result {
    std::vector<std::byte> id;
    std::vector<std::byte> result_metadata_id;  ///< Empty in v4.
    std::shared_ptr<const columns> markers;     ///< Never null.
    std::uint32_t marker_flags = 0;  ///< As they came; servers put marks of their own into the high bits.
    std::vector<std::uint16_t>
        pk_indexes;  ///< Marker of each partition key column, in key order; may be empty.
    std::shared_ptr<const columns> result_columns;  ///< Null without result metadata.
    std::span<const std::byte> result_wire;         ///< What they were decoded from.
    bool result_global_table_spec = false;          ///< How that is to be read.
    bool has_result_metadata = false;
};

using schema_change_result = schema_change;

using decoded_result =
    std::variant<void_result, rows_result, set_keyspace_result, prepared_result, schema_change_result>;

/// RESULT. Allocates nothing for Void, nor for Rows without metadata or with that of `known` (may be null).
[[nodiscard]] decoded_result decode_result(
    reader& in, protocol_version version, const known_columns* known = nullptr
);

/// A RESULT of kind Void without anything in front of it: the answer to most writes.
[[nodiscard]] bool is_bare_void(const frame_header& header, std::span<const std::byte> body) noexcept;

/// Walks the lengths of all cells once; false, with `error` set, when one reaches beyond the body. Afterwards a walk
/// over the same cells needs no further check.
[[nodiscard]] bool check_cells(
    std::span<const std::byte> body,
    std::size_t rows_offset,
    std::uint32_t rows,
    std::int32_t column_count,
    parse_error& error
) noexcept;

/// The same for some of the rows, to go on with others later: where the cells behind them begin; empty, with `error` set,
/// when one reaches beyond the body.
[[nodiscard]] std::optional<std::size_t> walk_cells(
    std::span<const std::byte> body,
    std::size_t offset,
    std::uint32_t rows,
    std::int32_t column_count,
    parse_error& error
) noexcept;

}  // namespace async_cassandra::protocol
