// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/detail/bound_values.hpp>
#include <async_cassandra/detail/prepared_core.hpp>

#include "cluster/routing_key.hpp"
#include "cluster/token.hpp"

#include <optional>
#include <vector>

namespace async_cassandra::detail {

/// Computes the tokens of bound statements. Keeps its memory for the next one.
class token_finder {
public:
    /// Empty when the markers are not the whole partition key, or a part of it is null or unset, or the key is one that no
    /// server stores.
    [[nodiscard]] std::optional<token> token_of(const prepared_core& what, const bound_values& values);

private:
    base::byte_buffer key_;
    std::vector<key_component> parts_;
};

}  // namespace async_cassandra::detail
