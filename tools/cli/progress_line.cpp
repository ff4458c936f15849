// SPDX-License-Identifier: Apache-2.0
#include "progress_line.hpp"

#include <fmt/core.h>

#include <cstdio>

#include <unistd.h>

namespace async_cassandra::cli {

progress_line::progress_line(bool wanted) : terminal_(::isatty(STDERR_FILENO) == 1), wanted_(wanted) {}

void progress_line::show(std::string_view text)
{
    if (terminal_) {
        fmt::print(stderr, "\r{}\x1b[K", text);
        std::fflush(stderr);
        dirty_ = true;
    } else if (wanted_) {
        fmt::print(stderr, "{}\n", text);
    }
}

void progress_line::clear()
{
    if (!dirty_)
        return;
    fmt::print(stderr, "\r\x1b[K");
    std::fflush(stderr);
    dirty_ = false;
}

}  // namespace async_cassandra::cli
