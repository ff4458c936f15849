// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/page.hpp>

#include <memory>
#include <string>
#include <string_view>

namespace async_cassandra::cli {

enum class row_format : std::uint8_t { table, json, csv };

/// Writes a result page by page, so that memory does not grow with it.
class row_writer {
public:
    virtual ~row_writer() = default;

    /// Before the first row. `first` is the page that shows what the columns look like; it is written by `row` too.
    virtual void begin(std::string& out, const page& first) = 0;

    virtual void row(std::string& out, const async_cassandra::row& values) = 0;

    virtual void end(std::string& out) = 0;
};

/// Aligned columns for people: widths come from the header and the first page; a later value that is wider pushes its own
/// line alone. Control characters are escaped, so that a row is a line. Ends with the number of rows.
[[nodiscard]] std::unique_ptr<row_writer> make_table_writer();

/// One object a line, as SELECT JSON writes it.
[[nodiscard]] std::unique_ptr<row_writer> make_json_writer();

/// A field that is not null, in quotes where it must be.
void append_csv_field(std::string& out, std::string_view text);

/// RFC 4180 with a header, except that lines end in LF: null is an empty field, an empty text is "".
[[nodiscard]] std::unique_ptr<row_writer> make_csv_writer();

[[nodiscard]] std::unique_ptr<row_writer> make_row_writer(row_format format);

}  // namespace async_cassandra::cli
