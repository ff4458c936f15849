// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cluster/topology_data.hpp"

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace async_cassandra::detail {

/// The token maps of the keyspaces that requests are about. Few are in use at a time: those are kept at hand.
class replica_finder {
public:
    void use(std::shared_ptr<const topology_data> nodes) noexcept
    {
        nodes_ = std::move(nodes);
        count_ = 0;
    }

    /// Null when the keyspace has no replicas that are known. Valid until `use`.
    [[nodiscard]] const token_map* map_of(std::string_view keyspace)
    {
        for (std::size_t i = 0; i < count_; ++i)
            if (known_[i].keyspace == keyspace)
                return known_[i].map;
        return look_up(keyspace);
    }

private:
    struct entry {
        std::string keyspace;
        const token_map* map = nullptr;
    };

    const token_map* look_up(std::string_view keyspace)
    {
        const token_map* const found = nodes_ == nullptr ? nullptr : nodes_->map_of(keyspace);
        if (count_ == known_.size())
            count_ = 0;
        known_[count_].keyspace = keyspace;
        known_[count_++].map = found;
        return found;
    }

    std::shared_ptr<const topology_data> nodes_;
    std::array<entry, 8> known_;
    std::size_t count_ = 0;
};

}  // namespace async_cassandra::detail
