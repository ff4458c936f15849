// SPDX-License-Identifier: Apache-2.0
#include "support/builtin_statements.hpp"

#include "support/cluster_state.hpp"
#include "support/dml_statement.hpp"
#include "support/node_state.hpp"
#include "support/played_rows.hpp"
#include "support/statement_errors.hpp"
#include "support/system_tables.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace async_cassandra::testing {

namespace {

bool changes_schema(std::string_view verb)
{
    return verb == "create" || verb == "drop" || verb == "alter";
}

/// That a table of which nothing is known has no answer.
answer missing(const table_name& target, const node_state& node)
{
    if (target.keyspace.empty() || !node.knows_keyspace(target.keyspace))
        return missing_keyspace_of_table(target.keyspace);
    return missing_table(target.table);
}

std::optional<data_type> type_in(const std::vector<column>& list, std::string_view name)
{
    const auto found = std::ranges::find(list, name, &column::name);
    return found == list.end() ? std::nullopt : std::optional{found->type};
}

/// The first name in the statement that the table has not; empty when it has all.
template <class Known>
std::string unknown_column(const dml_statement& statement, Known known)
{
    for (const std::string& name : statement.columns)
        if (!known(name))
            return name;
    for (const column_term& term : statement.terms)
        if (!known(term.column))
            return term.column;
    return {};
}

/// Of a table that is there under this name: where it is wrong, or nothing.
std::optional<answer> misfit_of_system(const dml_statement& statement, const std::vector<column>& table)
{
    const table_name& target = statement.target;
    const std::string unknown =
        unknown_column(statement, [&](std::string_view name) { return type_in(table, name).has_value(); });
    if (!unknown.empty())
        return undefined_column(unknown, target.keyspace, target.table);
    const bool by_key =
        std::ranges::find(statement.terms, table.front().name, &column_term::column) != statement.terms.end();
    if (!statement.terms.empty() && !by_key)
        return invalid(
            "Cannot execute this query as it might involve data filtering and thus may have "
            "unpredictable performance. If you want to execute this query despite the "
            "performance unpredictability, use ALLOW FILTERING"
        );
    return std::nullopt;
}

std::vector<column> selected(const dml_statement& statement, const std::vector<column>& table)
{
    if (statement.columns.empty())
        return table;
    std::vector<column> out;
    for (const std::string& name : statement.columns)
        out.push_back(*std::ranges::find(table, name, &column::name));
    return out;
}

answer select_system(
    const dml_statement& statement,
    const std::vector<column>& table,
    const request_record& request,
    const node_state& node
)
{
    const auto bound = bind_terms(statement, request.parameters.values, [&](std::string_view name) {
        return type_in(table, name);
    });
    if (!bound)
        return invalid("Invalid amount of bind variables, or a value of another type");
    const auto place = [&](std::string_view name) {
        return static_cast<std::size_t>(std::ranges::find(table, name, &column::name) - table.begin());
    };
    std::vector<column> metadata = selected(statement, table);
    std::vector<row> rows;
    for (const row& found : system_rows(statement.target.keyspace, statement.target.table, node)) {
        const bool wanted = std::ranges::all_of(*bound, [&](const bound_term& term) {
            return std::ranges::find(term.values, found[place(term.column)]) != term.values.end();
        });
        if (!wanted)
            continue;
        row& picked = rows.emplace_back();
        for (const column& c : metadata)
            picked.push_back(found[place(c.name)]);
    }
    return reply_rows(std::move(metadata), std::move(rows));
}

/// What the statement is about.
struct resolved_dml {
    dml_statement statement;
    std::vector<column> system;           // of a system table, else empty
    const schema_table* table = nullptr;  // of any other
};

std::optional<resolved_dml> resolve(
    const request_record& request, const node_state& node, std::optional<answer>& error
)
{
    auto statement = parse_dml(request.query, request.keyspace, error);
    if (!statement)
        return std::nullopt;
    const table_name& target = statement->target;
    resolved_dml found{*statement, system_columns(target.keyspace, target.table)};
    const bool since_4_0 = (target.keyspace == "system" && target.table == "peers_v2") ||
                           target.keyspace == "system_virtual_schema";
    if (since_4_0 && !node.cluster->has_peers_v2) {
        error = unconfigured_table(target.table);
        return std::nullopt;
    }
    if (!found.system.empty() && !statement->inserts) {
        error = misfit_of_system(*statement, found.system);
        return error ? std::nullopt : std::optional{std::move(found)};
    }
    found.table = node.schema->content.find(target.keyspace, target.table);
    if (found.table == nullptr) {
        error = missing(target, node);
        return std::nullopt;
    }
    const std::string unknown =
        unknown_column(*statement, [&](std::string_view name) { return found.table->find(name) != nullptr; });
    if (unknown.empty())
        return found;
    error = undefined_column(unknown, target.keyspace, target.table);
    return std::nullopt;
}

answer answer_dml(const request_record& request, node_state& node)
{
    std::optional<answer> error;
    const auto found = resolve(request, node, error);
    if (!found)
        return *error;
    if (found->table == nullptr)
        return select_system(found->statement, found->system, request, node);
    return run_on_replicas(found->statement, *found->table, request, node);
}

answer describe_dml(const request_record& request, const node_state& node)
{
    std::optional<answer> error;
    const auto found = resolve(request, node, error);
    if (!found)
        return *error;
    const table_name& target = found->statement.target;
    const auto type_of = [&](std::string_view name) {
        if (found->table == nullptr)
            return type_in(found->system, name);
        return played_type(found->table->find(name)->type);
    };
    protocol::prepared_result result;
    std::vector<column> markers;
    std::vector<std::string> names = marker_columns(found->statement);
    for (const std::string& name : names)
        markers.push_back({target.keyspace, target.table, name, type_of(name).value_or(type_kind::blob)});
    if (found->table != nullptr) {
        for (const schema_column* part : found->table->partition_key()) {
            const auto at = std::ranges::find(names, part->name);
            if (at != names.end())
                result.pk_indexes.push_back(static_cast<std::uint16_t>(at - names.begin()));
        }
        if (result.pk_indexes.size() != found->table->partition_key().size())
            result.pk_indexes.clear();  // a part of the key is in the text
    }
    result.markers = std::make_shared<columns>(std::move(markers));
    if (!found->statement.inserts)
        result.result_columns = std::make_shared<columns>(
            found->table == nullptr ? selected(found->statement, found->system)
                                    : result_columns_of(found->statement, *found->table)
        );
    return answer{say::prepared{std::move(result)}};
}

/// UPDATE and DELETE, which are not played.
answer answer_change(const request_record& request, std::string_view verb, const node_state& node)
{
    const auto list = cql_words(request.query);
    word_cursor words{list};
    if (!words.skip_to(verb == "delete" ? "from" : "update") || words.done())
        return syntax_error(request.query, {});
    const table_name target = words.take_table(request.keyspace);
    if (node.schema->content.find(target.keyspace, target.table) == nullptr)
        return missing(target, node);
    return invalid("A played server knows INSERT and SELECT alone");
}

answer answer_use(word_cursor& words, std::string_view text, const node_state& node)
{
    if (words.done())
        return syntax_error(text, {});
    const std::string name = name_of(words.next());
    return node.knows_keyspace(name) ? reply_set_keyspace(name) : unknown_keyspace(name);
}

/// Whatever is no SELECT, no INSERT, and does not change the schema.
answer answer_other(const request_record& request, const node_state& node)
{
    const auto list = cql_words(request.query);
    word_cursor words{list};
    if (words.done())
        return syntax_error(request.query, {});
    const std::string verb = lower(words.next());
    if (verb == "use")
        return answer_use(words, request.query, node);
    if (verb == "update" || verb == "delete")
        return answer_change(request, verb, node);
    return syntax_error(request.query, list.front());
}

std::string verb_of(std::string_view text)
{
    const auto list = cql_words(text);
    return list.empty() ? std::string{} : lower(list.front());
}

}  // namespace

