// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/error.hpp>

#include <string_view>

namespace async_cassandra::detail {

/// What a request may have done when the server answered it with this code.
/// \param cql the statement's text; empty for requests that change nothing.
[[nodiscard]] request_effect effect_of(server_code code, std::string_view cql) noexcept;

/// The server's ERROR message as a failure; the text leads with the code's name.
[[nodiscard]] failure to_failure(std::shared_ptr<const server_error_details> details, std::string_view cql);

}  // namespace async_cassandra::detail
