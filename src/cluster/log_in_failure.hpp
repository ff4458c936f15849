// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/pending_request.hpp"

namespace async_cassandra::detail {

/// True when a log-in failed in a way that no other node and no later attempt will mend: there are no credentials, the
/// user's code failed, or the node refused what it was given. False for a node that cannot read its roles yet, which
/// answers with the same code.
[[nodiscard]] bool is_final_log_in_failure(const net::close_reason& reason) noexcept;

/// The failure of a call for this reason, with the node in its text.
[[nodiscard]] failure to_log_in_failure(const endpoint& node, const net::close_reason& reason);

}  // namespace async_cassandra::detail
