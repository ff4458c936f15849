// SPDX-License-Identifier: Apache-2.0
#include "cluster/routing_key.hpp"

#include "base/byte_order.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>

namespace async_cassandra::detail {

bool append_routing_key(std::span<const key_component> components, base::byte_buffer& out)
{
    const bool several = components.size() > 1;
    const auto fits = [&](const key_component& c) {
        return c && (!several || c->size() <= std::numeric_limits<std::uint16_t>::max());
    };
    if (components.empty() || !std::ranges::all_of(components, fits))
        return false;
    if (!several) {
        out.append(*components.front());
        return true;
    }
    for (const key_component& c : components) {
        base::store_big_endian(out.extend(2), static_cast<std::uint16_t>(c->size()));
        out.append(*c);
        *out.extend(1) = std::byte{0};
    }
    return true;
}

}  // namespace async_cassandra::detail
