// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/topology.hpp>

#include "cluster/token.hpp"

#include <optional>
#include <string>
#include <vector>

namespace async_cassandra::detail {

/// A node as system tables describe it. Its state is `unknown`: that is no matter of tables.
struct node_description {
    node facts;
    std::vector<token> tokens;  ///< Ascending, each once. Empty with a partitioner other than Murmur3.

    friend bool operator==(const node_description&, const node_description&) noexcept = default;
};

/// All that one reading of the system tables of one node told.
struct described_nodes {
    std::vector<node_description> nodes;  ///< Sorted by host id. No host id and no address is in it twice.
    std::optional<uuid> local;            ///< The node that was asked; empty when it did not say who it is.
    std::string cluster_name;
    std::string partitioner;
    std::vector<std::string> notes;  ///< What was left out or mended, for the log.
};

/// Whether the tokens of this partitioner are known to the client.
[[nodiscard]] bool is_murmur3(std::string_view partitioner) noexcept;

}  // namespace async_cassandra::detail
