// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/log.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace async_cassandra::detail {

/// What is wrong with what is read again and again stays wrong: it goes to the log once, not every minute.
class remarks {
public:
    void tell(std::string_view component, const std::vector<std::string>& texts)
    {
        for (const std::string& text : texts) {
            if (std::ranges::find(told_, text) != told_.end())
                continue;
            base::log(log_level::warning, component, text);
            told_.push_back(text);
        }
        if (told_.size() > most)
            told_.clear();
    }

private:
    static constexpr std::size_t most = 1000;

    std::vector<std::string> told_;
};

}  // namespace async_cassandra::detail
