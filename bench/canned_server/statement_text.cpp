// SPDX-License-Identifier: Apache-2.0
#include "statement_text.hpp"

#include <cstddef>

namespace async_cassandra::bench {

namespace {

bool is_blank(char letter)
{
    return letter == ' ' || letter == '\t' || letter == '\n' || letter == '\r';
}

char lower(char letter)
{
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
}

std::string_view trimmed(std::string_view text)
{
    while (!text.empty() && is_blank(text.front()))
        text.remove_prefix(1);
    while (!text.empty() && is_blank(text.back()))
        text.remove_suffix(1);
    return text;
}

/// Splits `keyspace.name`; false when there is no dot.
bool split_name(std::string_view qualified, std::string& keyspace, std::string& name)
{
    const std::size_t dot = qualified.find('.');
    if (dot == std::string_view::npos) {
        name = unquoted(qualified);
        return false;
    }
    keyspace = unquoted(qualified.substr(0, dot));
    name = unquoted(qualified.substr(dot + 1));
    return true;
}

}  // namespace

std::string unquoted(std::string_view identifier)
{
    if (identifier.size() >= 2 && identifier.front() == '"' && identifier.back() == '"') {
        identifier = identifier.substr(1, identifier.size() - 2);
    }
    return std::string(identifier);
}

std::string normalise_statement(std::string_view text)
{
    std::string result;
    char quote = 0;
    for (const char letter : text) {
        if (quote != 0) {
            if (letter == quote)
                quote = 0;
            result += letter;
        } else if (is_blank(letter)) {
            if (!result.empty() && result.back() != ' ')
                result += ' ';
        } else {
            if (letter == '\'' || letter == '"')
                quote = letter;
            result += lower(letter);
        }
    }
    while (!result.empty() && (result.back() == ' ' || result.back() == ';'))
        result.pop_back();
    return result;
}

std::vector<std::string> statement_words(std::string_view normalised)
{
    std::vector<std::string> words(1);
    for (const char letter : normalised) {
        if (letter == ' ' || letter == '(' || letter == ')' || letter == ',') {
            if (!words.back().empty())
                words.emplace_back();
        } else {
            words.back() += letter;
        }
    }
    if (words.back().empty())
        words.pop_back();
    return words;
}

bool read_select(std::string_view normalised, select_parts& parts)
{
    constexpr std::string_view select = "select ";
    constexpr std::string_view from = " from ";
    const std::size_t from_at = normalised.find(from);
    if (!normalised.starts_with(select) || from_at == std::string_view::npos)
        return false;

    std::string_view list = trimmed(normalised.substr(select.size(), from_at - select.size()));
    while (list != "*" && !list.empty()) {
        const std::size_t comma = list.find(',');
        parts.columns.push_back(unquoted(trimmed(list.substr(0, comma))));
        list.remove_prefix(comma == std::string_view::npos ? list.size() : comma + 1);
    }
    const std::string_view behind = normalised.substr(from_at + from.size());
    return split_name(behind.substr(0, behind.find(' ')), parts.keyspace, parts.table);
}

ddl_reading read_ddl(std::string_view normalised, std::string_view current_keyspace, schema_change& change)
{
    const std::vector<std::string> words = statement_words(normalised);
    if (words.size() < 3)
        return ddl_reading::not_ddl;
    if (words[0] == "create") {
        change.change = "CREATED";
    } else if (words[0] == "alter") {
        change.change = "UPDATED";
    } else if (words[0] == "drop") {
        change.change = "DROPPED";
    } else {
        return ddl_reading::not_ddl;
    }
    const std::string& kind = words[1];
    std::size_t at = 2;
    while (at < words.size() && (words[at] == "if" || words[at] == "not" || words[at] == "exists"))
        ++at;
    if (at == words.size())
        return ddl_reading::not_ddl;
    if (kind == "keyspace" || kind == "schema") {
        change.target = "KEYSPACE";
        change.keyspace = unquoted(words[at]);
        return ddl_reading::change;
    }
    if (kind != "table" && kind != "columnfamily" && kind != "type")
        return ddl_reading::no_answer_fields;
    change.target = kind == "type" ? "TYPE" : "TABLE";
    if (!split_name(words[at], change.keyspace, change.name))
        change.keyspace = current_keyspace;
    return change.keyspace.empty() ? ddl_reading::missing_keyspace : ddl_reading::change;
}

}  // namespace async_cassandra::bench
