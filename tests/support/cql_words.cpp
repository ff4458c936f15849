// SPDX-License-Identifier: Apache-2.0
#include "support/cql_words.hpp"

#include <algorithm>
#include <cctype>

namespace async_cassandra::testing {

namespace {

bool is_space(char c)
{
    return std::isspace(static_cast<unsigned char>(c)) != 0 || c == ';';
}

bool in_word(char c, bool number)
{
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || (number && (c == '.' || c == '-'));
}

/// Behind the closing quote, or the end of the text.
std::size_t end_of_quoted(std::string_view text, std::size_t at)
{
    const char quote = text[at++];
    while (at < text.size()) {
        if (text[at] != quote) {
            ++at;
        } else if (at + 1 < text.size() && text[at + 1] == quote) {
            at += 2;
        } else {
            return at + 1;
        }
    }
    return at;
}

std::string without_quotes(std::string_view word)
{
    const char quote = word.front();
    std::string out;
    for (std::size_t i = 1; i + 1 < word.size(); ++i) {
        out += word[i];
        if (word[i] == quote)
            ++i;  // it stands twice
    }
    return out;
}

bool quoted_with(std::string_view word, char quote)
{
    return word.size() >= 2 && word.front() == quote && word.back() == quote;
}

}  // namespace

std::vector<std::string_view> cql_words(std::string_view text)
{
    std::vector<std::string_view> words;
    std::size_t at = 0;
    while (at < text.size()) {
        const char c = text[at];
        if (is_space(c)) {
            ++at;
            continue;
        }
        std::size_t end = at + 1;
        const bool number = std::isdigit(static_cast<unsigned char>(c)) != 0 || c == '-';
        if (c == '\'' || c == '"')
            end = end_of_quoted(text, at);
        else if (in_word(c, number))
            while (end < text.size() && in_word(text[end], number))
                ++end;
        words.push_back(text.substr(at, end - at));
        at = end;
    }
    return words;
}

std::string lower(std::string_view text)
{
    std::string out{text};
    std::ranges::transform(out, out.begin(), [](unsigned char c) {
        return static_cast<char>(std::tolower(c));
    });
    return out;
}

std::string name_of(std::string_view word)
{
    return quoted_with(word, '"') ? without_quotes(word) : lower(word);
}

std::string text_of_literal(std::string_view word)
{
    return quoted_with(word, '\'') ? without_quotes(word) : std::string{};
}

bool word_cursor::skip(std::string_view words)
{
    std::size_t count = 0;
    while (!words.empty()) {
        const std::string_view word = words.substr(0, words.find(' '));
        if (lower(peek(count)) != word)
            return false;
        words.remove_prefix(std::min(words.size(), word.size() + 1));
        ++count;
    }
    at_ += count;
    return true;
}

bool word_cursor::skip_to(std::string_view word)
{
    for (std::size_t i = at_; i < words_.size(); ++i) {
        if (lower(words_[i]) != word)
            continue;
        at_ = i + 1;
        return true;
    }
    return false;
}

table_name word_cursor::take_table(std::string_view keyspace)
{
    std::string first = name_of(next());
    if (peek() != ".")
        return {std::string{keyspace}, std::move(first)};
    next();
    return {std::move(first), name_of(next())};
}

std::string word_cursor::take_type()
{
    const std::string_view first = next();
    std::string text = first.starts_with('"') || first.starts_with('\'') ? std::string{first} : lower(first);
    if (peek() != "<")
        return text;
    int depth = 0;
    do {
        const std::string_view word = next();
        depth += word == "<" ? 1 : word == ">" ? -1 : 0;
        text += word == "," ? std::string{", "} : lower(word);
    } while (depth > 0 && !done());
    // The server says what it makes of it.
    return text.starts_with("tuple<") ? "frozen<" + text + ">" : text;
}

std::vector<std::pair<std::string, std::string>> word_cursor::take_map()
{
    std::vector<std::pair<std::string, std::string>> entries;
    const auto plain = [](std::string_view word) {
        return quoted_with(word, '\'') ? without_quotes(word) : std::string{word};
    };
    if (peek() != "{")
        return entries;
    next();
    while (!done() && peek() != "}") {
        if (skip(","))
            continue;
        std::string key = plain(next());
        next();  // the colon
        entries.emplace_back(std::move(key), plain(next()));
    }
    next();
    return entries;
}

}  // namespace async_cassandra::testing
