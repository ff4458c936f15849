// SPDX-License-Identifier: Apache-2.0
#include "protocol/change_names.hpp"
#include "protocol/response_parts.hpp"
#include "protocol/responses.hpp"

#include <algorithm>
#include <optional>

namespace async_cassandra::protocol {
namespace {

template <class Names>
auto value_of(const Names& names, std::string_view text)
{
    using value = typename Names::value_type::second_type;
    const auto found = std::ranges::find(names, text, &Names::value_type::first);
    return found == names.end() ? std::optional<value>{} : std::optional<value>{found->second};
}

// TOPOLOGY_CHANGE and STATUS_CHANGE differ in their words alone.
template <class Change, class Names>
server_event node_change(reader& in, std::string_view type, const Names& names)
{
    const std::string_view text = in.string();
    const auto kind = value_of(names, text);
    if (!kind)
        return unknown_event{std::string{type}, std::string{text}};
    return Change{*kind, in.inet()};
}

}  // namespace

schema_change read_schema_change(reader& in)
{
    schema_change change;
    change.kind = value_of(schema_change_names, in.string()).value_or(schema_change_kind::other);
    change.target = value_of(schema_target_names, in.string()).value_or(schema_target::other);
    change.keyspace = in.string();
    const bool callable =
        change.target == schema_target::function || change.target == schema_target::aggregate;
    if (callable || change.target == schema_target::table || change.target == schema_target::type)
        change.name = in.string();
    if (callable)
        change.arguments = in.string_list();
    return change;
}

server_event decode_event(reader& in)
{
    const std::string_view type = in.string();
    if (type == "TOPOLOGY_CHANGE")
        return node_change<topology_change>(in, type, topology_change_names);
    if (type == "STATUS_CHANGE")
        return node_change<status_change>(in, type, status_change_names);
    if (type != "SCHEMA_CHANGE")
        return unknown_event{std::string{type}, {}};
    return read_schema_change(in);
}

}  // namespace async_cassandra::protocol
