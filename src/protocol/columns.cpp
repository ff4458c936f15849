// SPDX-License-Identifier: Apache-2.0
#include <async_cassandra/columns.hpp>

#include <utility>

namespace async_cassandra {

columns::columns(std::vector<column> list) : list_(std::move(list)) {}

std::optional<std::size_t> columns::find(std::string_view name) const noexcept
{
    for (std::size_t i = 0; i < list_.size(); ++i)
        if (list_[i].name == name)
            return i;
    return std::nullopt;
}

std::string columns::names() const
{
    std::string text;
    for (const column& c : list_) {
        if (!text.empty())
            text += ", ";
        text += c.name;
    }
    return text;
}

}  // namespace async_cassandra
