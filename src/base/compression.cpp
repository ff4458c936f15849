// SPDX-License-Identifier: Apache-2.0
#include <async_cassandra/compression.hpp>

#include <algorithm>
#include <array>

namespace async_cassandra {
namespace {

constexpr std::array all{compression::none, compression::lz4, compression::snappy};

// Not std::tolower: the names are ASCII whatever the locale is.
constexpr char lower(char c) noexcept
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

}  // namespace

std::string_view to_string(compression how) noexcept
{
    switch (how) {
    case compression::none: return "none";
    case compression::lz4: return "lz4";
    case compression::snappy: return "snappy";
    }
    return "unknown";
}

std::optional<compression> parse_compression(std::string_view name) noexcept
{
    for (const compression how : all)
        if (std::ranges::equal(name, to_string(how), {}, lower))
            return how;
    return std::nullopt;
}

}  // namespace async_cassandra
