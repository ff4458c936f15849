// SPDX-License-Identifier: Apache-2.0
#include "support/cluster_state.hpp"

#include "support/node_state.hpp"

#include <algorithm>
#include <variant>

namespace async_cassandra::testing {

answer cluster_state::change_schema(node_state& coordinator, std::string_view text, std::string_view keyspace)
{
    auto next = std::make_shared<schema_snapshot>(*schema);
    answer said = next->content.apply(text, keyspace, data_centers());
    const auto* changed = std::get_if<say::schema_change>(&said.content);
    if (changed == nullptr)
        return said;
    ++next->number;
    schema = std::move(next);
    for (node_state* member : members) {
        if (!member->in_ring)
            continue;
        const std::chrono::nanoseconds delay =
            member == &coordinator ? std::chrono::nanoseconds{0} : member->schema_delay;
        member->coming_schemas.emplace_back(coordinator.now() + delay, schema);
        if (member->running)
            announce_from(*member, protocol::server_event{changed->change}, delay);
    }
    settle(coordinator.now());
    return said;
}

void cluster_state::add_keyspace(std::string name)
{
    auto next = std::make_shared<schema_snapshot>(*schema);
    next->content.add_keyspace(std::move(name));
    schema = std::move(next);
    for (node_state* member : members)
        member->schema = schema;
}

void cluster_state::settle(time_point now)
{
    for (node_state* member : members) {
        auto& coming = member->coming_schemas;
        while (!coming.empty() && coming.front().first <= now && member->running && !member->frozen) {
            if (coming.front().second->number > member->schema->number)
                member->schema = coming.front().second;
            coming.pop_front();
        }
    }
}

void cluster_state::announce(
    const protocol::server_event& event, const node_state* not_from, std::chrono::nanoseconds delay
)
{
    for (node_state* member : members)
        if (member != not_from && member->running)
            announce_from(*member, event, delay);
}

void cluster_state::announce_from(
    node_state& node, const protocol::server_event& event, std::chrono::nanoseconds delay
)
{
    node.push_event(event, [&]() -> std::vector<std::chrono::nanoseconds> {
        if (random.chance(faults.lost_per_mille, 1000)) {
            effects.add(fault_effect::lost_event);
            return {};
        }
        std::vector<std::chrono::nanoseconds> delays;
        const std::size_t copies = random.chance(faults.doubled_per_mille, 1000) ? 2 : 1;
        if (copies != 1)
            effects.add(fault_effect::doubled_event);
        while (delays.size() < copies)
            delays.push_back(delay + random.between(faults.delay_min, faults.delay_max));
        return delays;
    });
}

std::vector<std::string> cluster_state::data_centers() const
{
    std::vector<std::string> names;
    for (const node_state* member : members)
        if (member->in_ring && std::ranges::find(names, member->settings.data_center) == names.end())
            names.push_back(member->settings.data_center);
    return names;
}

}  // namespace async_cassandra::testing
