// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/byte_buffer.hpp"

#include <cstddef>
#include <optional>
#include <span>

namespace async_cassandra::detail {

/// Value of one partition key column; empty when it is null or unset.
using key_component = std::optional<std::span<const std::byte>>;

/// Appends the partition key that these columns make, in key order: one value as it is, several each with its length in
/// front and a zero behind. False, with nothing appended, when no key follows from them: there is no column, one is null
/// or unset, or one of several is longer than 65,535 bytes.
[[nodiscard]] bool append_routing_key(std::span<const key_component> components, base::byte_buffer& out);

}  // namespace async_cassandra::detail