std::vector<column> columns_of(std::string_view keyspace, std::string_view table, std::string_view list)
{
    std::vector<column> out;
    while (!list.empty()) {
        const auto space = list.find(' ');
        auto end = space + 1;
        for (int depth = 0; end < list.size() && (depth != 0 || list[end] != ','); ++end)
            depth += list[end] == '<' ? 1 : list[end] == '>' ? -1 : 0;
        const std::string_view type = list.substr(space + 1, end - space - 1);
        const auto known = played_type(type);
        if (!known)
            throw std::invalid_argument("fake node: no type " + std::string{type});
        out.push_back({std::string{keyspace}, std::string{table}, std::string{list.substr(0, space)}, *known}
        );
        list.remove_prefix(std::min(list.size(), end + 2));
    }
    return out;
}

answer answer_statement(const request_record& request, node_state& node)
{
    const std::string verb = verb_of(request.query);
    if (verb == "select" || verb == "insert")
        return answer_dml(request, node);
    if (changes_schema(verb))
        return node.cluster->change_schema(node, request.query, request.keyspace);
    return answer_other(request, node);
}

answer describe_statement(const request_record& request, const node_state& node)
{
    const std::string verb = verb_of(request.query);
    if (verb == "select" || verb == "insert")
        return describe_dml(request, node);
    fake_schema copy = node.schema->content;
    answer said = changes_schema(verb)
                      ? copy.apply(request.query, request.keyspace, node.cluster->data_centers())
                      : answer_other(request, node);
    if (std::holds_alternative<say::error>(said.content))
        return said;
    protocol::prepared_result result;
    result.markers = std::make_shared<columns>();
    return answer{say::prepared{std::move(result)}};
}

}  // namespace async_cassandra::testing
