// SPDX-License-Identifier: Apache-2.0
#include <async_cassandra/types/literal.hpp>

#include "row_writer.hpp"

namespace async_cassandra::cli {

namespace {

class csv_writer final : public row_writer {
public:
    void begin(std::string& out, const page& first) override
    {
        bool later = false;
        for (const column& each : first.columns()) {
            if (later)
                out += ',';
            later = true;
            append_csv_field(out, each.name);
        }
        out += '\n';
    }

    void row(std::string& out, const async_cassandra::row& values) override
    {
        for (std::size_t i = 0; i < values.size(); ++i) {
            if (i != 0)
                out += ',';
            const auto value = values.raw(i);
            if (!value)
                continue;
            text_.clear();
            append_plain_text(text_, values.columns()[i].type, value);
            append_csv_field(out, text_);
        }
        out += '\n';
    }

    void end(std::string&) override {}

private:
    std::string text_;
};

}  // namespace

void append_csv_field(std::string& out, std::string_view text)
{
    if (!text.empty() && text.find_first_of(",\"\r\n") == std::string_view::npos) {
        out += text;
        return;
    }
    out += '"';
    for (const char c : text) {
        if (c == '"')
            out += '"';
        out += c;
    }
    out += '"';
}

std::unique_ptr<row_writer> make_csv_writer()
{
    return std::make_unique<csv_writer>();
}

}  // namespace async_cassandra::cli
