// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/columns.hpp>
#include <async_cassandra/protocol_version.hpp>
#include <async_cassandra/server_error.hpp>

#include "base/byte_buffer.hpp"
#include "protocol/responses.hpp"
#include "protocol/writer.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

// The server's side of responses: for nodes that are played rather than run, and for round trips in tests. Each function
// appends one complete envelope; when something does not fit, it leaves the buffer as it was and names the rule.
namespace async_cassandra::protocol {

/// Where a response goes. The flags of the header follow from the prefix.
struct response_address {
    protocol_version version = protocol_version::v5;
    std::int16_t stream = 0;
    response_prefix prefix{};
};

/// An envelope that begins with its prefix.
class response_envelope : public envelope {
public:
    response_envelope(base::byte_buffer& out, const response_address& to, opcode op);

private:
    [[nodiscard]] static std::uint8_t flags_of(const response_prefix& prefix) noexcept;
};

encode_result encode_ready(base::byte_buffer& out, const response_address& to);
encode_result encode_authenticate(
    base::byte_buffer& out, const response_address& to, std::string_view authenticator
);
encode_result encode_auth_challenge(
    base::byte_buffer& out, const response_address& to, std::optional<std::span<const std::byte>> token
);
encode_result encode_auth_success(
    base::byte_buffer& out, const response_address& to, std::optional<std::span<const std::byte>> token
);
encode_result encode_supported(
    base::byte_buffer& out, const response_address& to, const string_multimap& options
);
/// Writes the fields that the code has in this version; optional ones that are not set count as zero.
encode_result encode_error(
    base::byte_buffer& out, const response_address& to, const server_error_details& details
);
/// On stream -1, whatever `to` says.
encode_result encode_event(base::byte_buffer& out, const response_address& to, const server_event& event);
encode_result encode_void(base::byte_buffer& out, const response_address& to);
encode_result encode_set_keyspace(
    base::byte_buffer& out, const response_address& to, std::string_view keyspace
);
encode_result encode_schema_change(
    base::byte_buffer& out, const response_address& to, const schema_change& change
);

/// Appends one cell as Rows carry it; empty optional: null.
void append_cell(base::byte_buffer& cells, std::optional<std::span<const std::byte>> value);

struct rows_encoding {
    const columns* metadata = nullptr;  ///< nullptr: NO_METADATA is set and `column_count` is written.
    std::int32_t column_count = 0;      ///< Without metadata only.
    std::uint32_t row_count = 0;
    std::span<const std::byte> cells{};  ///< row_count x columns cells, as append_cell writes them.
    std::optional<std::span<const std::byte>> paging_state{};     ///< Set: there are more pages.
    std::optional<std::span<const std::byte>> new_metadata_id{};  ///< Set: the metadata changed.
};
encode_result encode_rows(base::byte_buffer& out, const response_address& to, const rows_encoding& rows);

/// `markers` null counts as none; `result_columns` null: NO_METADATA.
encode_result encode_prepared(
    base::byte_buffer& out, const response_address& to, const prepared_result& prepared
);

}  // namespace async_cassandra::protocol
