// SPDX-License-Identifier: Apache-2.0
#include "support/trace.hpp"

#include <bit>
#include <cstdio>

namespace async_cassandra::testing {

void trace::mix(std::uint64_t v) noexcept
{
    hash_ = std::rotl((hash_ ^ v) * 0x9E3779B97F4A7C15ULL, 29);
    hash_ ^= hash_ >> 32U;
}

void trace::add(time_point when, std::string_view what, std::uint64_t a, std::uint64_t b, std::uint64_t c)
{
    ++size_;
    mix(static_cast<std::uint64_t>((when - start_).count()));
    for (const char letter : what)
        mix(static_cast<unsigned char>(letter));
    mix(a);
    mix(b);
    mix(c);
    if (!keep_text_)
        return;
    char line[64];
    const auto micros = static_cast<double>((when - start_).count()) / 1000.0;
    const int begin = std::snprintf(line, sizeof line, "%14.3f us  ", micros);
    text_.append(line, static_cast<std::size_t>(begin)).append(what);
    text_.append("  ").append(std::to_string(a)).append(" ").append(std::to_string(b)).append(" ");
    text_.append(std::to_string(c)).append("\n");
}

}  // namespace async_cassandra::testing
