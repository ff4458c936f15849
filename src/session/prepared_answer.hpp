// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/detail/prepared_core.hpp>

#include "net/pending_request.hpp"
#include "protocol/responses.hpp"

#include <optional>
#include <string>

namespace async_cassandra::detail {

/// What came back for PREPARE: `prepared`, else the server's `error`, else the `broken_rule`. Its views look into the
/// answer.
struct prepared_answer {
    std::optional<protocol::prepared_result> prepared;
    std::optional<server_error_details> error;
    std::string broken_rule;
};

[[nodiscard]] prepared_answer decode_prepared_answer(const net::response& answer, protocol_version version);

/// What to decode rows with.
[[nodiscard]] result_metadata result_metadata_of(
    const protocol::prepared_result& prepared, protocol_version version
);

}  // namespace async_cassandra::detail
