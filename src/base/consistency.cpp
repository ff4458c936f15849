// SPDX-License-Identifier: Apache-2.0
#include <async_cassandra/consistency.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace async_cassandra {
namespace {

constexpr std::array<std::pair<consistency, std::string_view>, 11> names{{
    {consistency::any, "ANY"},
    {consistency::one, "ONE"},
    {consistency::two, "TWO"},
    {consistency::three, "THREE"},
    {consistency::quorum, "QUORUM"},
    {consistency::all, "ALL"},
    {consistency::local_quorum, "LOCAL_QUORUM"},
    {consistency::each_quorum, "EACH_QUORUM"},
    {consistency::serial, "SERIAL"},
    {consistency::local_serial, "LOCAL_SERIAL"},
    {consistency::local_one, "LOCAL_ONE"},
}};

// Not std::toupper: the names are ASCII whatever the locale is.
constexpr char upper(char c) noexcept
{
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

}  // namespace

std::string_view to_string(consistency level) noexcept
{
    for (const auto& [value, name] : names)
        if (value == level)
            return name;
    return "UNKNOWN";
}

std::optional<consistency> parse_consistency(std::string_view name) noexcept
{
    for (const auto& [value, known] : names)
        if (std::ranges::equal(name, known, {}, upper))
            return value;
    return std::nullopt;
}

}  // namespace async_cassandra
