// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/fake_schema.hpp"

#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace async_cassandra::testing {

class node_state;

/// The replicas of one key, and how many there ought to be.
struct key_replicas {
    std::vector<const node_state*> nodes;  // in ring order
    std::map<std::string, std::size_t, std::less<>>
        factors{};  // by data center; empty for the other strategies
    std::size_t total = 0;

    [[nodiscard]] std::size_t factor_in(const std::string& data_center) const
    {
        const auto found = factors.find(data_center);
        return factors.empty() ? total : found == factors.end() ? 0 : found->second;
    }
};

/// By the library's own functions for tokens and replicas, which are compared with the server's elsewhere.
[[nodiscard]] key_replicas find_replicas(
    const schema_keyspace& keyspace, std::span<const std::byte> partition_key, const node_state& asked
);

}  // namespace async_cassandra::testing
