// SPDX-License-Identifier: Apache-2.0
#include "protocol/response_parts.hpp"
#include "protocol/responses.hpp"
#include "protocol/type_option.hpp"

#include <cstring>
#include <utility>

namespace async_cassandra::protocol {
namespace {

std::vector<std::byte> copy(std::span<const std::byte> bytes)
{
    return {bytes.begin(), bytes.end()};
}

std::int32_t read_column_count(reader& in)
{
    const std::int32_t count = in.i32();
    if (count >= 0 && count <= max_column_count)
        return count;
    in.fail("a column count is not in 0 .. 65535");
    return 0;
}

// Null after an error.
std::shared_ptr<const columns> read_columns(reader& in, std::int32_t count, std::uint32_t flags)
{
    const bool global = (flags & rows_flag::global_table_spec) != 0;
    std::string_view keyspace = global ? in.string() : std::string_view{};
    std::string_view table = global ? in.string() : std::string_view{};
    const auto size = static_cast<std::size_t>(count);
    if (!in.can_hold(size, global ? 4 : 8))
        return nullptr;
    std::vector<column> list;
    list.reserve(size);
    type_reader types{in};
    for (std::size_t i = 0; i < size && !in.failed(); ++i) {
        if (!global) {
            keyspace = in.string();
            table = in.string();
        }
        const std::string_view name = in.string();
        list.push_back({std::string{keyspace}, std::string{table}, std::string{name}, types.read()});
    }
    if (in.failed())
        return nullptr;
    return std::make_shared<const columns>(std::move(list));
}

// The bytes of columns tell where they end: whatever begins with the same bytes, read the same way, is the same.
bool skip_known(reader& in, const rows_result& rows, const known_columns* known)
{
    if (known == nullptr || known->wire.empty() || known->global_table_spec != rows.global_table_spec ||
        known->list->size() != static_cast<std::size_t>(rows.column_count) ||
        in.remaining() < known->wire.size() ||
        std::memcmp(in.peek(known->wire.size()).data(), known->wire.data(), known->wire.size()) != 0)
        return false;
    in.skip(known->wire.size());
    return true;
}

// Everything of Rows up to the row count.
rows_result read_rows_metadata(reader& in, const known_columns* known)
{
    rows_result rows;
    const std::uint32_t flags = in.u32();
    rows.column_count = read_column_count(in);
    rows.has_more_pages = (flags & rows_flag::has_more_pages) != 0;
    if (rows.has_more_pages)
        rows.paging_state = in.bytes().value_or(std::span<const std::byte>{});
    rows.metadata_changed = (flags & rows_flag::metadata_changed) != 0;
    if (rows.metadata_changed)
        rows.new_metadata_id = in.short_bytes();
    rows.global_table_spec = (flags & rows_flag::global_table_spec) != 0;
    if ((flags & rows_flag::no_metadata) != 0)
        return rows;
    if (skip_known(in, rows, known)) {
        rows.metadata = known->list;
        return rows;
    }
    const std::span<const std::byte> from_here = in.peek(in.remaining());
    rows.metadata = read_columns(in, rows.column_count, flags);
    rows.columns_wire = from_here.first(from_here.size() - in.remaining());
    return rows;
}

rows_result read_rows(reader& in, const known_columns* known)
{
    rows_result rows = read_rows_metadata(in, known);
    const std::int32_t count = in.i32();
    if (count < 0)
        in.fail("a row count is negative");
    rows.row_count = in.failed() ? 0 : static_cast<std::uint32_t>(count);
    rows.rows_offset = in.position();
    return rows;
}

void read_pk_indexes(reader& in, std::int32_t marker_count, std::vector<std::uint16_t>& indexes)
{
    const std::int32_t count = in.i32();
    if (count < 0 || count > max_column_count) {
        in.fail("a partition key has a column count that is not in 0 .. 65535");
        return;
    }
    if (!in.can_hold(static_cast<std::size_t>(count), 2))
        return;
    indexes.reserve(static_cast<std::size_t>(count));
    for (std::int32_t i = 0; i < count; ++i) {
        const std::uint16_t index = in.u16();
        if (index >= marker_count)
            in.fail("a partition key column refers to a marker that is not there");
        indexes.push_back(index);
    }
}

prepared_result read_prepared(reader& in, protocol_version version)
{
    prepared_result prepared;
    prepared.id = copy(in.short_bytes());
    if (version != protocol_version::v4)
        prepared.result_metadata_id = copy(in.short_bytes());
    prepared.marker_flags = in.u32();
    const std::int32_t marker_count = read_column_count(in);
    read_pk_indexes(in, marker_count, prepared.pk_indexes);
    prepared.markers = read_columns(in, marker_count, prepared.marker_flags);
    rows_result rows = read_rows_metadata(in, nullptr);
    prepared.has_result_metadata = rows.metadata != nullptr && !rows.metadata->empty();
    if (prepared.has_result_metadata) {
        prepared.result_columns = std::move(rows.metadata);
        prepared.result_wire = rows.columns_wire;
        prepared.result_global_table_spec = rows.global_table_spec;
    }
    return prepared;
}

}  // namespace

bool is_bare_void(const frame_header& header, std::span<const std::byte> body) noexcept
{
    constexpr unsigned prefixed = header_flag::tracing | header_flag::warning | header_flag::custom_payload;
    return header.op == opcode::result && (header.flags & prefixed) == 0 && body.size() >= 4 &&
           base::load_big_endian<std::uint32_t>(body.data()) ==
               static_cast<std::uint32_t>(result_kind::void_);
}

decoded_result decode_result(reader& in, protocol_version version, const known_columns* known)
{
    switch (static_cast<result_kind>(in.i32())) {
    case result_kind::void_: return void_result{};
    case result_kind::rows: return read_rows(in, known);
    case result_kind::set_keyspace: return set_keyspace_result{std::string{in.string()}};
    case result_kind::prepared: return read_prepared(in, version);
    case result_kind::schema_change: return read_schema_change(in);
    }
    in.fail("a result has a kind that is not known");
    return void_result{};
}

}  // namespace async_cassandra::protocol
