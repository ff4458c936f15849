// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/page.hpp>

#include "net/pending_request.hpp"
#include "protocol/reader.hpp"
#include "protocol/responses.hpp"

#include <memory>
#include <optional>
#include <string>
#include <variant>

// What every answer to a statement has in common.
namespace async_cassandra::net {

/// Why an answer is no RESULT: the server's error, or the rule of the protocol that the answer breaks.
using refusal = std::variant<server_error_details, std::string>;

/// Reads what stands before the content. Empty when a RESULT follows in `in`.
[[nodiscard]] std::optional<refusal> open_answer(
    protocol::reader& in,
    const protocol::frame_header& header,
    protocol_version version,
    protocol::response_prefix& prefix
);

/// The page that a RESULT of rows is about to be, its bytes in a block of their own. Its cells are not checked.
[[nodiscard]] detail::page_parts unchecked_page(
    const protocol::rows_result& rows, std::shared_ptr<const columns> list, response&& answer
);

/// What a server says beside a result.
[[nodiscard]] detail::result_notes to_notes(protocol::response_prefix&& from);

}  // namespace async_cassandra::net
