// SPDX-License-Identifier: Apache-2.0
#include "cluster/node_rows.hpp"

#include <async_cassandra/types/collection_codec.hpp>
#include <async_cassandra/types/scalar_codec.hpp>

#include <algorithm>
#include <charconv>
#include <limits>

namespace async_cassandra::detail {

bool is_murmur3(std::string_view partitioner) noexcept
{
    constexpr std::string_view package = "org.apache.cassandra.dht.";
    if (partitioner.starts_with(package))
        partitioner.remove_prefix(package.size());
    return partitioner == "Murmur3Partitioner";
}

std::optional<token> parse_token(std::string_view text) noexcept
{
    token value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size())
        return std::nullopt;
    return value;
}

void node_rows_reader::add_local(const row& r)
{
    const system_row from{r, notes_};
    const std::string name = "system.local of " + to_string(connected_);
    made_.partitioner = from.get<std::string>("partitioner").value_or("");
    if (!is_murmur3(made_.partitioner))
        notes_.add(
            "the tokens of the partitioner '" + made_.partitioner +
            "' are not known to this client: requests do not go to replicas first"
        );
    made_.cluster_name = from.get<std::string>("cluster_name").value_or("");
    node_description described;
    described.facts.address = connected_;
    described.facts.host_id = from.get<uuid>("host_id").value_or(uuid{});
    described.facts.broadcast_address = from.get<inet>("broadcast_address");
    read_facts(from, name, described);
    if (described.facts.data_center.empty() || described.facts.rack.empty())
        notes_.add(name + ": no data center or rack");
    if (!is_new(described.facts, name))
        return;
    made_.local = described.facts.host_id;
    made_.nodes.push_back(std::move(described));
}

void node_rows_reader::add_peer(const row& r)
{
    const system_row from{r, notes_};
    const auto peer = from.get<inet>("peer");
    const std::string name = "peer " + (peer ? peer->to_string() : std::string{"without an address"});
    node_description described;
    described.facts.host_id = from.get<uuid>("host_id").value_or(uuid{});
    described.facts.broadcast_address = peer;
    const auto address = peer_address(from, name);
    if (!address)
        return;
    described.facts.address = *address;
    // Half of what a node is known by is what its neighbours see while it joins or leaves.
    if (!from.get<std::string_view>("data_center") || !from.get<std::string_view>("rack")) {
        notes_.add(name + ": no data center or rack: left out");
        return;
    }
    if (!is_new(described.facts, name))
        return;
    read_facts(from, name, described);
    made_.nodes.push_back(std::move(described));
}

described_nodes node_rows_reader::finish()
{
    std::ranges::sort(made_.nodes, {}, [](const node_description& n) -> const uuid& {
        return n.facts.host_id;
    });
    made_.notes = notes_.take();
    return std::move(made_);
}

void node_rows_reader::read_facts(const system_row& from, const std::string& name, node_description& into)
{
    into.facts.data_center = from.get<std::string>("data_center").value_or("");
    into.facts.rack = from.get<std::string>("rack").value_or("");
    into.facts.release_version = from.get<std::string>("release_version").value_or("");
    into.facts.schema_version = from.get<uuid>("schema_version");
    const auto tokens = from.get<std::vector<std::string_view>>("tokens");
    if (!tokens)
        return;
    if (is_murmur3(made_.partitioner)) {
        into.tokens.reserve(tokens->size());
        for (const std::string_view text : *tokens) {
            if (const auto t = parse_token(text))
                into.tokens.push_back(*t);
            else
                notes_.add(name + ": '" + std::string{text} + "' is no token: left out");
        }
        std::ranges::sort(into.tokens);
        const auto repeated = std::ranges::unique(into.tokens);
        into.tokens.erase(repeated.begin(), repeated.end());
        into.facts.token_count = static_cast<std::uint32_t>(into.tokens.size());
    } else {
        into.facts.token_count = static_cast<std::uint32_t>(tokens->size());
    }
}

// native_address and native_port are of peers_v2, rpc_address of peers.
std::optional<endpoint> node_rows_reader::peer_address(const system_row& from, const std::string& name)
{
    auto address = from.get<inet>("native_address");
    if (!address)
        address = from.get<inet>("rpc_address");
    if (!address || address->is_unspecified()) {
        const auto peer = from.get<inet>("peer");
        if (!peer || peer->is_unspecified()) {
            notes_.add(name + ": no address to connect to: left out");
            return std::nullopt;
        }
        notes_.add(
            name + (address ? ": serves at any address of its own" : ": does not tell where it serves") +
            ": its address among nodes is taken"
        );
        address = peer;
    }
    const auto port = from.get<std::int32_t>("native_port");
    const bool usable = port && *port > 0 && *port <= std::numeric_limits<std::uint16_t>::max();
    return translate(endpoint{*address, usable ? static_cast<std::uint16_t>(*port) : port_}, name);
}

std::optional<endpoint> node_rows_reader::translate(const endpoint& told, const std::string& name)
{
    if (translation_ == nullptr)
        return told;
    const address_translation::outcome found = translation_->translate(told);
    if (!found.address)
        notes_.add(name + ": " + found.problem + ": left out");
    else if (!found.problem.empty())
        notes_.add(name + ": " + found.problem + ": the address it gave before is taken");
    return found.address;
}

bool node_rows_reader::is_new(const node& n, const std::string& name)
{
    if (n.host_id.is_nil()) {
        notes_.add(name + ": no host id: left out");
        return false;
    }
    // A node's own row is the better one. Some servers list themselves among their peers.
    if (host_ids_.contains(n.host_id)) {
        notes_.add(name + ": host id " + n.host_id.to_string() + " is there already: left out");
        return false;
    }
    if (!addresses_.insert(n.address).second) {
        notes_.add(name + ": address " + to_string(n.address) + " is of another node: left out");
        return false;
    }
    host_ids_.insert(n.host_id);
    return true;
}

}  // namespace async_cassandra::detail
