// SPDX-License-Identifier: Apache-2.0
#include <async_cassandra/types/codec.hpp>

namespace async_cassandra::detail {

cell field_reader::next()
{
    if (rest_.empty())
        return {};
    if (rest_.size() < sizeof(std::int32_t))
        throw_malformed(*type_, "a field is cut off");
    const auto size = load_be<std::int32_t>(rest_.data());
    rest_ = rest_.subspan(sizeof(std::int32_t));
    if (size < 0)
        return {};
    if (static_cast<std::size_t>(size) > rest_.size())
        throw_malformed(*type_, "a field is longer than the bytes that are left");
    const cell found{rest_.data(), size};
    rest_ = rest_.subspan(static_cast<std::size_t>(size));
    return found;
}

void field_reader::finish() const
{
    if (!rest_.empty())
        throw_malformed(*type_, "bytes are left over after its last field");
}

std::size_t field_position(const data_type& type, const char* name, std::size_t hint) noexcept
{
    const std::span<const std::string> names = type.field_names();
    if (hint < names.size() && names[hint] == name)
        return hint;
    std::size_t at = 0;
    while (at < names.size() && names[at] != name)
        ++at;
    return at;
}

}  // namespace async_cassandra::detail
