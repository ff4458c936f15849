// SPDX-License-Identifier: Apache-2.0
// What the client knows of the cluster without asking: nodes, tables, and which nodes have a row.

#include "show_cluster.hpp"

#include "terminal.hpp"

#include <array>

namespace tour {

namespace ac = async_cassandra;

namespace {

/// A partition key of one int, as the server hashes it.
std::array<std::byte, 4> encoded(std::uint32_t sensor)
{
    std::array<std::byte, 4> bytes{};
    for (std::size_t i = 0; i < bytes.size(); ++i)
        bytes[i] = static_cast<std::byte>(sensor >> (24 - 8 * i));
    return bytes;
}

}  // namespace

void show_cluster(const ac::cluster& cluster)
{
    const ac::topology nodes = cluster.topology();
    for (const ac::node& each : nodes.nodes())
        line(
            "node",
            "%s in %s/%s, Cassandra %s, %u tokens, %s",
            to_string(each.address).c_str(),
            each.data_center.c_str(),
            each.rack.c_str(),
            each.release_version.c_str(),
            each.token_count,
            std::string{to_string(each.state)}.c_str()
        );
    const ac::schema schema = cluster.schema();
    if (const ac::table_metadata* const table = schema.find("examples", "readings"))
        for (const ac::column_metadata& each : table->columns)
            line(
                "column",
                "%-7s %-10s %s",
                each.name.c_str(),
                each.cql_type.c_str(),
                std::string{to_string(each.kind)}.c_str()
            );
    for (const ac::node& each : nodes.replicas("examples", encoded(7)))
        line("replica", "sensor 7 is at %s", to_string(each.address).c_str());
}

}  // namespace tour
