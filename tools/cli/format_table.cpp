// SPDX-License-Identifier: Apache-2.0
#include <async_cassandra/types/literal.hpp>

#include "row_writer.hpp"
#include "text_table.hpp"

#include <fmt/format.h>

#include <optional>
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
        std::vector<std::string_view> names;
        for (const column& each : first.columns()) {
            names.push_back(each.name);
            cells_.emplace_back().right = is_number(each.type);
        }
        table_.emplace(names);
        for (const async_cassandra::row values : first) {
            read(values);
            table_->measure(cells_);
        }
        table_->append_header(out);
    }

    void row(std::string& out, const async_cassandra::row& values) override
    {
        read(values);
        table_->append_line(out, cells_);
        ++rows_;
    }

    void end(std::string& out) override
    {
        fmt::format_to(std::back_inserter(out), "({} {})\n", rows_, rows_ == 1 ? "row" : "rows");
    }

private:
    void read(const async_cassandra::row& values)
    {
        for (std::size_t i = 0; i < cells_.size(); ++i) {
            scratch_.clear();
            append_plain_text(scratch_, values.columns()[i].type, values.raw(i));
            cells_[i].set(scratch_);
        }
    }

    std::optional<text_table> table_;
    text_table::line cells_;
    std::string scratch_;
    std::uint64_t rows_ = 0;
};

}  // namespace

std::unique_ptr<row_writer> make_table_writer()
{
    return std::make_unique<table_writer>();
}

}  // namespace async_cassandra::cli
