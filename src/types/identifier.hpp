// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace async_cassandra::types {

/// A name as CQL statements write it: as it stands when it is lower case and not reserved, else "quoted".
void append_identifier(std::string& out, std::string_view name);

/// Whether lower-casing changes the name, which is when SELECT JSON quotes it. Names are UTF-8.
[[nodiscard]] bool has_upper_case(std::string_view name) noexcept;

}  // namespace async_cassandra::types
