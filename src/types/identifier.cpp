// SPDX-License-Identifier: Apache-2.0
#include "types/identifier.hpp"

#include <locale.h>  // NOLINT(modernize-deprecated-headers): newlocale is of POSIX

#include <algorithm>
#include <array>
#include <clocale>
#include <cwctype>
#include <optional>

namespace async_cassandra::types {

namespace {

// reserved_keywords.txt of Cassandra 5.0, sorted.
constexpr std::array<std::string_view, 57> reserved{
    "add",      "allow",       "alter",        "and",    "apply",    "asc",   "authorize",    "batch",
    "begin",    "by",          "columnfamily", "create", "delete",   "desc",  "describe",     "drop",
    "entries",  "execute",     "from",         "full",   "grant",    "if",    "in",           "index",
    "infinity", "insert",      "into",         "is",     "keyspace", "limit", "materialized", "modify",
    "nan",      "norecursive", "not",          "null",   "of",       "on",    "or",           "order",
    "primary",  "rename",      "revoke",       "schema", "select",   "set",   "table",        "to",
    "token",    "truncate",    "unlogged",     "update", "use",      "using", "view",         "where",
    "with"};
static_assert(std::ranges::is_sorted(reserved));

bool is_bare(std::string_view name) noexcept
{
    const auto lower = [](char c) { return c >= 'a' && c <= 'z'; };
    const auto digit = [](char c) { return c >= '0' && c <= '9'; };
    return !name.empty() && lower(name[0]) &&
           std::ranges::all_of(name, [&](char c) { return lower(c) || digit(c) || c == '_'; }) &&
           !std::ranges::binary_search(reserved, name);
}

/// The code point at the front of `text`, which is cut off it; empty when it is no UTF-8.
std::optional<char32_t> take_code_point(std::string_view& text) noexcept
{
    const auto first = static_cast<unsigned char>(text[0]);
    const std::size_t size = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    if ((first >= 0x80 && first < 0xc0) || text.size() < size)
        return std::nullopt;
    char32_t point = size == 1 ? first : first & (0x7fU >> size);
    for (std::size_t i = 1; i < size; ++i)
        point = point << 6U | (static_cast<unsigned char>(text[i]) & 0x3fU);
    text.remove_prefix(size);
    return point;
}

}  // namespace

void append_identifier(std::string& out, std::string_view name)
{
    if (is_bare(name)) {
        out += name;
        return;
    }
    out.push_back('"');
    for (const char c : name) {
        if (c == '"')
            out.push_back('"');
        out.push_back(c);
    }
    out.push_back('"');
}

bool has_upper_case(std::string_view name) noexcept
{
    if (std::ranges::all_of(name, [](char c) { return static_cast<unsigned char>(c) < 0x80; }))
        return std::ranges::any_of(name, [](char c) { return c >= 'A' && c <= 'Z'; });
    // The C library's table for all of Unicode, whatever locale the program runs in; never freed.
    static const locale_t unicode = ::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
    if (unicode == nullptr)
        return std::ranges::any_of(name, [](char c) { return c >= 'A' && c <= 'Z'; });
    while (!name.empty()) {
        const auto point = take_code_point(name);
        if (!point)
            return false;
        const auto wide = static_cast<wint_t>(*point);
        if (::towlower_l(wide, unicode) != wide)
            return true;
    }
    return false;
}

}  // namespace async_cassandra::types
