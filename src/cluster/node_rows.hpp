// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/row.hpp>

#include "cluster/address_translation.hpp"
#include "cluster/node_description.hpp"
#include "cluster/system_row.hpp"

#include <cstdint>
#include <optional>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

namespace async_cassandra::detail {

/// A token of the Murmur3Partitioner as system tables write it: a decimal number and nothing else.
[[nodiscard]] std::optional<token> parse_token(std::string_view text) noexcept;

/// Reads what a node says of itself and of its peers. A row that cannot be used is left out, one that lacks something is
/// mended where that does no harm; the notes tell of both. No row makes it throw (but std::bad_alloc).
class node_rows_reader {
public:
    /// \param translation of the peers' addresses; null: they stay as they are. Lives as long as the reader.
    /// \param connected where the node that is asked was reached; that is its address, whatever its tables say.
    /// \param port of nodes that do not tell theirs (system.peers, and peers_v2 with no native_port).
    node_rows_reader(
        const endpoint& connected, std::uint16_t port, address_translation* translation = nullptr
    )
        : connected_(connected), port_(port), translation_(translation)
    {}

    /// The row of system.local. Comes first, as it tells the partitioner.
    void add_local(const row& r);

    /// A row of system.peers_v2 or system.peers: their columns have different names.
    void add_peer(const row& r);

    /// All of them. The reader is used up.
    [[nodiscard]] described_nodes finish();

private:
    void read_facts(const system_row& from, const std::string& name, node_description& into);
    [[nodiscard]] std::optional<endpoint> peer_address(const system_row& from, const std::string& name);
    [[nodiscard]] std::optional<endpoint> translate(const endpoint& told, const std::string& name);
    [[nodiscard]] bool is_new(const node& n, const std::string& name);

    endpoint connected_;
    std::uint16_t port_;
    address_translation* translation_;
    described_nodes made_;
    std::set<uuid> host_ids_;
    std::set<endpoint> addresses_;
    row_notes notes_;
};

}  // namespace async_cassandra::detail
