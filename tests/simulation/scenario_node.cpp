// SPDX-License-Identifier: Apache-2.0
#include "simulation/scenario_node.hpp"

#include "support/builtin_statements.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>

namespace async_cassandra::testing {

namespace {

constexpr std::string_view select_prefix = "SELECT k, v FROM sim.t WHERE k = ";

fake_node_settings settings_of(const scenario_plan& plan)
{
    fake_node_settings settings;
    settings.highest = plan.node_version;
    settings.segment_payload = plan.segment_payload;
    settings.keyspaces = {"sim", scenario_node::other_keyspace};
    return settings;
}

std::optional<std::int64_t> bound(const request_record& request, std::size_t index)
{
    if (index >= request.parameters.values.size())
        return std::nullopt;
    return cells::as_bigint(request.parameters.values[index].bytes);
}

answer malformed()
{
    return reply_error(server_code::invalid, "Invalid or missing value");
}

}  // namespace

std::string scenario_node::select_of(std::int64_t id)
{
    return std::string{select_prefix} + std::to_string(id);
}

std::string scenario_node::value_of(std::int64_t id)
{
    return std::string(static_cast<std::size_t>(id % 7) * 50, 'v') + std::to_string(id);
}

scenario_node::scenario_node(const scenario_plan& plan)
    : bad_(
          plan.seed * 2 + 2,
          plan.bad_answers_per_mille,
          std::min(plan.node_version, plan.client_version) == protocol_version::v5
      ),
      node_(settings_of(plan))
{
    teach();
}

int scenario_node::applied(std::int64_t id) const
{
    const auto found = applied_.find(id);
    return found == applied_.end() ? 0 : found->second;
}

void scenario_node::teach()
{
    const auto table = columns_of("sim", "t", "k bigint, v text");
    const auto row_of = [this, table](std::optional<std::int64_t> id) {
        if (!id)
            return malformed();
        if (bad_.refuses())
            return bad_.refusal();
        return bad_.spoil(reply_rows(table, {{cells::bigint(*id), cells::text(value_of(*id))}}));
    };
    node_.on_query_prefix(std::string{select_prefix}).reply_with([row_of](const request_record& request) {
        const std::string_view number = std::string_view{request.query}.substr(select_prefix.size());
        std::int64_t id = 0;
        const auto end = number.data() + number.size();
        const bool whole = std::from_chars(number.data(), end, id).ptr == end;
        return row_of(whole ? std::optional{id} : std::nullopt);
    });
    node_.on_query(prepared_select)
        .markers({table[0]}, {0})
        .returns(table)
        .reply_with([row_of](const request_record& request) { return row_of(bound(request, 0)); });
    node_.on_query(prepared_insert).markers(table, {0}).reply_with([this](const request_record& request) {
        return on_insert(request);
    });
    teach_stream(node_, bad_);
}

void scenario_node::teach_stream(fake_node& node, bad_answers& bad)
{
    const auto pages = columns_of("sim", "s", "s bigint, i bigint");
    node.on_query(stream)
        .markers(columns_of("sim", "s", "s bigint, n bigint"), {0})
        .returns(pages)
        .reply_with([&bad, pages](const request_record& request) {
            const auto id = bound(request, 0);
            const auto count = bound(request, 1);
            if (!id || !count || *count < 0)
                return malformed();
            if (bad.refuses())
                return bad.refusal();
            return bad.spoil(reply_generated(pages, static_cast<std::size_t>(*count), [id](std::size_t i) {
                return row{cells::bigint(*id), cells::bigint(static_cast<std::int64_t>(i))};
            }));
        });
}

answer scenario_node::on_insert(const request_record& request)
{
    const auto id = bound(request, 0);
    if (!id || request.parameters.values.size() != 2)
        return malformed();
    if (cells::as_text(request.parameters.values[1].bytes) != value_of(*id))
        return reply_error(server_code::invalid, "The value does not belong to the key");
    if (bad_.refuses())
        return bad_.refusal();
    ++applied_[*id];
    return bad_.spoil(reply_void());
}

}  // namespace async_cassandra::testing
