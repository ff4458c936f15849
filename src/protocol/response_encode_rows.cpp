// SPDX-License-Identifier: Apache-2.0
#include "protocol/response_encode.hpp"
#include "protocol/type_option.hpp"

#include <algorithm>

namespace async_cassandra::protocol {
namespace {

bool share_a_table(const columns& list)
{
    return !list.empty() && std::all_of(list.begin(), list.end(), [&](const column& c) {
        return c.keyspace == list[0].keyspace && c.table == list[0].table;
    });
}

std::uint32_t spec_flag(const columns& list)
{
    return share_a_table(list) ? rows_flag::global_table_spec : 0U;
}

void write_columns(writer& out, const columns& list)
{
    const bool global = share_a_table(list);
    if (global) {
        out.string(list[0].keyspace);
        out.string(list[0].table);
    }
    for (const column& c : list) {
        if (!global) {
            out.string(c.keyspace);
            out.string(c.table);
        }
        out.string(c.name);
        write_type(out, c.type);
    }
}

void write_metadata(writer& out, const rows_encoding& rows)
{
    std::uint32_t flags = rows.metadata == nullptr ? rows_flag::no_metadata : spec_flag(*rows.metadata);
    if (rows.paging_state)
        flags |= rows_flag::has_more_pages;
    if (rows.new_metadata_id)
        flags |= rows_flag::metadata_changed;
    out.u32(flags);
    out.i32(rows.metadata == nullptr ? rows.column_count : static_cast<std::int32_t>(rows.metadata->size()));
    if (rows.paging_state)
        out.bytes(rows.paging_state);
    if (rows.new_metadata_id)
        out.short_bytes(*rows.new_metadata_id);
    if (rows.metadata != nullptr)
        write_columns(out, *rows.metadata);
}

}  // namespace

void append_cell(base::byte_buffer& cells, std::optional<std::span<const std::byte>> value)
{
    writer{cells}.bytes(value);
}

encode_result encode_rows(base::byte_buffer& out, const response_address& to, const rows_encoding& rows)
{
    response_envelope e{out, to, opcode::result};
    e.i32(static_cast<std::int32_t>(result_kind::rows));
    write_metadata(e, rows);
    e.u32(rows.row_count);
    e.raw(rows.cells);
    return e.finish();
}

encode_result encode_prepared(
    base::byte_buffer& out, const response_address& to, const prepared_result& prepared
)
{
    const columns none;
    const columns& markers = prepared.markers ? *prepared.markers : none;
    response_envelope e{out, to, opcode::result};
    e.i32(static_cast<std::int32_t>(result_kind::prepared));
    e.short_bytes(prepared.id);
    if (to.version != protocol_version::v4)
        e.short_bytes(prepared.result_metadata_id);
    e.u32((prepared.marker_flags & ~rows_flag::global_table_spec) | spec_flag(markers));
    e.i32(static_cast<std::int32_t>(markers.size()));
    e.i32(static_cast<std::int32_t>(prepared.pk_indexes.size()));
    for (const std::uint16_t index : prepared.pk_indexes)
        e.u16(index);
    write_columns(e, markers);
    write_metadata(e, {.metadata = prepared.result_columns.get()});
    return e.finish();
}

}  // namespace async_cassandra::protocol
