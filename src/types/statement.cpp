// SPDX-License-Identifier: Apache-2.0
#include <async_cassandra/statement.hpp>

#include <algorithm>

namespace async_cassandra {

void statement::forget_values()
{
    values_.clear();
    if (rare_.get() != nullptr) {
        rare_.make().value_names.clear();
        rare_.make().value_positions.clear();
    }
}

bool statement::may_bind_named(std::string_view name)
{
    const detail::rare_options* const rare = rare_.get();
    const std::string quoted = "'" + std::string{name} + "'";
    const std::size_t named = rare == nullptr ? 0 : rare->value_names.size() + rare->value_positions.size();
    if (named == 0 && !values_.empty()) {
        values_.fail(quoted + " is bound by name, but other values by position");
        return false;
    }
    if (prepared_ == nullptr) {
        if (rare == nullptr || std::ranges::find(rare->value_names, name) == rare->value_names.end())
            return true;
        values_.fail(quoted + " is bound twice");
        return false;
    }
    const columns& markers = *prepared_->markers;
    const std::optional<std::size_t> first = markers.find(name);
    if (!first) {
        values_.fail(
            "no marker has the name " + quoted +
            (markers.empty() ? "; the statement has none" : "; the markers are " + markers.names())
        );
        return false;
    }
    if (rare != nullptr && std::ranges::find(rare->value_positions, *first) != rare->value_positions.end()) {
        values_.fail(quoted + " is bound twice");
        return false;
    }
    return true;
}

void statement::arrange_values()
{
    const detail::rare_options* const rare = rare_.get();
    if (prepared_ == nullptr || rare == nullptr || rare->value_positions.empty() || values_.failed())
        return;
    detail::arrange(values_, *prepared_->markers, rare->value_positions);
    rare_.make().value_positions.clear();
}

}  // namespace async_cassandra
