// SPDX-License-Identifier: Apache-2.0
#include "text_table.hpp"

#include "display_width.hpp"

#include <algorithm>

namespace async_cassandra::cli {

namespace {

// One very long value must not stretch every line.
constexpr std::size_t widest = 64;

}  // namespace

void text_table::cell::set(std::string_view plain)
{
    text.clear();
    append_printable(text, plain);
    width = display_width(text);
}

text_table::text_table(const std::vector<std::string_view>& names)
{
    for (const std::string_view each : names) {
        names_.emplace_back().set(each);
        widths_.push_back(names_.back().width);
    }
}

void text_table::measure(const line& cells)
{
    for (std::size_t i = 0; i < cells.size(); ++i)
        if (cells[i].width <= widest)
            widths_[i] = std::max(widths_[i], cells[i].width);
}

void text_table::append_header(std::string& out) const
{
    append_line(out, names_);
    for (std::size_t i = 0; i < widths_.size(); ++i) {
        out += i == 0 ? "-" : "-+-";
        out.append(widths_[i], '-');
    }
    out += "-\n";
}

void text_table::append_line(std::string& out, const line& cells) const
{
    for (std::size_t i = 0; i < cells.size(); ++i) {
        const cell& each = cells[i];
        const std::size_t padding = widths_[i] > each.width ? widths_[i] - each.width : 0;
        out += i == 0 ? " " : " | ";
        if (each.right)
            out.append(padding, ' ');
        out += each.text;
        if (!each.right && i + 1 != cells.size())
            out.append(padding, ' ');
    }
    out += '\n';
}

}  // namespace async_cassandra::cli
