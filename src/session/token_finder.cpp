// SPDX-License-Identifier: Apache-2.0
#include "session/token_finder.hpp"

namespace async_cassandra::detail {

std::optional<token> token_finder::token_of(const prepared_core& what, const bound_values& values)
{
    const auto part = [&](std::uint16_t marker) {
        return marker < values.count() ? values.value(marker) : std::nullopt;
    };
    if (what.partition_key.size() == 1) [[likely]] {
        const key_component key = part(what.partition_key.front());
        return key && !key->empty() ? std::optional{murmur3_token(*key)} : std::nullopt;
    }
    parts_.clear();
    for (const std::uint16_t marker : what.partition_key)
        parts_.push_back(part(marker));
    key_.clear();
    if (!append_routing_key(parts_, key_))
        return std::nullopt;
    const token found = murmur3_token(key_.bytes());
    constexpr std::size_t most_kept = 4096;
    key_.clear();
    key_.shrink(most_kept);
    return found;
}

}  // namespace async_cassandra::detail
