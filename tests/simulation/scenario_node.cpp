// SPDX-License-Identifier: Apache-2.0
#include "simulation/scenario_node.hpp"

#include "support/builtin_statements.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>

namespace async_cassandra::testing {

using namespace std::chrono_literals;

namespace {

constexpr std::string_view select_prefix = "SELECT k, v FROM sim.t WHERE k = ";

fake_node_settings settings_of(const scenario_plan& plan)
{
    fake_node_settings settings;
    settings.highest = plan.node_version;
    settings.segment_payload = plan.segment_payload;
    settings.keyspaces = {"sim"};
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
    : random_(plan.seed * 2 + 2),
      bad_per_mille_(plan.bad_answers_per_mille),
      checksums_(std::min(plan.node_version, plan.client_version) == protocol_version::v5),
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
        if (refuses())
            return refusal();
        return spoil(reply_rows(table, {{cells::bigint(*id), cells::text(value_of(*id))}}));
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
    const auto pages = columns_of("sim", "s", "s bigint, i bigint");
    node_.on_query(stream)
        .markers(columns_of("sim", "s", "s bigint, n bigint"), {0})
        .returns(pages)
        .reply_with([this, pages](const request_record& request) {
            const auto id = bound(request, 0);
            const auto count = bound(request, 1);
            if (!id || !count || *count < 0)
                return malformed();
            if (refuses())
                return refusal();
            return spoil(reply_generated(pages, static_cast<std::size_t>(*count), [id](std::size_t i) {
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
    if (refuses())
        return refusal();
    ++applied_[*id];
    return spoil(reply_void());
}

bool scenario_node::refuses()
{
    return random_.chance(bad_per_mille_, 3000);
}

answer scenario_node::refusal()
{
    switch (random_.between(0, 4)) {
    case 0: return reply_error(server_code::overloaded, "simulated overload");
    case 1: return reply_error(server_code::invalid, "simulated refusal");
    case 2: return reply_error(server_code::unauthorized, "simulated lack of permission");
    case 3: return reply_error(server_code::server_error, "simulated bug");
    default: {
        server_error_details details;
        details.code = server_code::unavailable;
        details.message = "simulated lack of replicas";
        details.level = consistency::local_quorum;
        details.required = 2;
        details.alive = 1;
        return reply_error(std::move(details));
    }
    }
}

answer scenario_node::spoil(answer good)
{
    if (!random_.chance(bad_per_mille_ * 2, 3000))
        return good;
    switch (random_.between(0, 8)) {
    case 0: return no_reply();
    case 1: return close_connection();
    case 2: return reset_connection();
    case 3: return good.then_close();
    case 4: return good.cut_to(random_.between(0, 40)).then_close();
    case 5: return good.cut_to(random_.between(0, 40));
    case 6: return reply_bytes("HTTP/1.1 500 Internal Server Error\r\n\r\n");
    case 7: return checksums_ ? good.with_bad_payload_crc() : good.with_version(3);
    default: return good.after(random_.between(0ns, 3s));
    }
}

}  // namespace async_cassandra::testing
