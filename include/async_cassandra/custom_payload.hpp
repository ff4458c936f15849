// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace async_cassandra {

/// Names and bytes for, or from, a query handler of the server's own (native_protocol_v5.spec section 2, flag
/// 0x04). Plain Cassandra ignores what it gets and sends none. Names need not differ.
using custom_payload = std::vector<std::pair<std::string, std::vector<std::byte>>>;

}  // namespace async_cassandra
