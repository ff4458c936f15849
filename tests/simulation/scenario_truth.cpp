// SPDX-License-Identifier: Apache-2.0
// What a client must know of the played cluster when all faults are over.
#include "simulation/scenario_cluster.hpp"
#include "simulation/scenario_node.hpp"

#include <algorithm>
#include <map>

namespace async_cassandra::testing {

namespace {

void blame_knowledge(scenario_report& report, const std::string& what)
{
    report.broken.push_back("what the client knows after its recovery: " + what);
}

std::vector<std::string> column_names(const table_metadata& known)
{
    std::vector<std::string> names;
    for (const column_metadata& column : known.columns)
        names.push_back(column.name);
    std::ranges::sort(names);
    return names;
}

std::vector<std::string> column_names(const schema_table& played)
{
    std::vector<std::string> names;
    for (const schema_column& column : played.columns)
        names.push_back(column.name);
    std::ranges::sort(names);
    return names;
}

/// Tables and views with their columns.
std::map<std::string, std::vector<std::string>> tables_of(const keyspace_metadata& known)
{
    std::map<std::string, std::vector<std::string>> tables;
    for (const table_metadata& table : known.tables)
        tables.emplace(table.name, column_names(table));
    for (const view_metadata& view : known.views)
        tables.emplace(view.table.name, column_names(view.table));
    return tables;
}

std::map<std::string, std::vector<std::string>> tables_of(const schema_keyspace& played)
{
    std::map<std::string, std::vector<std::string>> tables;
    for (const auto& [name, table] : played.tables)
        tables.emplace(name, column_names(table));
    return tables;
}

}  // namespace

bool scenario_cluster::may_serve(std::size_t node) const
{
    const load_balancing_settings& how = plan_.client.balancing;
    const bool refused = plan_.refused && cluster_.address(node) ==
                                              loopback_address(static_cast<std::uint8_t>(*plan_.refused + 1));
    return cluster_.in_ring(node) && cluster_.running(node) && !refused &&
           (how.local_dc.empty() || how.max_nodes_per_remote_dc != 0 ||
            cluster_.settings(node).data_center == how.local_dc);
}

bool scenario_cluster::can_serve() const
{
    std::set<std::string> serving;
    for (std::size_t i = 0; i < cluster_.size(); ++i)
        if (may_serve(i))
            serving.insert(cluster_.settings(i).data_center);
    const load_balancing_settings& how = plan_.client.balancing;
    // Without a local data center it is that of the node which the client met first: any.
    const bool any = how.local_dc.empty() && how.max_nodes_per_remote_dc == 0;
    return any ? serving.size() == plan_.data_centers.size() : !serving.empty();
}

void scenario_cluster::check_known(const cluster& client, scenario_report& report) const
{
    const topology nodes = client.topology();
    check_nodes(nodes, report);
    check_replicas(nodes, report);
    check_schema(client.schema(), report);
}

void scenario_cluster::check_nodes(const topology& known, scenario_report& report) const
{
    std::size_t members = 0;
    for (std::size_t i = 0; i < cluster_.size(); ++i) {
        const node* found = known.find(cluster_.host_id(i));
        const std::string name = "node " + std::to_string(i);
        if (!cluster_.in_ring(i)) {
            if (found != nullptr)
                blame_knowledge(report, name + " has left, and is known");
            continue;
        }
        ++members;
        if (found == nullptr) {
            blame_knowledge(report, name + " is not known");
            continue;
        }
        const fake_node_settings truth = cluster_.settings(i);
        if (found->address != truth.address)
            blame_knowledge(report, name + " is known at " + to_string(found->address));
        if (found->data_center != truth.data_center || found->rack != truth.rack)
            blame_knowledge(report, name + " is known in " + found->data_center + ", " + found->rack);
        if (found->token_count != truth.tokens.size())
            blame_knowledge(
                report, name + " is known with " + std::to_string(found->token_count) + " tokens"
            );
        if (truth.data_center == plan_.client.balancing.local_dc && may_serve(i) &&
            found->state != async_cassandra::node_state::up)
            blame_knowledge(report, name + " is not known as up");
    }
    if (known.nodes().size() != members)
        blame_knowledge(
            report, std::to_string(known.nodes().size()) + " nodes in place of " + std::to_string(members)
        );
}

void scenario_cluster::check_replicas(const topology& known, scenario_report& report) const
{
    for (std::int64_t id = 0; id < 20; ++id) {
        const auto key = cells::bigint(id);
        std::set<uuid> truth;
        for (const std::size_t i : cluster_.replicas("sim", *key))
            truth.insert(cluster_.host_id(i));
        std::set<uuid> found;
        for (const node& each : known.replicas("sim", std::span<const std::byte>{*key}))
            found.insert(each.host_id);
        if (found != truth)
            blame_knowledge(report, "other replicas of key " + std::to_string(id));
    }
}

void scenario_cluster::check_schema(const schema& known, scenario_report& report) const
{
    const fake_schema truth = cluster_.schema();
    for (const auto& [name, played] : truth.keyspaces) {
        const keyspace_metadata* found = known.find(name);
        if (found == nullptr) {
            blame_knowledge(report, "no keyspace " + name);
            continue;
        }
        const std::map<std::string, std::string> replication{
            played.replication.begin(), played.replication.end()};
        if (found->replication != replication)
            blame_knowledge(report, "another replication of " + name);
        if (tables_of(*found) != tables_of(played))
            blame_knowledge(report, "other tables in " + name);
    }
    for (const auto& each : known.keyspaces())
        if (!each->is_virtual && truth.find(each->name) == nullptr)
            blame_knowledge(report, "keyspace " + each->name + " is gone, and is known");
}

}  // namespace async_cassandra::testing
