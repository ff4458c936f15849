// SPDX-License-Identifier: Apache-2.0
#include "cluster/replication.hpp"

#include <charconv>
#include <limits>
#include <optional>
#include <string_view>

namespace async_cassandra::detail {
namespace {

constexpr std::string_view package = "org.apache.cassandra.locator.";
constexpr std::string_view factor_option = "replication_factor";

std::optional<std::uint32_t> parse_count(std::string_view text) noexcept
{
    std::uint32_t count = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
    if (error != std::errc{} || end != text.data() + text.size() ||
        count > std::uint32_t{std::numeric_limits<std::int32_t>::max()})
        return std::nullopt;
    return count;
}

// "3", or "3/1": three, one of them transient.
std::optional<replication_factor> parse_factor(std::string_view text) noexcept
{
    const auto slash = text.find('/');
    const auto all = parse_count(text.substr(0, slash));
    const auto transient = slash == std::string_view::npos ? 0 : parse_count(text.substr(slash + 1));
    // One replica must be a full one, says the server.
    if (!all || !transient || (*transient != 0 && *transient >= *all))
        return std::nullopt;
    return replication_factor{*all, *transient};
}

replication bad_factor(std::string& reason, const std::string& option, const std::string& factor)
{
    reason = "the replication factor '" + factor + "' of '" + option + "' is none";
    return {};
}

replication parse_simple(const std::map<std::string, std::string>& options, std::string& reason)
{
    const auto found = options.find(std::string{factor_option});
    if (found == options.end()) {
        reason = "SimpleStrategy has no replication_factor";
        return {};
    }
    const auto factor = parse_factor(found->second);
    if (!factor)
        return bad_factor(reason, found->first, found->second);
    return {replication_strategy::simple, *factor, {}};
}

replication parse_network_topology(const std::map<std::string, std::string>& options, std::string& reason)
{
    replication made{replication_strategy::network_topology, {}, {}};
    for (const auto& [option, text] : options) {
        // The server writes the short form out before it stores it; it is no data center.
        if (option == "class" || option == factor_option)
            continue;
        const auto factor = parse_factor(text);
        if (!factor)
            return bad_factor(reason, option, text);
        if (factor->all != 0)
            made.data_centers.emplace_back(option, *factor);
    }
    return made;
}

}  // namespace

replication parse_replication(const std::map<std::string, std::string>& options, std::string& reason)
{
    const auto found = options.find("class");
    if (found == options.end()) {
        reason = "the replication has no class";
        return {};
    }
    std::string_view name = found->second;
    if (name.starts_with(package))
        name.remove_prefix(package.size());
    if (name == "SimpleStrategy")
        return parse_simple(options, reason);
    if (name == "NetworkTopologyStrategy")
        return parse_network_topology(options, reason);
    if (name == "LocalStrategy")
        return {replication_strategy::local, {}, {}};
    if (name == "EverywhereStrategy")
        return {replication_strategy::everywhere, {}, {}};
    reason = "the replication class '" + found->second + "' is not known";
    return {};
}

}  // namespace async_cassandra::detail
