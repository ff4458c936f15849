// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// CQL cut into words: as much of its grammar as a played server needs.
namespace async_cassandra::testing {

/// Names, numbers, string literals and quoted names with their quotes, and every other character by itself.
[[nodiscard]] std::vector<std::string_view> cql_words(std::string_view text);

[[nodiscard]] std::string lower(std::string_view text);
/// A CQL name: lower case unless quoted.
[[nodiscard]] std::string name_of(std::string_view word);
/// What is between the quotes of a string literal; empty for another word.
[[nodiscard]] std::string text_of_literal(std::string_view word);

struct table_name {
    std::string keyspace;  ///< Empty when neither the statement nor its conversation names one.
    std::string table;
};

/// Goes through the words of a statement. Reading behind the last gives an empty word.
class word_cursor {
public:
    explicit word_cursor(std::span<const std::string_view> words) : words_(words) {}

    [[nodiscard]] bool done() const noexcept { return at_ >= words_.size(); }
    [[nodiscard]] std::string_view peek(std::size_t ahead = 0) const noexcept
    {
        return at_ + ahead < words_.size() ? words_[at_ + ahead] : std::string_view{};
    }
    std::string_view next() noexcept
    {
        const std::string_view word = peek();
        ++at_;
        return word;
    }
    /// Whether the next words are these, in any case; then they are behind.
    bool skip(std::string_view words);
    /// Up to the next of these words, which is behind then; false when there is none, and nothing is done.
    bool skip_to(std::string_view word);
    /// `name` or `keyspace.name`.
    table_name take_table(std::string_view keyspace);
    /// A type as the server writes it, `map<text, frozen<list<int>>>`. Ends in front of the word behind it.
    std::string take_type();
    /// `{'class': 'SimpleStrategy', …}`, in its order; empty when no map is next.
    std::vector<std::pair<std::string, std::string>> take_map();

private:
    std::span<const std::string_view> words_;
    std::size_t at_ = 0;
};

}  // namespace async_cassandra::testing
