// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <stdexcept>
#include <string_view>
#include <vector>

// What is fuzzed: a name, the folder of its corpus, and a function that must neither crash nor find its property broken,
// whatever the bytes are.
namespace async_cassandra::fuzz {

struct target {
    std::string_view name;
    void (*run)(std::span<const std::byte> input);
};

/// A property of a target does not hold. Nobody catches it.
class broken_property : public std::logic_error {
public:
    using std::logic_error::logic_error;
};

inline void require(bool holds, const char* property)
{
    if (!holds)
        throw broken_property{property};
}

[[nodiscard]] std::vector<target> frame_targets();
[[nodiscard]] std::vector<target> literal_targets();
[[nodiscard]] std::vector<target> message_targets();
[[nodiscard]] std::vector<target> type_targets();
[[nodiscard]] std::vector<target> all_targets();

}  // namespace async_cassandra::fuzz
