// SPDX-License-Identifier: Apache-2.0
#include "support/played_rows.hpp"

#include "support/cluster_state.hpp"
#include "support/key_replicas.hpp"
#include "support/node_state.hpp"
#include "support/statement_errors.hpp"

#include <algorithm>

namespace async_cassandra::testing {

using namespace std::chrono_literals;

namespace {

// Of a Cassandra with its usual settings.
constexpr std::chrono::nanoseconds write_patience = 2s;
constexpr std::chrono::nanoseconds read_patience = 5s;

std::size_t quorum_of(std::size_t replicas)
{
    return replicas / 2 + 1;
}

/// How many of the replicas, which the level counts, must answer.
std::size_t needed_by(consistency level, std::size_t replicas)
{
    switch (level) {
    case consistency::any:
    case consistency::one:
    case consistency::local_one: return 1;
    case consistency::two: return 2;
    case consistency::three: return 3;
    case consistency::all: return replicas;
    default: return quorum_of(replicas);
    }
}

bool is_local(consistency level)
{
    return level == consistency::local_one || level == consistency::local_quorum ||
           level == consistency::local_serial;
}

/// One group of replicas that must have answers of its own: all, those of the local data center, or each data center.
struct wanted_answers {
    std::size_t needed = 0;
    std::vector<const node_state*> alive{};
    std::vector<const node_state*> answering{};
};

wanted_answers wanted_of(
    std::size_t needed,
    const std::string* data_center,
    const key_replicas& replicas,
    const node_state& coordinator
)
{
    wanted_answers w;
    w.needed = needed;
    for (const node_state* replica : replicas.nodes) {
        if (data_center != nullptr && replica->settings.data_center != *data_center)
            continue;
        if (replica->running)
            w.alive.push_back(replica);
        if (replica->running && !replica->frozen)
            w.answering.push_back(replica);
    }
    // It asks itself first.
    std::ranges::stable_partition(w.answering, [&](const node_state* n) { return n == &coordinator; });
    return w;
}

std::vector<wanted_answers> wanted_by(
    consistency level, const key_replicas& replicas, const node_state& coordinator
)
{
    const std::string& own = coordinator.settings.data_center;
    if (level == consistency::each_quorum && !replicas.factors.empty()) {
        std::vector<wanted_answers> wanted;
        for (const auto& [dc, factor] : replicas.factors)
            if (factor != 0)
                wanted.push_back(wanted_of(quorum_of(factor), &dc, replicas, coordinator));
        return wanted;
    }
    if (is_local(level))
        return {wanted_of(needed_by(level, replicas.factor_in(own)), &own, replicas, coordinator)};
    return {wanted_of(needed_by(level, replicas.total), nullptr, replicas, coordinator)};
}

/// What stands in the way of an answer; nothing for most.
std::optional<answer> failure_of(const std::vector<wanted_answers>& wanted, consistency level, bool write)
{
    server_error_details details;
    details.level = level;
    for (const wanted_answers& w : wanted) {
        details.required = static_cast<std::int32_t>(w.needed);
        if (w.alive.size() < w.needed) {
            details.code = server_code::unavailable;
            details.alive = static_cast<std::int32_t>(w.alive.size());
            details.message = "Cannot achieve consistency level " + std::string{to_string(level)};
            return reply_error(std::move(details));
        }
    }
    for (const wanted_answers& w : wanted) {
        if (w.answering.size() >= w.needed)
            continue;
        details.code = write ? server_code::write_timeout : server_code::read_timeout;
        details.required = static_cast<std::int32_t>(w.needed);
        details.received = static_cast<std::int32_t>(w.answering.size());
        if (write)
            details.write_type = "SIMPLE";
        else
            details.data_present = false;
        details.message =
            "Operation timed out - received only " + std::to_string(w.answering.size()) + " responses.";
        return reply_error(std::move(details)).after(write ? write_patience : read_patience);
    }
    return std::nullopt;
}

/// One after the other with their lengths when there are several.
std::vector<std::byte> join_key(const std::vector<cell>& values)
{
    if (values.size() == 1)
        return *values.front();
    std::vector<std::byte> key;
    for (const cell& value : values) {
        const cell length = cells::smallint(static_cast<std::int16_t>(value->size()));
        key.insert(key.end(), length->begin(), length->end());
        key.insert(key.end(), value->begin(), value->end());
        key.push_back(std::byte{0});
    }
    return key;
}

using bound_terms = std::vector<bound_term>;

/// Values of the partition key, or why there are none.
std::optional<std::vector<cell>> key_of(const schema_table& table, const bound_terms& bound)
{
    std::vector<cell> key;
    for (const schema_column* part : table.partition_key()) {
        const auto found = std::ranges::find(bound, part->name, &bound_term::column);
        if (found == bound.end() || found->values.size() != 1 || !found->values.front())
            return std::nullopt;
        key.push_back(found->values.front());
    }
    return key;
}

bool has_clustering(const schema_table& table)
{
    return std::ranges::any_of(table.columns, [](const auto& c) { return c.kind == "clustering"; });
}

answer read_row(
    const dml_statement& statement,
    const schema_table& table,
    const stored_key& at,
    const std::vector<wanted_answers>& wanted,
    const node_state& coordinator
)
{
    played_store::holders asked;
    for (const wanted_answers& w : wanted)
        for (std::size_t i = 0; i < w.needed; ++i)
            asked.insert(w.answering[i]->settings.host_number);
    std::vector<column> metadata = result_columns_of(statement, table);
    const auto* found = coordinator.cluster->store.read(at, asked);
    if (found == nullptr)
        return reply_rows(std::move(metadata), {});
    row values;
    for (const column& c : metadata) {
        const auto value = found->find(c.name);
        values.push_back(value == found->end() ? cells::null() : value->second);
    }
    return reply_rows(std::move(metadata), {std::move(values)});
}

}  // namespace

std::vector<column> result_columns_of(const dml_statement& statement, const schema_table& table)
{
    std::vector<column> out;
    const auto add = [&](const schema_column& c) {
        if (const auto type = played_type(c.type))
            out.push_back({statement.target.keyspace, statement.target.table, c.name, *type});
    };
    for (const std::string& name : statement.columns)
        if (const schema_column* c = table.find(name))
            add(*c);
    if (statement.columns.empty())
        std::ranges::for_each(table.columns, add);
    return out;
}

std::vector<std::uint64_t> replicas_of(
    std::string_view keyspace, std::span<const std::byte> partition_key, const node_state& asked
)
{
    std::vector<std::uint64_t> numbers;
    if (const schema_keyspace* known = asked.schema->content.find(keyspace))
        for (const node_state* node : find_replicas(*known, partition_key, asked).nodes)
            numbers.push_back(node->settings.host_number);
    return numbers;
}

answer run_on_replicas(
    const dml_statement& statement,
    const schema_table& table,
    const request_record& request,
    node_state& coordinator
)
{
    if (has_clustering(table))
        return invalid("A played server keeps no rows of tables with clustering columns");
    const auto bound = bind_terms(statement, request.parameters.values, [&](std::string_view name) {
        const schema_column* c = table.find(name);
        return c == nullptr ? std::nullopt : played_type(c->type);
    });
    const auto key = bound ? key_of(table, *bound) : std::nullopt;
    if (!key)
        return invalid("A played server needs the whole partition key, and values of the columns' types");
    const stored_key at{statement.target.keyspace + "." + statement.target.table, join_key(*key)};
    const schema_keyspace& keyspace = *coordinator.schema->content.find(statement.target.keyspace);
    const key_replicas replicas = find_replicas(keyspace, at.key, coordinator);
    const bool own = std::ranges::find(replicas.nodes, &coordinator) != replicas.nodes.end();
    ++(own ? coordinator.served_as_replica : coordinator.served_for_others);

    const consistency level = request.parameters.level;
    const auto wanted = wanted_by(level, replicas, coordinator);
    const std::optional<answer> failure = failure_of(wanted, level, statement.inserts);
    const auto* error = failure ? std::get_if<say::error>(&failure->content) : nullptr;
    if (error != nullptr && (!statement.inserts || error->details.code == server_code::unavailable))
        return *failure;
    if (!statement.inserts)
        return read_row(statement, table, at, wanted, coordinator);
    played_store::row_columns columns;
    for (const bound_term& term : *bound)
        columns.insert_or_assign(term.column, term.values.front());
    played_store::holders holders;
    for (const node_state* replica : replicas.nodes)
        if (replica->running && !replica->frozen)
            holders.insert(replica->settings.host_number);
    coordinator.cluster->store.write(at, std::move(columns), holders);
    return failure ? *failure : reply_void();
}

}  // namespace async_cassandra::testing
