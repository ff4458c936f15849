// SPDX-License-Identifier: Apache-2.0
#include "session/statement_text.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <string>

namespace async_cassandra::detail {

namespace {

/// What is not read as words: literals, quoted names, comments.
struct enclosure {
    std::string_view opens;
    std::string_view closes;  ///< Any of these characters for a comment to the end of the line.
    char stands_for;
    bool to_end_of_line = false;
};

constexpr std::array<enclosure, 6> enclosures{{
    {"'", "'", '\''},
    {"\"", "\"", '"'},
    {"$$", "$$", '\''},
    {"/*", "*/", ' '},
    {"--", "\r\n", ' ', true},
    {"//", "\r\n", ' ', true},
}};

/// Where the enclosure that `cql` begins with ends; npos when it is not closed.
std::size_t end_of(const enclosure& kind, std::string_view cql)
{
    if (kind.to_end_of_line)
        return std::min(cql.find_first_of(kind.closes), cql.size());
    const std::size_t at = cql.find(kind.closes, kind.opens.size());
    return at == std::string_view::npos ? at : at + kind.closes.size();
}

/// The statement in capitals, each enclosure a single character; empty when one is not closed.
std::optional<std::string> skeleton_of(std::string_view cql)
{
    std::string text;
    while (!cql.empty()) {
        const auto kind =
            std::ranges::find_if(enclosures, [&](const enclosure& e) { return cql.starts_with(e.opens); });
        if (kind == enclosures.end()) {
            text += static_cast<char>(std::toupper(static_cast<unsigned char>(cql.front())));
            cql.remove_prefix(1);
            continue;
        }
        const std::size_t length = end_of(*kind, cql);
        if (length == std::string_view::npos)
            return std::nullopt;
        text += kind->stands_for;
        cql.remove_prefix(length);
    }
    return text;
}

/// Takes the first word away from `text`; empty when there is none left.
std::string_view next_word(std::string_view& text)
{
    constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
    text.remove_prefix(std::min(text.find_first_of(letters), text.size()));
    const std::string_view word = text.substr(0, text.find_first_not_of(letters));
    text.remove_prefix(word.size());
    return word;
}

}  // namespace

bool is_single_plain(std::string_view cql)
{
    if (cql.empty())
        return true;
    const std::optional<std::string> text = skeleton_of(cql);
    if (!text)
        return false;
    std::string_view left = *text;
    const std::string_view verb = next_word(left);
    if (verb == "SELECT")
        return true;
    for (std::string_view word = next_word(left); !word.empty(); word = next_word(left))
        if (word == "IF")
            return false;
    if (verb == "UPDATE")
        return text->find_first_of("+-") == std::string::npos;
    return verb == "INSERT" || verb == "DELETE";
}

bool is_conditional(std::string_view cql)
{
    const std::optional<std::string> text = skeleton_of(cql);
    if (!text)
        return false;
    std::string_view left = *text;
    const std::string_view verb = next_word(left);
    if (verb != "INSERT" && verb != "UPDATE" && verb != "DELETE" && verb != "BEGIN")
        return false;
    for (std::string_view word = next_word(left); !word.empty(); word = next_word(left))
        if (word == "IF")
            return true;
    return false;
}

}  // namespace async_cassandra::detail
