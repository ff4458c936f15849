// SPDX-License-Identifier: Apache-2.0
#include <async_cassandra/policy/load_balancing.hpp>

#include <algorithm>
#include <utility>

namespace async_cassandra {

node_filter only_data_centers(std::vector<std::string> names)
{
    return [names = std::move(names)](const node_identity& node) {
        return std::find(names.begin(), names.end(), node.data_center) != names.end();
    };
}

node_filter only_addresses(std::vector<inet> addresses)
{
    return [addresses = std::move(addresses)](const node_identity& node) {
        return std::find(addresses.begin(), addresses.end(), node.address.address) != addresses.end();
    };
}

node_filter only_hosts(std::vector<uuid> host_ids)
{
    return [host_ids = std::move(host_ids)](const node_identity& node) {
        return std::find(host_ids.begin(), host_ids.end(), node.host_id) != host_ids.end();
    };
}

node_filter all_except(node_filter filter)
{
    return [filter = std::move(filter)](const node_identity& node) { return !filter(node); };
}

}  // namespace async_cassandra
