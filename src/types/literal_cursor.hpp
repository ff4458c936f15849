// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace async_cassandra::types {

/// One scalar as it stands in a literal.
struct literal_word {
    std::string_view text;  ///< Without its quotes.
    std::size_t at = 0;     ///< Where it begins.
    bool quoted = false;
};

/// A place in the text of a CQL literal. Whatever is wrong is thrown as value_error which says at which
/// character what was expected instead of what.
class literal_cursor {
public:
    /// `text` lives as long as this object.
    explicit literal_cursor(std::string_view text) noexcept : text_(text) {}

    [[nodiscard]] std::size_t position() const noexcept { return at_; }
    [[nodiscard]] bool at_end() const noexcept { return at_ == text_.size(); }

    /// The character here; 0 at the end.
    [[nodiscard]] char peek() const noexcept { return at_ < text_.size() ? text_[at_] : '\0'; }

    void skip_space() noexcept;

    /// Goes behind `c` if it stands here.
    bool take(char c) noexcept;

    /// Goes behind `c`, which must stand here.
    void require(char c, const std::string& expected);

    /// All that is left but the space at its end.
    [[nodiscard]] literal_word take_rest() noexcept;

    /// A bare word: up to space or anything in `ends`; "f(x)" is a word too. May be empty.
    [[nodiscard]] literal_word take_word(std::string_view ends) noexcept;

    /// Goes behind the word `null` if it stands here, in any case.
    bool take_null(std::string_view ends) noexcept;

    /// What stands between `quote`s, a doubled one being a single one. Valid until the next call.
    [[nodiscard]] literal_word take_quoted(char quote, const std::string& expected);

    [[noreturn]] void fail(const std::string& expected) const { fail_at(at_, expected); }
    [[noreturn]] void fail_at(std::size_t position, const std::string& expected) const;

private:
    std::string_view text_;
    std::size_t at_ = 0;
    std::string unquoted_;
};

[[nodiscard]] bool equals_ignoring_case(std::string_view text, std::string_view lower) noexcept;

}  // namespace async_cassandra::types
