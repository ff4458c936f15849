// SPDX-License-Identifier: Apache-2.0
#include "session/use_statement.hpp"

#include "types/identifier.hpp"

#include <algorithm>

namespace async_cassandra::detail {

namespace {

constexpr std::string_view blanks = " \t\r\n";

bool is_letter(char c) noexcept
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool continues_name(char c) noexcept
{
    return is_letter(c) || (c >= '0' && c <= '9') || c == '_';
}

char lower(char c) noexcept
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

/// Takes blanks and comments away. A comment that is not closed stays.
void skip_blanks(std::string_view& text) noexcept
{
    while (true) {
        text.remove_prefix(std::min(text.find_first_not_of(blanks), text.size()));
        if (text.starts_with("--") || text.starts_with("//")) {
            text.remove_prefix(std::min(text.find_first_of("\r\n"), text.size()));
            continue;
        }
        const std::size_t end = text.starts_with("/*") ? text.find("*/", 2) : std::string_view::npos;
        if (end == std::string_view::npos)
            return;
        text.remove_prefix(end + 2);
    }
}

/// Takes a bare word away, in lower case; empty when there is none.
std::string take_word(std::string_view& text)
{
    std::string word;
    if (text.empty() || !is_letter(text.front()))
        return word;
    while (!text.empty() && continues_name(text.front())) {
        word += lower(text.front());
        text.remove_prefix(1);
    }
    return word;
}

/// Takes a name in quotes away, which stands at the front; nothing when the quotes are not closed.
std::optional<std::string> take_quoted(std::string_view& text)
{
    std::string name;
    text.remove_prefix(1);
    while (true) {
        const std::size_t end = text.find('"');
        if (end == std::string_view::npos)
            return std::nullopt;
        name += text.substr(0, end);
        text.remove_prefix(end + 1);
        if (!text.starts_with('"'))
            return name;
        name += '"';
        text.remove_prefix(1);
    }
}

}  // namespace

std::optional<std::string> keyspace_of_use(std::string_view cql)
{
    skip_blanks(cql);
    if (cql.size() < 3 || lower(cql[0]) != 'u' || lower(cql[1]) != 's' || take_word(cql) != "use")
        return std::nullopt;
    skip_blanks(cql);
    std::optional<std::string> name = cql.starts_with('"') ? take_quoted(cql) : take_word(cql);
    if (!name || name->empty())
        return std::nullopt;
    for (skip_blanks(cql); cql.starts_with(';'); skip_blanks(cql))
        cql.remove_prefix(1);
    return cql.empty() ? name : std::nullopt;
}

std::string use_statement(std::string_view keyspace)
{
    std::string text = "USE ";
    types::append_identifier(text, keyspace);
    return text;
}

}  // namespace async_cassandra::detail
