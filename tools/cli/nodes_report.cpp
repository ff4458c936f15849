// SPDX-License-Identifier: Apache-2.0
#include "nodes_report.hpp"

#include <async_cassandra/types/literal.hpp>

#include "text_table.hpp"

#include <fmt/format.h>

#include <array>
#include <vector>

namespace async_cassandra::cli {

namespace {

struct field {
    std::string_view name;
    bool number = false;
};

constexpr std::array<field, 8> fields{
    {{"address"},
     {"host_id"},
     {"data_center"},
     {"rack"},
     {"version"},
     {"state"},
     {"tokens", true},
     {"latency_ms", true}}};

using values = std::array<std::string, fields.size()>;

std::string milliseconds(std::chrono::nanoseconds time)
{
    return fmt::format("{:.3f}", std::chrono::duration<double, std::milli>(time).count());
}

values values_of(const asked_node& asked)
{
    const node& about = asked.about;
    return {
        to_string(about.address),
        about.host_id.to_string(),
        about.data_center,
        about.rack,
        about.release_version,
        asked.latency ? "up" : "down",
        std::to_string(about.token_count),
        asked.latency ? milliseconds(*asked.latency) : std::string{}};
}

void append_table(std::string& out, std::span<const asked_node> nodes)
{
    std::vector<std::string_view> names;
    names.reserve(fields.size());
    for (const field& each : fields)
        names.push_back(each.name);
    text_table table{names};
    std::vector<text_table::line> lines;
    for (const asked_node& each : nodes) {
        text_table::line& line = lines.emplace_back(fields.size());
        const values texts = values_of(each);
        for (std::size_t i = 0; i < fields.size(); ++i) {
            line[i].set(texts[i]);
            line[i].right = fields[i].number;
        }
        table.measure(line);
    }
    table.append_header(out);
    for (const text_table::line& each : lines)
        table.append_line(out, each);
    out += '(' + std::to_string(nodes.size()) + (nodes.size() == 1 ? " node)\n" : " nodes)\n");
}

void append_json(std::string& out, const asked_node& asked)
{
    const values texts = values_of(asked);
    for (std::size_t i = 0; i < fields.size(); ++i) {
        out += i == 0 ? "{" : ", ";
        append_json_string(out, fields[i].name);
        out += ": ";
        if (fields[i].number)
            out += texts[i].empty() ? "null" : texts[i];
        else
            append_json_string(out, texts[i]);
    }
    out += "}\n";
}

void append_csv(std::string& out, std::span<const asked_node> nodes)
{
    for (std::size_t i = 0; i < fields.size(); ++i) {
        out += i == 0 ? "" : ",";
        out += fields[i].name;
    }
    out += '\n';
    for (const asked_node& each : nodes) {
        const values texts = values_of(each);
        for (std::size_t i = 0; i < fields.size(); ++i) {
            out += i == 0 ? "" : ",";
            if (!texts[i].empty() || !fields[i].number)
                append_csv_field(out, texts[i]);
        }
        out += '\n';
    }
}

}  // namespace

void append_nodes(std::string& out, std::span<const asked_node> nodes, row_format format)
{
    switch (format) {
    case row_format::table: return append_table(out, nodes);
    case row_format::csv: return append_csv(out, nodes);
    case row_format::json: break;
    }
    for (const asked_node& each : nodes)
        append_json(out, each);
}

}  // namespace async_cassandra::cli
