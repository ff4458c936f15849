// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace async_cassandra::cli {

/// Lines of aligned cells for people. Control characters are escaped, so that a row is a line.
class text_table {
public:
    struct cell {
        std::string text;
        std::size_t width = 0;
        bool right = false;

        /// Escapes it.
        void set(std::string_view plain);
    };
    using line = std::vector<cell>;

    explicit text_table(const std::vector<std::string_view>& names);

    /// A line that is to come shall fit, but for cells that are too long for it to be worth while.
    void measure(const line& cells);

    /// The names, and what separates them from the lines below.
    void append_header(std::string& out) const;

    /// A cell that is wider than its column pushes this line alone.
    void append_line(std::string& out, const line& cells) const;

private:
    line names_;
    std::vector<std::size_t> widths_;
};

}  // namespace async_cassandra::cli
