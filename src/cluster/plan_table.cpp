// SPDX-License-Identifier: Apache-2.0
#include "cluster/plan_table.hpp"

#include <algorithm>
#include <cstring>
#include <exception>
#include <map>
#include <utility>

namespace async_cassandra::detail {

namespace {

// A number for a node that is the same in every run, and another for other `chance`.
std::uint64_t lot(const uuid& host, std::uint64_t chance) noexcept
{
    std::uint64_t halves[2];
    std::memcpy(halves, host.bytes().data(), sizeof halves);
    std::uint64_t mixed = chance;
    for (const std::uint64_t half : halves) {
        mixed = (mixed ^ half) * 0x9E3779B97F4A7C15U;
        mixed ^= mixed >> 32U;
    }
    return mixed;
}

}  // namespace

plan_table::plan_table(
    std::vector<entry> nodes,
    std::shared_ptr<const void> keeper,
    const load_balancing_settings& settings,
    std::string_view local_dc,
    std::uint64_t chance
)
    : nodes_(std::move(nodes)),
      keeper_(std::move(keeper)),
      distances_(nodes_.size(), node_distance::ignored),
      places_(nodes_.size())
{
    std::vector<std::uint32_t> rack;
    std::vector<std::uint32_t> others;
    std::map<std::string_view, std::vector<std::uint32_t>> remote;
    facts_.reserve(size());
    views_.reserve(size());
    for (std::uint32_t i = 0; i < nodes_.size(); ++i) {
        const node_identity& node = nodes_[i].identity;
        facts_.push_back(nodes_[i].facts.get());
        views_.emplace_back(node, facts(i).up, facts(i).counts.unanswered);
        if (!accepted(node, settings.filter))
            continue;
        if (node.data_center != local_dc)
            remote[node.data_center].push_back(i);
        else
            (settings.local_rack.empty() || node.rack == settings.local_rack ? rack : others).push_back(i);
    }
    if (settings.policy == nullptr && rack.empty())
        problems_.push_back(
            "no node that may be used is in the local " +
            (others.empty() ? "data center '" : "rack '" + settings.local_rack + "' of the data center '") +
            std::string{local_dc} + "'"
        );
    prefers_rack_ = !settings.local_rack.empty() && !rack.empty();
    add_group(std::move(rack), prefers_rack_ ? node_distance::local_rack : node_distance::local);
    add_group(std::move(others), node_distance::local);
    local_groups_ = groups_.size();
    const std::size_t most_remote = settings.policy != nullptr ? size() : settings.max_nodes_per_remote_dc;
    for (auto& [name, in_it] : remote)
        add_remote(std::move(in_it), most_remote, chance);
}

bool plan_table::accepted(const node_identity& node, const node_filter& filter)
{
    if (!filter)
        return true;
    std::string why = "an exception that is no std::exception";
    try {
        return filter(node);
    } catch (const std::exception& e) {
        why = e.what();
    } catch (...) {}
    problems_.push_back(
        "the node filter threw for " + to_string(node.address) + ", which is not used therefore: " + why
    );
    return false;
}

void plan_table::add_remote(std::vector<std::uint32_t>&& nodes, std::size_t most, std::uint64_t chance)
{
    std::sort(nodes.begin(), nodes.end(), [&](std::uint32_t a, std::uint32_t b) {
        return lot(nodes_[a].identity.host_id, chance) < lot(nodes_[b].identity.host_id, chance);
    });
    nodes.resize(std::min(nodes.size(), most));
    add_group(std::move(nodes), node_distance::remote);
}

void plan_table::add_group(std::vector<std::uint32_t> nodes, node_distance distance)
{
    if (nodes.empty())
        return;
    group made{std::move(nodes), {}};
    made.up.reserve(made.nodes.size());
    for (std::uint32_t i = 0; i < made.nodes.size(); ++i) {
        distances_[made.nodes[i]] = distance;
        places_[made.nodes[i]] = {static_cast<std::uint32_t>(groups_.size()), i};
        if (facts(made.nodes[i]).up)
            made.up.push_back(i);
    }
    groups_.push_back(std::move(made));
}

void plan_table::update_up(std::uint32_t position)
{
    if (distance(position) == node_distance::ignored)
        return;
    const place& at = places_[position];
    std::vector<std::uint32_t>& up = groups_[at.group].up;
    const auto found = std::ranges::lower_bound(up, at.index);
    const bool listed = found != up.end() && *found == at.index;
    if (facts(position).up == listed)
        return;
    if (listed)
        up.erase(found);
    else
        up.insert(found, at.index);
}

}  // namespace async_cassandra::detail
