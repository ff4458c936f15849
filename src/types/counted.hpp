// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace async_cassandra::types {

/// "1 column", "2 columns".
[[nodiscard]] inline std::string counted(std::size_t count, const char* noun)
{
    return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

}  // namespace async_cassandra::types
