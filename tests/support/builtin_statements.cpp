// SPDX-License-Identifier: Apache-2.0
#include "support/builtin_statements.hpp"

#include "support/system_tables.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <span>
#include <stdexcept>
#include <utility>

namespace async_cassandra::testing {

namespace {

std::string lower(std::string_view text)
{
    std::string out{text};
    std::ranges::transform(out, out.begin(), [](unsigned char c) {
        return static_cast<char>(std::tolower(c));
    });
    return out;
}

/// A CQL name: lower case unless quoted.
std::string name_of(std::string_view word)
{
    if (word.size() >= 2 && word.front() == '"' && word.back() == '"')
        return std::string{word.substr(1, word.size() - 2)};
    return lower(word);
}

/// Words, commas and parentheses.
std::vector<std::string_view> split_words(std::string_view text)
{
    std::vector<std::string_view> words;
    std::size_t at = 0;
    while (at < text.size()) {
        const auto c = static_cast<unsigned char>(text[at]);
        if (std::isspace(c) != 0 || c == ';') {
            ++at;
            continue;
        }
        std::size_t end = at + 1;
        if (c != ',' && c != '(' && c != ')') {
            while (end < text.size() && std::isspace(static_cast<unsigned char>(text[end])) == 0 &&
                   std::string_view{",();"}.find(text[end]) == std::string_view::npos)
                ++end;
        }
        words.push_back(text.substr(at, end - at));
        at = end;
    }
    return words;
}

answer syntax_error(std::string_view text, std::string_view word)
{
    const auto at =
        word.data() == nullptr ? text.size() : static_cast<std::size_t>(word.data() - text.data());
    std::string message = "line 1:" + std::to_string(at) + " no viable alternative at input ";
    message += word.empty() ? "'<EOF>'" : "'" + std::string{word} + "' ([" + std::string{word} + "]...)";
    return reply_error(server_code::syntax_error, std::move(message));
}

answer missing_table(std::string_view table)
{
    return reply_error(server_code::invalid, "table " + std::string{table} + " does not exist");
}

answer missing_keyspace_of_table(std::string_view keyspace)
{
    return reply_error(server_code::invalid, "keyspace " + std::string{keyspace} + " does not exist");
}

bool known_keyspace(std::string_view name, const fake_node_settings& settings)
{
    return name == "system" || name == "system_schema" || name == "system_virtual_schema" ||
           std::ranges::find(settings.keyspaces, name) != settings.keyspaces.end();
}

std::pair<std::string, std::string> split_name(std::string_view word, std::string_view keyspace)
{
    const auto dot = word.find('.');
    if (dot == std::string_view::npos)
        return {std::string{keyspace}, name_of(word)};
    return {name_of(word.substr(0, dot)), name_of(word.substr(dot + 1))};
}

using words_view = std::span<const std::string_view>;

answer select_system(words_view names, const system_table& table, std::string_view name)
{
    if (names.size() == 1 && names[0] == "*")
        return reply_rows(table.metadata, table.rows);
    std::vector<std::size_t> picked;
    for (const std::string_view word : names) {
        if (word == ",")
            continue;
        const auto found = std::ranges::find(table.metadata, name_of(word), &column::name);
        if (found == table.metadata.end()) {
            return reply_error(
                server_code::invalid,
                "Undefined column name " + name_of(word) + " in table " + std::string{name}
            );
        }
        picked.push_back(static_cast<std::size_t>(found - table.metadata.begin()));
    }
    std::vector<column> metadata;
    std::vector<row> rows(table.rows.size());
    for (const std::size_t i : picked) {
        metadata.push_back(table.metadata[i]);
        for (std::size_t r = 0; r < rows.size(); ++r)
            rows[r].push_back(table.rows[r][i]);
    }
    return reply_rows(std::move(metadata), std::move(rows));
}

answer missing(std::string_view word, std::string_view keyspace, const fake_node_settings& settings)
{
    const auto [owner, table] = split_name(word, keyspace);
    if (owner.empty()) {
        return reply_error(
            server_code::invalid,
            "No keyspace has been specified. USE a keyspace, or explicitly specify keyspace.tablename"
        );
    }
    if (!known_keyspace(owner, settings))
        return missing_keyspace_of_table(owner);
    return missing_table(table);
}

answer answer_select(
    std::string_view text, words_view words, std::string_view keyspace, const fake_node_settings& settings
)
{
    const auto from = std::ranges::find_if(words, [](std::string_view w) { return lower(w) == "from"; });
    if (from == words.end() || from + 1 == words.end())
        return syntax_error(text, {});
    if (from == words.begin() + 1)
        return syntax_error(text, *from);
    const auto [owner, table] = split_name(*(from + 1), keyspace);
    const std::string full = owner + "." + table;
    if (const auto known = find_system_table(full, settings))
        return select_system({words.begin() + 1, from}, *known, full);
    return missing(*(from + 1), keyspace, settings);
}

/// Skips IF [NOT] EXISTS; true when it was there.
bool skip_condition(words_view& words)
{
    if (words.empty() || lower(words.front()) != "if")
        return false;
    const std::size_t count = words.size() > 1 && lower(words[1]) == "not" ? 3 : 2;
    words = words.subspan(std::min(count, words.size()));
    return true;
}

answer change_keyspace(
    std::string_view text, words_view words, protocol::schema_change_kind kind, fake_node_settings& settings
)
{
    const bool conditional = skip_condition(words);
    if (words.empty())
        return syntax_error(text, {});
    const std::string name = name_of(words.front());
    const bool exists = known_keyspace(name, settings);
    if (kind == protocol::schema_change_kind::created) {
        if (exists && conditional)
            return reply_void();
        if (exists) {
            server_error_details details;
            details.code = server_code::already_exists;
            details.message = "Cannot add existing keyspace \"" + name + "\"";
            details.keyspace = name;
            return reply_error(std::move(details));
        }
        settings.keyspaces.push_back(name);
    } else {
        if (!exists && conditional)
            return reply_void();
        if (!exists)
            return reply_error(server_code::invalid, "Keyspace '" + name + "' doesn't exist");
        if (kind == protocol::schema_change_kind::dropped)
            std::erase(settings.keyspaces, name);
    }
    return reply_schema_change({kind, protocol::schema_target::keyspace, name, {}, {}});
}

answer answer_ddl(
    std::string_view text, words_view words, std::string_view keyspace, fake_node_settings& settings
)
{
    using protocol::schema_change_kind;
    const std::string verb = lower(words[0]);
    const schema_change_kind kind = verb == "create" ? schema_change_kind::created
                                    : verb == "drop" ? schema_change_kind::dropped
                                                     : schema_change_kind::updated;
    if (words.size() < 3)
        return syntax_error(text, {});
    const std::string target = lower(words[1]);
    words_view rest = words.subspan(2);
    if (target == "keyspace")
        return change_keyspace(text, rest, kind, settings);
    if (target != "table")
        return syntax_error(text, words[1]);
    skip_condition(rest);
    if (rest.empty())
        return syntax_error(text, {});
    const auto [owner, table] = split_name(rest.front(), keyspace);
    if (!known_keyspace(owner, settings))
        return missing_keyspace_of_table(owner);
    return reply_schema_change({kind, protocol::schema_target::table, owner, table, {}});
}

data_type type_of(std::string_view name)
{
    static constexpr std::array<std::pair<std::string_view, type_kind>, 9> scalars{{
        {"text", type_kind::text},
        {"int", type_kind::int_},
        {"bigint", type_kind::bigint},
        {"blob", type_kind::blob},
        {"boolean", type_kind::boolean},
        {"double", type_kind::double_},
        {"timestamp", type_kind::timestamp},
        {"uuid", type_kind::uuid},
        {"inet", type_kind::inet},
    }};
    for (const auto& [known, kind] : scalars)
        if (known == name)
            return kind;
    const auto open = name.find('<');
    if (open == std::string_view::npos || name.back() != '>')
        throw std::invalid_argument("fake node: no type " + std::string{name});
    const std::string_view inner = name.substr(open + 1, name.size() - open - 2);
    if (name.starts_with("set<"))
        return data_type::set_of(type_of(inner));
    if (name.starts_with("list<"))
        return data_type::list_of(type_of(inner));
    const auto comma = inner.find(", ");
    return data_type::map_of(type_of(inner.substr(0, comma)), type_of(inner.substr(comma + 2)));
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
        out.push_back(
            {std::string{keyspace},
             std::string{table},
             std::string{list.substr(0, space)},
             type_of(list.substr(space + 1, end - space - 1))}
        );
        list.remove_prefix(std::min(list.size(), end + 2));
    }
    return out;
}

answer unknown_keyspace(std::string_view name)
{
    return reply_error(server_code::invalid, "Keyspace '" + std::string{name} + "' does not exist");
}

bool is_system_select(std::string_view text)
{
    const auto words = split_words(text);
    const auto from = std::ranges::find_if(words, [](std::string_view w) { return lower(w) == "from"; });
    return !words.empty() && lower(words[0]) == "select" && from != words.end() && from + 1 != words.end() &&
           find_system_table(lower(*(from + 1)), {}).has_value();
}

answer answer_statement(std::string_view text, std::string_view keyspace, fake_node_settings& settings)
{
    const auto words = split_words(text);
    if (words.empty())
        return syntax_error(text, {});
    const std::string verb = lower(words[0]);
    if (verb == "select")
        return answer_select(text, words, keyspace, settings);
    if (verb == "create" || verb == "drop" || verb == "alter")
        return answer_ddl(text, words, keyspace, settings);
    if (verb == "use") {
        if (words.size() < 2)
            return syntax_error(text, {});
        const std::string name = name_of(words[1]);
        return known_keyspace(name, settings) ? reply_set_keyspace(name) : unknown_keyspace(name);
    }
    if (verb == "insert" || verb == "update" || verb == "delete") {
        const std::string_view before = verb == "insert" ? "into" : verb == "delete" ? "from" : "update";
        const auto found =
            std::ranges::find_if(words, [&](std::string_view w) { return lower(w) == before; });
        if (found == words.end() || found + 1 == words.end())
            return syntax_error(text, {});
        return missing(*(found + 1), keyspace, settings);
    }
    return syntax_error(text, words[0]);
}

}  // namespace async_cassandra::testing
