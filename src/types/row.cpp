// SPDX-License-Identifier: Apache-2.0
#include <async_cassandra/row.hpp>

namespace async_cassandra {

std::optional<std::span<const std::byte>> row::raw(std::size_t index) const
{
    const std::byte* at = find(index);
    const auto size = detail::load_be<std::int32_t>(at);
    if (size < 0)
        return std::nullopt;
    return std::span{at + sizeof size, static_cast<std::size_t>(size)};
}

std::size_t row::position(std::string_view name) const
{
    const std::optional<std::size_t> found = columns_->find(name);
    if (!found)
        detail::throw_no_column(*columns_, name);
    return *found;
}

}  // namespace async_cassandra
