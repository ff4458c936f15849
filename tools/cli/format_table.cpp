// SPDX-License-Identifier: Apache-2.0
#include <async_cassandra/types/literal.hpp>

#include "display_width.hpp"
#include "row_writer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace async_cassandra::cli {

namespace {

bool is_number(const data_type& type)
{
    switch (type.kind()) {
    case type_kind::bigint:
    case type_kind::counter:
    case type_kind::decimal:
    case type_kind::double_:
    case type_kind::float_:
    case type_kind::int_:
    case type_kind::smallint:
    case type_kind::tinyint:
    case type_kind::varint: return true;
    default: return false;
    }
}

class table_writer final : public row_writer {
public:
    void begin(std::string& out, const page& first) override
    {
        measure(first);
        for (std::size_t i = 0; i < fields_.size(); ++i) {
            fields_[i].text = names_[i];
            fields_[i].width = display_width(names_[i]);
        }
        append_line(out);
        for (std::size_t i = 0; i < widths_.size(); ++i) {
            out += i == 0 ? "-" : "-+-";
            out.append(widths_[i], '-');
        }
        out += "-\n";
        for (std::size_t i = 0; i < fields_.size(); ++i)
            fields_[i].right = is_number(first.columns()[i].type);
    }

    void row(std::string& out, const async_cassandra::row& values) override
    {
        for (std::size_t i = 0; i < fields_.size(); ++i)
            read(fields_[i], values, i);
        append_line(out);
        ++rows_;
    }

    void end(std::string& out) override
    {
        fmt::format_to(std::back_inserter(out), "({} {})\n", rows_, rows_ == 1 ? "row" : "rows");
    }

private:
    // A first page with one very long value must not stretch every line.
    static constexpr std::size_t widest = 64;

    struct field {
        std::string text;
        std::size_t width = 0;
        bool right = false;
    };

    void measure(const page& first)
    {
        for (const column& each : first.columns()) {
            names_.emplace_back();
            append_printable(names_.back(), each.name);
            widths_.push_back(display_width(names_.back()));
        }
        fields_.resize(names_.size());
        for (const async_cassandra::row values : first) {
            for (std::size_t i = 0; i < fields_.size(); ++i) {
                read(fields_[i], values, i);
                if (fields_[i].width <= widest)
                    widths_[i] = std::max(widths_[i], fields_[i].width);
            }
        }
    }

    void read(field& target, const async_cassandra::row& values, std::size_t index)
    {
        scratch_.clear();
        append_plain_text(scratch_, values.columns()[index].type, values.raw(index));
        target.text.clear();
        append_printable(target.text, scratch_);
        target.width = display_width(target.text);
    }

    void append_line(std::string& out) const
    {
        for (std::size_t i = 0; i < fields_.size(); ++i) {
            const field& each = fields_[i];
            const std::size_t padding = widths_[i] > each.width ? widths_[i] - each.width : 0;
            out += i == 0 ? " " : " | ";
            if (each.right)
                out.append(padding, ' ');
            out += each.text;
            if (!each.right && i + 1 != fields_.size())
                out.append(padding, ' ');
        }
        out += '\n';
    }

    std::vector<std::string> names_;
    std::vector<std::size_t> widths_;
    std::vector<field> fields_;
    std::string scratch_;
    std::uint64_t rows_ = 0;
};

}  // namespace

std::unique_ptr<row_writer> make_table_writer()
{
    return std::make_unique<table_writer>();
}

}  // namespace async_cassandra::cli
