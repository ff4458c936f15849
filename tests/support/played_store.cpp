// SPDX-License-Identifier: Apache-2.0
#include "support/played_store.hpp"

#include <algorithm>
#include <ranges>

namespace async_cassandra::testing {

void played_store::write(const stored_key& at, row_columns columns, const holders& replicas)
{
    place& p = places_[at];
    ++p.writes;
    if (!p.versions.empty())
        for (const auto& [name, value] : p.versions.back().columns)
            columns.emplace(name, value);  // what this write does not name stays
    for (written& older : p.versions)
        for (const std::uint64_t replica : replicas)
            older.who.erase(replica);
    std::erase_if(p.versions, [](const written& older) { return older.who.empty(); });
    p.versions.push_back({std::move(columns), replicas});
}

const played_store::row_columns* played_store::read(const stored_key& at, const holders& replicas) const
{
    const auto found = places_.find(at);
    if (found == places_.end())
        return nullptr;
    for (const written& version : std::views::reverse(found->second.versions))
        if (std::ranges::any_of(replicas, [&](std::uint64_t r) { return version.who.contains(r); }))
            return &version.columns;
    return nullptr;
}

const played_store::row_columns* played_store::newest(const stored_key& at) const
{
    const auto found = places_.find(at);
    return found == places_.end() ? nullptr : &found->second.versions.back().columns;
}

std::size_t played_store::writes(const stored_key& at) const
{
    const auto found = places_.find(at);
    return found == places_.end() ? 0 : found->second.writes;
}

void played_store::hand_over(std::uint64_t replica)
{
    for (auto& [at, p] : places_)
        p.versions.back().who.insert(replica);
}

}  // namespace async_cassandra::testing
