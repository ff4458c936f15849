// SPDX-License-Identifier: Apache-2.0
#include "types/literal_cursor.hpp"

#include <async_cassandra/types/codec.hpp>

#include <algorithm>

namespace async_cassandra::types {

namespace {

constexpr std::size_t most_shown = 200;

constexpr bool is_space(char c) noexcept
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/// Long texts are cut, between characters.
std::string shown(std::string_view text, std::size_t most)
{
    if (text.size() <= most)
        return std::string{text};
    while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xC0U) == 0x80U)
        --most;
    return std::string{text.substr(0, most)} + "…";
}

}  // namespace

bool equals_ignoring_case(std::string_view text, std::string_view lower) noexcept
{
    return std::ranges::equal(text, lower, [](char x, char y) {
        return (x >= 'A' && x <= 'Z' ? x + 32 : x) == y;
    });
}

void literal_cursor::skip_space() noexcept
{
    while (at_ < text_.size() && is_space(text_[at_]))
        ++at_;
}

bool literal_cursor::take(char c) noexcept
{
    if (at_ == text_.size() || text_[at_] != c)
        return false;
    ++at_;
    return true;
}

void literal_cursor::require(char c, const std::string& expected)
{
    if (!take(c))
        fail(expected);
}

literal_word literal_cursor::take_rest() noexcept
{
    std::string_view rest = text_.substr(at_);
    while (!rest.empty() && is_space(rest.back()))
        rest.remove_suffix(1);
    const literal_word found{rest, at_, false};
    at_ += rest.size();
    return found;
}

literal_word literal_cursor::take_word(std::string_view ends) noexcept
{
    std::size_t end = at_;
    for (bool open = false; end < text_.size() && !is_space(text_[end]); ++end) {
        if (open && text_[end] == ')') {
            ++end;
            break;
        }
        if (ends.find(text_[end]) != std::string_view::npos)
            break;
        open = open || text_[end] == '(';
    }
    const literal_word found{text_.substr(at_, end - at_), at_, false};
    at_ = end;
    return found;
}

bool literal_cursor::take_null(std::string_view ends) noexcept
{
    const std::size_t begin = at_;
    if (equals_ignoring_case(take_word(ends).text, "null"))
        return true;
    at_ = begin;
    return false;
}

literal_word literal_cursor::take_quoted(char quote, const std::string& expected)
{
    const std::size_t begin = at_;
    require(quote, expected);
    unquoted_.clear();
    for (; at_ < text_.size(); ++at_) {
        if (text_[at_] == quote) {
            if (at_ + 1 == text_.size() || text_[at_ + 1] != quote)
                break;
            ++at_;
        }
        unquoted_.push_back(text_[at_]);
    }
    require(quote, "a closing quote");
    return {unquoted_, begin, true};
}

void literal_cursor::fail_at(std::size_t position, const std::string& expected) const
{
    const std::string_view rest = text_.substr(std::min(position, text_.size()));
    const std::string found = rest.empty() ? "the end" : "'" + std::string{shown(rest, 20)} + "'";
    throw value_error{
        "literal " + shown(text_, most_shown) + ", character " + std::to_string(position + 1) +
        ": expected " + expected + ", found " + found};
}

}  // namespace async_cassandra::types
