// SPDX-License-Identifier: Apache-2.0
#include "cluster/topology_change.hpp"

namespace async_cassandra::detail {

namespace {

bool differs(const node_description& a, const node_description& b)
{
    node facts = a.facts;
    facts.address = b.facts.address;
    facts.state = b.facts.state;
    return facts != b.facts || a.tokens != b.tokens;
}

}  // namespace

std::string other_cluster(const described_nodes& known, const described_nodes& now)
{
    const auto differs = [](const char* what, const std::string& was, const std::string& is) {
        if (is.empty() || was.empty() || is == was)
            return std::string{};
        return std::string{"the node belongs to another cluster: its "} + what + " is '" + is + "', not '" +
               was + "'";
    };
    std::string name = differs("name", known.cluster_name, now.cluster_name);
    return name.empty() ? differs("partitioner", known.partitioner, now.partitioner) : name;
}

topology_change compare_nodes(std::span<const node_description> before, std::span<const node_description> now)
{
    topology_change found;
    found.before.assign(now.size(), topology_change::no_position);
    std::uint32_t i = 0;
    std::uint32_t k = 0;
    while (i < before.size() || k < now.size()) {
        if (k == now.size() || (i < before.size() && before[i].facts.host_id < now[k].facts.host_id)) {
            found.removed.push_back(i++);
        } else if (i == before.size() || now[k].facts.host_id < before[i].facts.host_id) {
            found.added.push_back(k++);
        } else {
            if (before[i].facts.address != now[k].facts.address)
                found.moved.push_back({i, k});
            if (differs(before[i], now[k]))
                found.changed.push_back({i, k});
            found.before[k++] = i++;
        }
    }
    return found;
}

}  // namespace async_cassandra::detail
