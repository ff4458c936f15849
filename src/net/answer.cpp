// SPDX-License-Identifier: Apache-2.0
#include "net/answer.hpp"

#include <array>
#include <cstring>
#include <utility>

namespace async_cassandra::net {

std::optional<refusal> open_answer(
    protocol::reader& in,
    const protocol::frame_header& header,
    protocol_version version,
    protocol::response_prefix& prefix
)
{
    if (!protocol::decode_prefix(in, header.flags, prefix))
        return describe(in.error());
    if (header.op == protocol::opcode::result)
        return std::nullopt;
    if (header.op != protocol::opcode::error)
        return "unexpected " + std::string{protocol::to_string(header.op)} + " message, expected RESULT";
    server_error_details details = protocol::decode_error(in, version);
    if (in.failed())
        return describe(in.error());
    return details;
}

detail::page_parts unchecked_page(
    const protocol::rows_result& rows, std::shared_ptr<const columns> list, response&& answer
)
{
    const std::byte* const begin = answer.body.data();
    if (!answer.block) {
        answer.block = detail::block_ptr::allocate(answer.body.size());
        std::memcpy(answer.block.data(), begin, answer.body.size());
    }
    detail::page_parts parts;
    parts.columns = std::move(list);
    parts.row_count = rows.row_count;
    parts.first_cell = rows.rows_offset;
    parts.has_more_pages = rows.has_more_pages;
    if (!rows.paging_state.empty())
        parts.paging_state = answer.block.bytes().subspan(
            static_cast<std::size_t>(rows.paging_state.data() - begin), rows.paging_state.size()
        );
    parts.block = std::move(answer.block);
    return parts;
}

detail::result_notes to_notes(protocol::response_prefix&& from)
{
    detail::result_notes notes;
    notes.warnings = std::move(from.warnings);
    notes.payload = std::move(from.custom_payload);
    if (from.tracing_id) {
        std::array<std::uint8_t, 16> bytes{};
        std::memcpy(bytes.data(), from.tracing_id->data(), bytes.size());
        notes.tracing_id = uuid{bytes};
    }
    return notes;
}

}  // namespace async_cassandra::net
