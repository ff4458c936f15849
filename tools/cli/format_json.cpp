// SPDX-License-Identifier: Apache-2.0
#include <async_cassandra/types/literal.hpp>

#include "row_writer.hpp"

#include <vector>

namespace async_cassandra::cli {

namespace {

class json_writer final : public row_writer {
public:
    void begin(std::string&, const page& first) override
    {
        keys_.clear();
        for (const column& each : first.columns()) {
            std::string key = keys_.empty() ? "{" : ", ";
            append_json_name(key, each.name);
            key += ": ";
            keys_.push_back(std::move(key));
        }
    }

    void row(std::string& out, const async_cassandra::row& values) override
    {
        for (std::size_t i = 0; i < keys_.size(); ++i) {
            out += keys_[i];
            append_json(out, values.columns()[i].type, values.raw(i));
        }
        out += "}\n";
    }

    void end(std::string&) override {}

private:
    std::vector<std::string> keys_;  // with what stands before and behind them
};

}  // namespace

std::unique_ptr<row_writer> make_json_writer()
{
    return std::make_unique<json_writer>();
}

}  // namespace async_cassandra::cli
