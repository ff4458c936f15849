// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/types/data_type.hpp>

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace async_cassandra::types {

/// A type, and how deep it nests: 1 when it has no elements.
struct nested_type {
    data_type type;
    int height = 1;
};

/// The user-defined type with this name; empty when there is none. It may be asked for the same name again.
using find_user_type = std::function<std::optional<nested_type>(std::string_view name)>;

/// Reads a type as CQL and the server's schema tables write it: int, frozen<map<text, list<int>>>,
/// tuple<int, "My_type">, vector<float, 3>, 'org.example.Odd' (a class, read as the wire's class names are).
/// Names without quotes are taken in lower case, and `frozen` is seen through: it makes no difference to values.
class cql_type_parser {
public:
    /// `text` and `find` live as long as this object.
    cql_type_parser(std::string_view text, const find_user_type& find) noexcept : rest_(text), find_(find) {}

    /// The whole text is one type; empty after an error.
    [[nodiscard]] std::optional<nested_type> parse();

    /// Which rule the text breaks, a text with static lifetime; nullptr while none.
    [[nodiscard]] const char* rule() const noexcept { return rule_; }

private:
    [[nodiscard]] nested_type read(int depth);
    [[nodiscard]] nested_type read_parameters(std::string_view name, int depth);
    [[nodiscard]] nested_type read_tuple(int depth);
    [[nodiscard]] nested_type read_vector(int depth);
    [[nodiscard]] nested_type read_class(int depth);
    [[nodiscard]] nested_type read_user_type(std::string_view name, int depth);
    [[nodiscard]] std::string quoted(char quote);
    [[nodiscard]] std::string_view word() noexcept;
    void skip_blanks() noexcept;
    [[nodiscard]] bool next_is(char c) noexcept;
    void expect(char c) noexcept;
    void fail(const char* rule) noexcept;

    std::string_view rest_;
    const find_user_type& find_;
    const char* rule_ = nullptr;
};

}  // namespace async_cassandra::types
