// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/request_decode.hpp"
#include "support/answer.hpp"
#include "support/cells.hpp"
#include "support/cql_words.hpp"

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// SELECT and INSERT as a played server understands them.
namespace async_cassandra::testing {

/// A column and what the statement says of it: the value of INSERT, what WHERE compares it with (several for IN).
struct column_term {
    std::string column;
    std::vector<std::string_view> words;  ///< Literals and markers.
};

/// `SELECT a, b FROM ks.t WHERE c = ? AND d IN ('x', 'y')` or `INSERT INTO ks.t (a, b) VALUES (?, 1)`. Its words are views
/// into the text.
struct dml_statement {
    bool inserts = false;
    table_name target;
    std::vector<std::string> columns;  ///< Selected; empty: all.
    std::vector<column_term> terms;
};

/// Empty, with `error` set to what a server says, when it is neither.
[[nodiscard]] std::optional<dml_statement> parse_dml(
    std::string_view text, std::string_view keyspace, std::optional<answer>& error
);

/// The scalar types, and collections of them; empty for every other.
[[nodiscard]] std::optional<data_type> played_type(std::string_view text);

/// Values of the terms of a statement, with bound ones at their markers, in the order of the terms.
struct bound_term {
    std::string column;
    std::vector<cell> values;
};

/// `type_of` gives the type of a column. Empty when a value is missing or of another type.
[[nodiscard]] std::optional<std::vector<bound_term>> bind_terms(
    const dml_statement& statement,
    std::span<const protocol::decoded_value> values,
    const std::function<std::optional<data_type>(std::string_view)>& type_of
);

/// Columns that the markers of the statement stand for, as often as they are there.
[[nodiscard]] std::vector<std::string> marker_columns(const dml_statement& statement);

}  // namespace async_cassandra::testing
